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

# tenancy_add_control(file variable)
#
# Appends the file to the variable's text, which holds many, each in a namespace of its own. What stands before its
# namespaces is included before all of them.
function(tenancy_add_control file variable)
  set(is_outside TRUE)
  set(text "")
  file(STRINGS "${file}" lines REGEX "^#(include|ifdef MUST_NOT_COMPILE|else|endif)")
  foreach(line IN LISTS lines)
    if(line MATCHES "^#ifdef")
      set(is_outside FALSE)
    elseif(line MATCHES "^#(else|endif)")
      set(is_outside TRUE)
    elseif(is_outside)
      string(APPEND text "${line}\n")
    endif()
  endforeach()
  cmake_path(GET file STEM name)
  string(APPEND text "namespace control_${name} {\n#include \"${file}\"\n}\n")
  set(${variable} "${${variable}}${text}" PARENT_SCOPE)
endfunction()

# tenancy_add_compile_fail(file.cpp...)
#
# Adds compile_fail.NAME.rejected for each file, and compile_fail.NAME.control for those that say
# something of a namespace or have flags of their own; the others are compiled together in
# compile_fail.controls, which takes a twentieth of the time.
function(tenancy_add_compile_fail)
  set(controls "#include \"tenancy/tenancy.hpp\"\n")
  foreach(file IN LISTS ARGN)
    cmake_path(ABSOLUTE_PATH file BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" NORMALIZE)
    file(READ "${file}" content)
    if(NOT content MATCHES "// EXPECT(-GCC|-CLANG)?: *[^ \n]")
      message(FATAL_ERROR "${file}: no line '// EXPECT: <regex>'")
    endif()

    cmake_path(GET file STEM name)
    set(modes rejected)
    if(content MATCHES "namespace (tenancy|std)[^;\n]*{|template <>|// FLAGS")
      list(APPEND modes control)
    else()
      tenancy_add_control("${file}" controls)
      set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${file}")
    endif()
    foreach(mode IN LISTS modes)
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
  set(all "${CMAKE_CURRENT_BINARY_DIR}/compile_fail_controls.cpp")
  file(CONFIGURE OUTPUT "${all}" CONTENT "${controls}" @ONLY)
  add_test(NAME compile_fail.controls
    COMMAND "${CMAKE_COMMAND}"
      -D MODE=controls
      -D "FILE=${all}"
      -D "SETTINGS=${tenancy_compile_fail_settings}"
      -P "${tenancy_compile_fail_driver}")
  set_tests_properties(compile_fail.controls PROPERTIES
    LABELS compile_fail
    FIXTURES_REQUIRED compile_fail_headers)
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
