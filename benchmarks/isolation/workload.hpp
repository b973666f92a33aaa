#pragma once

#include <cstddef>
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
  /// Rows that one transaction can insert; it is rolled back, so the next inserts them again.
  static constexpr std::size_t max_inserts = 3000;

  std::vector<std::string> keys;          ///< All keys of the tenant, shuffled.
  std::vector<std::string> tenants_keys;  ///< One key of each tenant.
  std::string last_key;                   ///< The last one of `page_before_cursor`.
  std::vector<Deployment> new_rows;       ///< Of the tenant.
  std::vector<Deployment> existing_rows;  ///< Of the tenant, shuffled.
};

}  // namespace tenancy_bench
