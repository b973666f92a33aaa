#pragma once

#include <string>
#include <vector>

namespace tenancy::inline v0 {

/// What the host says of those of its tables, views and triggers that are not shaped as a tenant's
/// table is. All names are compared without regard to the case of ASCII letters.
struct SchemaPolicy {
  /// Tables without `tenant_id`, for data that all tenants may know of. A tenant's repository
  /// cannot reach them.
  std::vector<std::string> shared_tables = {};
  /// Views and triggers that the host has looked at.
  ///
  /// Isolation: a view shows what it selects, whosever it is; a trigger does what it says, with the
  /// rows of all tenants.
  std::vector<std::string> allowed_views_and_triggers = {};
  /// Tables whose shape is not looked at.
  ///
  /// Isolation: keys without the tenant tell one tenant which values others use, and let rows of
  /// two tenants refer to each other.
  std::vector<std::string> unsafe_tables = {};
};

}  // namespace tenancy::inline v0
