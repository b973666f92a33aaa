#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "command_line.hpp"

namespace tenancy_bench {

/// Counts the instructions of an operation, a number that repeats where times do not.
///
/// This program runs itself once more under Valgrind's callgrind with `--run CASE --times N`, for
/// two numbers N; what both runs have in common, such as the set-up, cancels out in the difference.
///
/// Thread safety: thread-compatible.
class InstructionCounter {
 public:
  /// Nothing when Valgrind is not installed. What else the line says of the data, `--store` and
  /// `--sizes`, is passed on to each run.
  static std::optional<InstructionCounter> create(const CommandLine& line);

  /// Instructions of one operation, on average, after `fewer` of them have warmed the caches.
  /// Nothing, after an explanation on standard error, when a run fails.
  [[nodiscard]] std::optional<double> per_operation(const std::string& name, std::size_t fewer,
                                                    std::size_t more) const;

 private:
  InstructionCounter(std::filesystem::path program, std::vector<std::string> data)
      : program_{std::move(program)}, data_{std::move(data)} {}

  [[nodiscard]] std::optional<std::uint64_t> count(const std::string& name,
                                                   std::size_t times) const;

  std::filesystem::path program_;
  std::vector<std::string> data_;
};

}  // namespace tenancy_bench
