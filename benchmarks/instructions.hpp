#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace tenancy_bench {

/// Counts the instructions of an operation, a number that repeats where times do not.
///
/// This program runs itself once more under Valgrind's callgrind with `--run CASE --times N`, for
/// two numbers N; what both runs have in common, such as the set-up, cancels out in the difference.
///
/// Thread safety: thread-compatible.
class InstructionCounter {
 public:
  /// Nothing when Valgrind is not installed. `store` is passed to each run as `--store`.
  static std::optional<InstructionCounter> create(std::filesystem::path store);

  /// Instructions of one operation, on average, after `fewer` of them have warmed the caches.
  /// Nothing, after an explanation on standard error, when a run fails.
  [[nodiscard]] std::optional<double> per_operation(const std::string& name, std::size_t fewer,
                                                    std::size_t more) const;

 private:
  InstructionCounter(std::filesystem::path program, std::filesystem::path store)
      : program_{std::move(program)}, store_{std::move(store)} {}

  [[nodiscard]] std::optional<std::uint64_t> count(const std::string& name,
                                                   std::size_t times) const;

  std::filesystem::path program_;
  std::filesystem::path store_;
};

}  // namespace tenancy_bench
