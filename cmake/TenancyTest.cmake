find_package(doctest 2.4 REQUIRED)
include(doctest)

# doctest's implementation and main(), compiled once for all test programs.
add_library(tenancy_doctest_main OBJECT "${PROJECT_SOURCE_DIR}/tests/doctest_main.cpp")
target_compile_features(tenancy_doctest_main PUBLIC cxx_std_20)
target_link_libraries(tenancy_doctest_main PUBLIC doctest::doctest)
set_target_properties(tenancy_doctest_main PROPERTIES CXX_EXTENSIONS OFF)
tenancy_target_defaults(tenancy_doctest_main)

# tenancy_add_test(NAME name [SINGLE_THREADED] SOURCES file... [LIBRARIES target...]
#                  [LABELS label...])
#
# Builds the doctest program test_NAME and registers each of its test cases with CTest as
# "NAME/test case". Tests labelled "long" run only under `./dev test --long`. Those of code that
# knows no threads say so; TENANCY_TEST_THREADS_ONLY leaves them out.
function(tenancy_add_test)
  cmake_parse_arguments(PARSE_ARGV 0 arg "SINGLE_THREADED" "NAME" "SOURCES;LIBRARIES;LABELS")
  if(NOT arg_NAME OR NOT arg_SOURCES OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "tenancy_add_test needs NAME and SOURCES; not: ${arg_UNPARSED_ARGUMENTS}")
  endif()

  if(arg_SINGLE_THREADED AND TENANCY_TEST_THREADS_ONLY)
    return()
  endif()

  set(target test_${arg_NAME})
  add_executable(${target} ${arg_SOURCES})
  target_link_libraries(${target} PRIVATE
    tenancy::tenancy
    tenancy_doctest_main
    ${arg_LIBRARIES})
  target_include_directories(${target} PRIVATE
    "${PROJECT_SOURCE_DIR}/src"
    "${PROJECT_SOURCE_DIR}/tests")
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  tenancy_target_defaults(${target})
  tenancy_precompile_headers(${target})

  # doctest calls it a success when a filter matches no test case; here it is a failure.
  doctest_discover_tests(${target}
    TEST_PREFIX "${arg_NAME}/"
    TEST_LIST ${target}_cases
    PROPERTIES FAIL_REGULAR_EXPRESSION "test cases: +0 ")

  # A list of labels does not survive doctest's own argument passing; CTest reads this file after
  # the one that names the test cases.
  if(arg_LABELS)
    set(labels_file "${CMAKE_CURRENT_BINARY_DIR}/${target}_labels.cmake")
    file(WRITE "${labels_file}"
"if(DEFINED ${target}_cases)
  set_tests_properties(\${${target}_cases} PROPERTIES LABELS \"${arg_LABELS}\")
endif()
")
    set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${labels_file}")
  endif()
endfunction()
