find_package(doctest 2.4 REQUIRED)
include(doctest)

# doctest's implementation and main(), compiled once for all test programs.
add_library(tenancy_doctest_main OBJECT "${PROJECT_SOURCE_DIR}/tests/doctest_main.cpp")
target_compile_features(tenancy_doctest_main PUBLIC cxx_std_20)
target_link_libraries(tenancy_doctest_main PUBLIC doctest::doctest)
set_target_properties(tenancy_doctest_main PROPERTIES CXX_EXTENSIONS OFF)
tenancy_target_defaults(tenancy_doctest_main)

# The seconds that a program gets whose test cases run as one test; the others have the preset's.
set(TENANCY_TEST_WHOLE_TIMEOUT 1200)

# tenancy_add_test(NAME name [SINGLE_THREADED] [POSTGRES] [WHOLE] SOURCES file... [LIBRARIES target...]
#                  [LABELS label...])
#
# Builds the doctest program test_NAME and registers each of its test cases with CTest as
# "NAME/test case". Tests labelled "long" run only under `./dev test --long`. Those of code that
# knows no threads say so; TENANCY_TEST_THREADS_ONLY leaves them out. Those that need a PostgreSQL
# server say so, too, and share one that is started before them. WHOLE is for those that start
# servers of their own, which their test cases share: they are one test.
function(tenancy_add_test)
  cmake_parse_arguments(PARSE_ARGV 0 arg "SINGLE_THREADED;POSTGRES;WHOLE" "NAME" "SOURCES;LIBRARIES;LABELS")
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

  if(arg_WHOLE)
    add_test(NAME ${arg_NAME} COMMAND ${target})
    set_tests_properties(${arg_NAME} PROPERTIES
      FAIL_REGULAR_EXPRESSION "test cases: +0 "
      TIMEOUT ${TENANCY_TEST_WHOLE_TIMEOUT})
    return()
  endif()

  # doctest calls it a success when a filter matches no test case; here it is a failure.
  doctest_discover_tests(${target}
    TEST_PREFIX "${arg_NAME}/"
    TEST_LIST ${target}_cases
    PROPERTIES FAIL_REGULAR_EXPRESSION "test cases: +0 ")

  # Lists do not survive doctest's own argument passing; CTest reads this file after the one that
  # names the test cases.
  set(properties "")
  if(arg_LABELS)
    string(APPEND properties " LABELS \"${arg_LABELS}\"")
  endif()
  if(arg_POSTGRES)
    string(APPEND properties " FIXTURES_REQUIRED postgres"
      " ENVIRONMENT \"TENANCY_TEST_POSTGRES=${TENANCY_TEST_CLUSTER}\"")
  endif()
  if(properties)
    set(labels_file "${CMAKE_CURRENT_BINARY_DIR}/${target}_labels.cmake")
    file(WRITE "${labels_file}"
"if(DEFINED ${target}_cases)
  set_tests_properties(\${${target}_cases} PROPERTIES${properties})
endif()
")
    set_property(DIRECTORY APPEND PROPERTY TEST_INCLUDE_FILES "${labels_file}")
  endif()
endfunction()

# tenancy_paths(SOURCES file... DEFINITIONS name=value...)
#
# Tells these files of tests, and no others of their program, where something lies. The rest of the
# program compiles to the same in each checkout.
function(tenancy_paths)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "" "SOURCES;DEFINITIONS")
  set_property(SOURCE ${arg_SOURCES} APPEND PROPERTY COMPILE_DEFINITIONS ${arg_DEFINITIONS})
endfunction()

# The file that tells of the private PostgreSQL server, and what starts and stops it.
set(TENANCY_TEST_CLUSTER "${PROJECT_BINARY_DIR}/postgres.cluster")
set(TENANCY_TEST_PGBOUNCER "${PROJECT_BINARY_DIR}/pgbouncer.test")
function(tenancy_add_cluster)
  set(script "${PROJECT_SOURCE_DIR}/tests/support/postgres_cluster.py")
  add_test(NAME postgres/start COMMAND python3 "${script}" start "${TENANCY_TEST_CLUSTER}")
  add_test(NAME postgres/stop COMMAND python3 "${script}" stop "${TENANCY_TEST_CLUSTER}")
  set_tests_properties(postgres/start PROPERTIES FIXTURES_SETUP postgres)
  set_tests_properties(postgres/stop PROPERTIES FIXTURES_CLEANUP postgres)
  # A pooler in front of it.
  set(pooler "${PROJECT_SOURCE_DIR}/tests/support/pgbouncer.py")
  add_test(NAME pgbouncer/start COMMAND python3 "${pooler}" start "${TENANCY_TEST_PGBOUNCER}"
    "${TENANCY_TEST_CLUSTER}")
  add_test(NAME pgbouncer/stop COMMAND python3 "${pooler}" stop "${TENANCY_TEST_PGBOUNCER}")
  set_tests_properties(pgbouncer/start PROPERTIES
    FIXTURES_REQUIRED postgres FIXTURES_SETUP pgbouncer)
  set_tests_properties(pgbouncer/stop PROPERTIES
    FIXTURES_REQUIRED postgres FIXTURES_CLEANUP pgbouncer)
endfunction()

# tenancy_run_on_postgres(NAME name [PGBOUNCER] [ONLY case...] [NOT case...]
#                         [ONLY_FILES file...] [NOT_FILES file...])
# tenancy_run_on_silo(NAME name ...)
#
# Runs the doctest program test_NAME once more as a whole, with its stores on PostgreSQL or in a file
# per tenant, but for cases, or all cases of source files, that are about something else: SQLite's
# file, for the most part. In names of cases a question mark stands for a comma, and an asterisk for
# anything. With PGBOUNCER the stores are reached through that.
function(tenancy_run_on store)
  cmake_parse_arguments(PARSE_ARGV 1 arg "PGBOUNCER" "NAME" "ONLY;NOT;ONLY_FILES;NOT_FILES")
  if(NOT arg_NAME OR arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "tenancy_run_on needs a NAME; not: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  if(NOT TARGET test_${arg_NAME})
    return()
  endif()
  list(TRANSFORM arg_ONLY_FILES PREPEND "*/")
  list(TRANSFORM arg_NOT_FILES PREPEND "*/")
  list(JOIN arg_ONLY "," only)
  list(JOIN arg_NOT "," not)
  list(JOIN arg_ONLY_FILES "," only_files)
  list(JOIN arg_NOT_FILES "," not_files)
  set(kind ${store})
  if(arg_PGBOUNCER)
    set(kind pgbouncer)
  endif()
  set(environment TENANCY_TEST_STORE=${kind})
  set(fixtures "")
  if(store STREQUAL "postgresql")
    list(APPEND environment
      TENANCY_TEST_POSTGRES=${TENANCY_TEST_CLUSTER}
      TENANCY_TEST_PGBOUNCER=${TENANCY_TEST_PGBOUNCER})
    set(fixtures postgres pgbouncer)
  endif()
  add_test(NAME ${kind}/${arg_NAME}
    COMMAND test_${arg_NAME}
      "--test-case=${only}" "--test-case-exclude=${not}"
      "--source-file=${only_files}" "--source-file-exclude=${not_files}")
  set_tests_properties(${kind}/${arg_NAME} PROPERTIES
    FIXTURES_REQUIRED "${fixtures}"
    ENVIRONMENT "${environment}"
    FAIL_REGULAR_EXPRESSION "test cases: +0 "
    TIMEOUT ${TENANCY_TEST_WHOLE_TIMEOUT})
endfunction()
macro(tenancy_run_on_postgres)
  tenancy_run_on(postgresql ${ARGN})
endmacro()
macro(tenancy_run_on_silo)
  tenancy_run_on(sqlite-silo ${ARGN})
endmacro()
