# CMake includes this at the end of project(): what is compiled sees the mutants' functions first.
# Warnings are for the sources as they are written.
add_compile_options(-w "SHELL:-include ${CMAKE_CURRENT_LIST_DIR}/mutant.hpp")
set(CMAKE_CXX_STANDARD 20)
