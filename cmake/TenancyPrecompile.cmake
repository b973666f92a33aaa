# tenancy_precompile_headers(TARGET)
#
# Where TENANCY_PRECOMPILED_HEADERS is on, puts what most tests and examples include, compiled once,
# before each file of the target. The library itself is compiled as its users compile it.

if(TENANCY_PRECOMPILED_HEADERS)
  file(CONFIGURE OUTPUT "${PROJECT_BINARY_DIR}/precompiled.cpp" CONTENT "")
  add_library(tenancy_precompiled OBJECT "${PROJECT_BINARY_DIR}/precompiled.cpp")
  target_link_libraries(tenancy_precompiled PRIVATE
    nlohmann_json::nlohmann_json
    tenancy::tenancy)
  target_precompile_headers(tenancy_precompiled PRIVATE
    <algorithm>
    <array>
    <atomic>
    <chrono>
    <filesystem>
    <fstream>
    <functional>
    <map>
    <memory>
    <mutex>
    <optional>
    <random>
    <set>
    <sstream>
    <string>
    <string_view>
    <thread>
    <vector>
    <nlohmann/json.hpp>
    <tenancy/tenancy.hpp>)
  set_target_properties(tenancy_precompiled PROPERTIES CXX_EXTENSIONS OFF)
  tenancy_target_defaults(tenancy_precompiled)
  # With its time in it, Clang's file would be another one for ccache whenever it is made anew.
  target_compile_options(tenancy_precompiled PRIVATE
    "$<$<CXX_COMPILER_ID:Clang>:SHELL:-Xclang -fno-pch-timestamp>")
endif()

function(tenancy_precompile_headers target)
  if(TENANCY_PRECOMPILED_HEADERS)
    target_precompile_headers(${target} REUSE_FROM tenancy_precompiled)
  endif()
endfunction()
