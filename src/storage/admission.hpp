#pragma once

#include "tenancy/core/clock.hpp"
#include "tenancy/core/detail/realm.hpp"
#include "tenancy/core/export.hpp"
#include "tenancy/core/result.hpp"
#include "tenancy/core/tenant_context.hpp"

namespace tenancy::inline v0::detail {

/// What every store asks of a context by itself, before its gate asks the database. Ownership:
/// borrows the store's. Thread safety: immutable.
class TENANCY_API Admission {
 public:
  Admission(const Realm& realm, const Clock& clock) noexcept : realm_{realm}, clock_{clock} {}

  /// Errors: `foreign_context` for another store's; `stale_context` for one that has expired.
  [[nodiscard]] Result<void> admit(const TenantContext& context) const;
  /// Errors: as above; `access_denied` for one that may only read.
  [[nodiscard]] Result<void> admit_write(const TenantContext& context) const;
  /// Once more, of one that has waited since. Errors: `stale_context`.
  [[nodiscard]] Result<void> require_not_expired(const TenantContext& context) const;

 private:
  const Realm& realm_;
  const Clock& clock_;
};

}  // namespace tenancy::inline v0::detail
