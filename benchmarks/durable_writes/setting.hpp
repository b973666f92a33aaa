#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace tenancy_bench {

/// Under which circumstances both sides are compared.
struct Setting {
  std::size_t threads;
  std::chrono::microseconds added{0};  ///< To each sync.

  /// What the names of its figures end with: `16_threads_sync_1ms`.
  [[nodiscard]] std::string name() const {
    return std::to_string(threads) + (threads == 1 ? "_thread" : "_threads") + disk();
  }

  /// The part about the disk; empty for the disk as it is.
  [[nodiscard]] std::string disk() const {
    const auto time = added.count();
    if (time == 0) {
      return "";
    }
    return "_sync_" +
           (time % 1000 == 0 ? std::to_string(time / 1000) + "ms" : std::to_string(time) + "us");
  }
};

}  // namespace tenancy_bench
