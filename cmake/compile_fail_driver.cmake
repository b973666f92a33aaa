# Runs one half of a compile-fail test: cmake -D MODE=control|rejected -D FILE=... -D SETTINGS=... -P
# With MODE=headers it compiles what stands before the files instead, with MODE=controls a file that
# holds many of them.

cmake_minimum_required(VERSION 3.25)
include("${SETTINGS}")

file(READ "${FILE}" content)

if(compiler_id STREQUAL "GNU")
  set(which GCC)
  set(bare_messages -fno-diagnostics-show-caret)
else()
  set(which CLANG)
  set(bare_messages -fno-caret-diagnostics)
endif()

if(MODE MATCHES "^(headers|controls)$")
  set(expected "")
elseif(content MATCHES "// EXPECT-${which}: *([^\n]*[^ \n])" OR
   content MATCHES "// EXPECT: *([^\n]*[^ \n])")
  set(expected "${CMAKE_MATCH_1}")
else()
  message(FATAL_ERROR "${FILE}: no line '// EXPECT: <regex>' for ${compiler_id}")
endif()

set(flags "")
if(content MATCHES "// FLAGS: *([^\n]*[^ \n])")
  separate_arguments(flags UNIX_COMMAND "${CMAKE_MATCH_1}")
endif()

set(include_flags "")
foreach(dir IN LISTS include_dirs)
  cmake_path(SET dir NORMALIZE "${dir}/.")
  string(REGEX REPLACE "(.)/$" "\\1" dir "${dir}")
  # Naming a directory the compiler searches anyway would change the order of its own headers.
  if(NOT dir STREQUAL "" AND NOT dir IN_LIST implicit_include_dirs)
    list(APPEND include_flags "-I${dir}")
  endif()
endforeach()

set(definition_flags "")
foreach(definition IN LISTS definitions)
  list(APPEND definition_flags "-D${definition}")
endforeach()
if(MODE STREQUAL "rejected")
  list(APPEND definition_flags -DMUST_NOT_COMPILE)
endif()

set(header_flags "")
if(MODE STREQUAL "headers")
  if(NOT compiler_id STREQUAL "GNU")
    return()
  endif()
  execute_process(
    COMMAND "${compiler}" ${standard_flag} -x c++-header ${include_flags} ${definition_flags}
      "${FILE}" -o "${FILE}.gch"
    RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${FILE}: the headers do not compile")
  endif()
  return()
elseif(EXISTS "${headers}.gch")
  set(header_flags -include "${headers}")
endif()

# The source lines that compilers quote, and the file's own name, hold the very words a rule is
# about. Only messages may match.
set(ENV{LC_ALL} C)
execute_process(
  COMMAND "${compiler}" ${standard_flag} -fsyntax-only ${bare_messages} ${header_flags}
    ${include_flags} ${definition_flags} ${flags} "${FILE}"
  RESULT_VARIABLE result
  OUTPUT_VARIABLE output
  ERROR_VARIABLE output)
cmake_path(GET FILE FILENAME file_name)
string(REPLACE "${FILE}" "FILE" messages "${output}")

if(MODE MATCHES "^controls?$")
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${FILE}: a control does not compile:\n${output}")
  endif()
elseif(MODE STREQUAL "rejected")
  if(result EQUAL 0)
    message(FATAL_ERROR "${FILE}: compiles with MUST_NOT_COMPILE, but must not")
  endif()
  if(NOT messages MATCHES "${expected}")
    message(FATAL_ERROR
      "${FILE}: is rejected, but no message matches\n  ${expected}\nThe messages:\n${output}")
  endif()
else()
  message(FATAL_ERROR "MODE is control, controls, rejected or headers, not '${MODE}'")
endif()
