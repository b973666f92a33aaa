#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace tenancy_bench {

/// What the compiler is asked for.
enum class Effort {
  check,     ///< `-O0 -fsyntax-only`: what an editor waits for, and nearly all of a debug build.
  optimise,  ///< `-O2 -c`.
};

/// The compiler that built the benchmark, with the paths of the library's headers.
class Compiler {
 public:
  Compiler();

  /// Processor time of the user's side in milliseconds, of all processes that compiling takes.
  /// Ends the program when the file does not compile.
  [[nodiscard]] double milliseconds(const std::filesystem::path& source, Effort effort) const;

 private:
  std::vector<std::string> command_;
};

}  // namespace tenancy_bench
