# tenancy_target_defaults(TARGET)
#
# Warnings and reproducibility flags for a target of this project. They are private: an embedder
# who compiles our headers chooses their own warnings.
function(tenancy_target_defaults target)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang")
    return()
  endif()

  target_compile_options(${target} PRIVATE
    -Wall
    -Wextra
    -Wpedantic
    -Wcast-align
    -Wconversion
    -Wextra-semi
    -Wformat=2
    -Wimplicit-fallthrough
    -Wnon-virtual-dtor
    -Wold-style-cast
    -Woverloaded-virtual
    -Wshadow
    -Wsign-conversion
    -Wundef
    -Wunused
    $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-branches>
    $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond>
    $<$<CXX_COMPILER_ID:GNU>:-Wlogical-op>
    $<$<CXX_COMPILER_ID:GNU>:-Wzero-as-null-pointer-constant>
    # GCC 12 sees overlaps in "text" + std::string that are not there (GCC bug 105651).
    $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>
    $<$<BOOL:${TENANCY_WARNINGS_AS_ERRORS}>:-Werror>
    # Error locations carry __FILE__, and nobody's directory layout belongs in a shipped binary.
    # Debuggers, though, need the paths where a build keeps debug information.
    "-fmacro-prefix-map=${PROJECT_SOURCE_DIR}/="
    "$<$<CONFIG:Release,MinSizeRel>:-ffile-prefix-map=${PROJECT_SOURCE_DIR}/=>")
endfunction()
