#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "deployment.hpp"

namespace tenancy_bench {

/// What both sides do, so that they do the same.
struct Workload {
  Workload();

  /// Whose rows are worked on where one tenant is enough.
  static constexpr std::size_t tenant = 42;
  static constexpr std::int64_t page_limit = 50;
  static constexpr std::int64_t page_before_cursor = 10;
  /// Rows that one call can insert or erase; they are then taken back.
  static constexpr std::size_t max_inserts = 3000;
  static constexpr std::size_t max_erasures = 3000;

  std::vector<std::string> keys;          ///< All keys of the tenant, shuffled.
  std::vector<std::string> tenants_keys;  ///< One key of each tenant.
  std::string last_key;                   ///< The last one of `page_before_cursor`.
  std::vector<Deployment> new_rows;       ///< Of the tenant.
  std::vector<Deployment> existing_rows;  ///< Of the tenant, shuffled.
  std::vector<Deployment> doomed_rows;    ///< Of the large tenant, shuffled.
};

}  // namespace tenancy_bench
