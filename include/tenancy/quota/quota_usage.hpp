#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tenancy/core/timestamp.hpp"
#include "tenancy/quota/metric_name.hpp"
#include "tenancy/quota/quota_limit.hpp"

namespace tenancy::inline v0 {

/// How a tenant stands with a quota.
struct QuotaUsage {
  std::int64_t used = 0;
  QuotaLimit limit = QuotaLimit::nothing();  ///< What holds: the tenant's own, or the quota's.
  bool has_own_limit = false;
  bool has_begun = false;                    ///< Whether anything has been counted, be it 0.
  std::optional<Timestamp> updated_at = {};  ///< When count or limit was last changed, if ever.
  std::optional<Timestamp> last_reset_at = {};

  /// What may still be used; 0 when the limit was lowered below what is.
  [[nodiscard]] constexpr std::int64_t remaining() const noexcept {
    return used < limit.amount() ? limit.amount() - used : 0;
  }
};

/// What is stored of a quota, for those who list a tenant's without knowing what a program gives
/// to tenants that have no limit of their own.
struct StoredQuota {
  MetricName metric;
  std::optional<std::int64_t> used;     ///< Nothing before anything has been counted.
  std::optional<QuotaLimit> own_limit;  ///< Nothing when the program's holds.
  Timestamp updated_at;
  std::optional<Timestamp> last_reset_at;
};

/// The record of one reset.
struct QuotaReset {
  std::int64_t number = 0;  ///< The tenant's resets of a metric count from 1.
  std::int64_t used_before = 0;
  std::string principal;  ///< Who did it, as `Principal::to_string` gives it.
  std::string reason;
  Timestamp at;
};

}  // namespace tenancy::inline v0
