#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tenancy/registry/tenant_registry.hpp"

#include "storage/backend.hpp"

namespace tenancy::inline v0::detail {

/// Where a tenant stands in a list: by what the list is sorted by, then by its id.
struct TenantPlace {
  std::int64_t time = 0;  ///< Of lists that are sorted by a time.
  std::string text = {};  ///< Of the others.
  std::int64_t tenant = 0;
};

TenantPlace place_of(const Tenant& tenant, TenantSortKey by);

// A place as cursors hold it.
std::string to_text(const TenantPlace& place, TenantSortKey by);
/// Errors: `invalid_cursor`.
Result<TenantPlace> place_from(std::string_view text, TenantSortKey by);

/// The statements that count and read the tenants that fit a filter.
///
/// Ownership: borrows the filter.
class TenantSelection {
 public:
  explicit TenantSelection(const TenantFilter& filter);

  /// Errors: `invalid_argument`.
  static Result<void> check(const TenantFilter& filter);

  Result<std::int64_t> count(ControlSession& session) const;
  /// Up to `limit` tenants in that order, from the one behind `behind` on, or else from the one at
  /// `offset`. The place outlives the statement.
  Result<StatementLease> prepare(ControlSession& session, const TenantSort& sort,
                                 const std::optional<TenantPlace>& behind, std::int64_t limit,
                                 std::int64_t offset) const;

 private:
  void bind(Statement& statement) const;

  const TenantFilter& filter_;
  std::optional<std::string> pattern_;
};

}  // namespace tenancy::inline v0::detail
