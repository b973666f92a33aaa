# Tests that forbidden code does not compile, and fails for the reason it should.
#
# A file in tests/compile_fail/ holds one rule:
#
#   // EXPECT: no matching function.*TenantContext|no matching constructor.*TenantContext
#   #include "tenancy/core/tenant_context.hpp"
#
#   void forge() {
#   #ifdef MUST_NOT_COMPILE
#     tenancy::TenantContext context;
#   #endif
#   }
#
# Without the macro it must compile; with it, it must not, and the compiler's messages must match
# the expression (CMake's dialect). Where the compilers differ: EXPECT-GCC and EXPECT-CLANG. Further
# compiler options, such as -Werror=unused-result: a line "// FLAGS: ...".

set(tenancy_compile_fail_driver "${PROJECT_SOURCE_DIR}/cmake/compile_fail_driver.cmake")
set(tenancy_compile_fail_settings "${CMAKE_CURRENT_BINARY_DIR}/compile_fail_settings.cmake")

# Most files include the same headers. With GCC they are compiled once, by the test
# compile_fail.headers, and stand before each file; an #include of theirs then finds them there.
set(tenancy_compile_fail_headers "${CMAKE_CURRENT_BINARY_DIR}/compile_fail_headers/tenancy.hpp")
file(WRITE "${tenancy_compile_fail_headers}" "#include \"tenancy/tenancy.hpp\"\n")

# What a user of tenancy::tenancy compiles with. The file is written once, at generation.
file(GENERATE OUTPUT "${tenancy_compile_fail_settings}" CONTENT
"set(compiler [==[${CMAKE_CXX_COMPILER}]==])
set(compiler_id [==[${CMAKE_CXX_COMPILER_ID}]==])
set(standard_flag [==[${CMAKE_CXX20_STANDARD_COMPILE_OPTION}]==])
set(include_dirs [==[$<TARGET_PROPERTY:tenancy::tenancy,INTERFACE_INCLUDE_DIRECTORIES>]==])
set(implicit_include_dirs [==[${CMAKE_CXX_IMPLICIT_INCLUDE_DIRECTORIES}]==])
set(definitions [==[$<TARGET_PROPERTY:tenancy::tenancy,INTERFACE_COMPILE_DEFINITIONS>]==])
set(headers [==[${tenancy_compile_fail_headers}]==])
")

# tenancy_add_compile_fail(file.cpp...)
#
# Adds compile_fail.NAME.control and compile_fail.NAME.rejected for each file.
function(tenancy_add_compile_fail)
  foreach(file IN LISTS ARGN)
    cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" NORMALIZE)
    file(READ "${file}" content)
    if(NOT content MATCHES "// EXPECT(-GCC|-CLANG)?: *[^ \n]")
      message(FATAL_ERROR "${file}: no line '// EXPECT: <regex>'")
    endif()

    cmake_path(GET file STEM name)
    foreach(mode IN ITEMS control rejected)
      add_test(NAME compile_fail.${name}.${mode}
        COMMAND "${CMAKE_COMMAND}"
          -D "MODE=${mode}"
          -D "FILE=${file}"
          -D "SETTINGS=${tenancy_compile_fail_settings}"
          -P "${tenancy_compile_fail_driver}")
      set_tests_properties(compile_fail.${name}.${mode} PROPERTIES
        LABELS compile_fail
        FIXTURES_REQUIRED compile_fail_headers)
    endforeach()
  endforeach()
  add_test(NAME compile_fail.headers
    COMMAND "${CMAKE_COMMAND}"
      -D MODE=headers
      -D "FILE=${tenancy_compile_fail_headers}"
      -D "SETTINGS=${tenancy_compile_fail_settings}"
      -P "${tenancy_compile_fail_driver}")
  set_tests_properties(compile_fail.headers PROPERTIES
    LABELS compile_fail
    FIXTURES_SETUP compile_fail_headers)
endfunction()

# compile_fail.self proves that the driver tells the good from the bad.
function(tenancy_add_compile_fail_self_test)
  add_test(NAME compile_fail.self
    COMMAND "${CMAKE_COMMAND}"
      -D "DRIVER=${tenancy_compile_fail_driver}"
      -D "SETTINGS=${tenancy_compile_fail_settings}"
      -D "FOLDER=${CMAKE_CURRENT_BINARY_DIR}/compile_fail_self"
      -P "${PROJECT_SOURCE_DIR}/cmake/compile_fail_self_test.cmake")
  set_tests_properties(compile_fail.self PROPERTIES LABELS compile_fail)
endfunction()
