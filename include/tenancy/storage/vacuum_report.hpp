#pragma once

#include <chrono>
#include <cstdint>

namespace tenancy::inline v0 {

/// What writing the database anew came to.
struct VacuumReport {
  std::uint64_t bytes_before;  ///< Of the database's pages.
  std::uint64_t bytes_after;
  std::chrono::nanoseconds took;
};

}  // namespace tenancy::inline v0
