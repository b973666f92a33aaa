#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

#include "tenancy/core/clock.hpp"
#include "tenancy/core/error.hpp"
#include "tenancy/core/export.hpp"
#include "tenancy/core/key_ring.hpp"
#include "tenancy/core/tenant_id.hpp"
#include "tenancy/storage/observer.hpp"

#include "storage/fork_mark.hpp"

namespace tenancy::inline v0::detail {

/// What a store's sessions have in common. Ownership: borrows the store's. Thread safety:
/// thread-safe.
struct TENANCY_API SessionContext {
  const KeyRing& keys;
  const Clock& clock;
  StoreObserver* observer;
  const ForkMark& fork_mark;
  std::atomic<std::uint64_t>& isolation_alarms;  ///< Rows of other tenants that came back.

  /// Counts a row of another tenant that came back to this one, and raises the alarm.
  Error raise_alarm(TenantId tenant, std::string_view sql) const;
};

/// What a transaction ends with to which a row of another tenant came back.
TENANCY_API Error isolation_error();

}  // namespace tenancy::inline v0::detail
