# cmake -D DRIVER=... -D SETTINGS=... -D FOLDER=... -P: feeds the driver good and bad files.

cmake_minimum_required(VERSION 3.25)

function(expect mode outcome name content)
  set(file "${FOLDER}/${name}.cpp")
  file(WRITE "${file}" "${content}")
  execute_process(
    COMMAND "${CMAKE_COMMAND}" -D MODE=${mode} -D "FILE=${file}" -D "SETTINGS=${SETTINGS}"
      -P "${DRIVER}"
    RESULT_VARIABLE result
    OUTPUT_VARIABLE output
    ERROR_VARIABLE output)
  if(outcome STREQUAL "pass")
    if(NOT result EQUAL 0)
      message(SEND_ERROR "${name} (${mode}) must pass, but:\n${output}")
    endif()
  elseif(result EQUAL 0)
    message(SEND_ERROR "${name} (${mode}) must be reported, but passes")
  else()
    # CMake wraps and indents what it reports.
    string(REGEX REPLACE "[ \n]+" " " output "${output}")
    if(NOT output MATCHES "${outcome}")
      message(SEND_ERROR "${name} (${mode}) is reported for another reason:\n${output}")
    endif()
  endif()
endfunction()

file(REMOVE_RECURSE "${FOLDER}")

set(good "// EXPECT: too (big|large)
template <class T> void f(T) { static_assert(sizeof(T) == 1, \"too big\"); }
int main() {
  f('c');
#ifdef MUST_NOT_COMPILE
  f(1);
#endif
}
")
expect(control pass good "${good}")
expect(rejected pass good "${good}")

string(REPLACE "#ifdef MUST_NOT_COMPILE" "#if 0" compiles "${good}")
expect(rejected "compiles with MUST_NOT_COMPILE" variant_compiles "${compiles}")

string(REPLACE "f(1);" "no_such_name();" other "${good}")
expect(rejected "no message matches" other_message "${other}")

string(REPLACE "#ifdef MUST_NOT_COMPILE" "#if 1" always "${good}")
expect(control "control does not compile" control_fails "${always}")

string(REPLACE "// EXPECT: too (big|large)" "" silent "${good}")
expect(rejected "no line '// EXPECT" no_expectation "${silent}")

# The expectation stands in the quoted source and in the file name, but in no message.
set(quoted "// EXPECT: quoted_word
int main() {
#ifdef MUST_NOT_COMPILE
  return no_such_name + /* quoted_word */ 1;
#endif
}
")
expect(rejected "no message matches" quoted_word "${quoted}")

set(per_compiler "// EXPECT-GCC: was not declared
// EXPECT-CLANG: undeclared identifier
int main() {
#ifdef MUST_NOT_COMPILE
  return no_such_name;
#endif
}
")
expect(rejected pass per_compiler "${per_compiler}")

set(flags "// EXPECT: nodiscard
// FLAGS: -Werror=unused-result
[[nodiscard]] int f();
int main() {
#ifdef MUST_NOT_COMPILE
  f();
#endif
}
")
expect(control pass flags "${flags}")
expect(rejected pass flags "${flags}")
