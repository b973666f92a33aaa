#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tenancy/core/timestamp.hpp"

#include "deployment.hpp"

namespace tenancy_bench {

// What the sides that are written by hand have in common.

/// How long a connection waits for another one's write.
inline constexpr std::chrono::milliseconds busy_timeout{5000};

struct RawPage {
  std::vector<Deployment> items;
  std::optional<std::string> next;  ///< The last key, when rows follow.
  std::int64_t total = 0;           ///< All rows, for numbered pages.
};

inline tenancy::Timestamp time_of_write() {
  return tenancy::Timestamp{
      std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now())};
}

}  // namespace tenancy_bench
