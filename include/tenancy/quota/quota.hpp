#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "tenancy/core/export.hpp"
#include "tenancy/quota/quota_usage.hpp"
#include "tenancy/storage/transaction.hpp"

namespace tenancy::inline v0 {

/// A durable count of what each tenant uses of a metric, with a limit that is never passed.
///
/// It works within the caller's transaction: count and work are kept together or not at all. Where
/// `consume` is refused, the count is as it was and the transaction goes on; what else was done in
/// it is undone when the unit returns the error, as `BOOST_OUTCOME_TRY` does.
///
/// What is counted has no limit by omission: a quota is made with the limit that holds for tenants
/// that were given none of their own. Programs that count the same metric give it the same one.
///
/// Isolation: counts, limits and resets are the transaction's tenant's. Rows that come back are
/// compared with it; one of another tenant stops the transaction with `isolation_violation`.
/// Neither a tenant's mappings nor the SQL that it writes reach these tables. Thread safety:
/// immutable; the calls have that of the transaction. Units and shapes: a tenant has up to
/// `max_metrics` metrics. Errors: beside those named, each call gives the transaction's, and
/// `invalid_row` when a stored value is none that it could have written. Complexity: that of a few
/// look-ups by key; `consume` and `release` are one statement once counting has begun.
class TENANCY_API Quota {
 public:
  static constexpr std::size_t max_metrics = 1'000;
  /// Of a metric, a tenant's latest resets are kept.
  static constexpr std::size_t max_resets = 100;
  static constexpr std::size_t max_reason_length = 500;

  /// The limit is that of tenants without one of their own.
  Quota(const MetricName& metric, QuotaLimit limit) : metric_{metric}, limit_{limit} {}

  [[nodiscard]] const MetricName& metric() const noexcept { return metric_; }
  [[nodiscard]] QuotaLimit limit() const noexcept { return limit_; }

  /// Begins counting, at what the tenant uses already; where it has begun, this does nothing. A
  /// program that comes to count what has been there before calls it with the number of that,
  /// counted in the same transaction before it adds to it.
  /// Errors: `invalid_argument` for a negative number, or for one metric too many.
  Result<QuotaUsage> begin(WriteTransaction& transaction, std::int64_t used) const;

  /// Adds to what is used, when the limit leaves that much; begins at 0 where counting has not
  /// begun.
  /// Errors: `quota_exceeded`, about the metric: nothing was added, and `usage` tells the figures;
  /// `invalid_argument` for an amount below 1, or for one metric too many.
  Result<QuotaUsage> consume(WriteTransaction& transaction, std::int64_t amount = 1) const;

  /// Gives back what was used: down to 0 and no further, and nothing where counting has not begun.
  /// Errors: `invalid_argument` for an amount below 1.
  Result<QuotaUsage> release(WriteTransaction& transaction, std::int64_t amount = 1) const;

  /// How the tenant stands.
  Result<QuotaUsage> usage(ReadTransaction& transaction) const;

  /// Gives the tenant a limit of its own, or with nothing takes that away. One below what is used
  /// takes nothing away: nothing more is admitted until enough is given back.
  /// Errors: `access_denied` for a context that a credential of the tenant's gave, which never
  /// moves its own limits; `invalid_argument` for one metric too many.
  Result<QuotaUsage> set_limit(WriteTransaction& transaction,
                               std::optional<QuotaLimit> limit) const;

  /// Counts from 0 again. What was used, who did it, when and why is on record with it.
  /// Units and shapes: the reason is 1 to `max_reason_length` bytes of UTF-8 without control
  /// characters.
  /// Errors: `access_denied` as for `set_limit`; `invalid_argument` for the reason; `not_found`
  /// where counting has not begun.
  Result<QuotaUsage> reset(WriteTransaction& transaction, std::string_view reason) const;

  /// The latest resets, the last one first. Gaps below them are those that were dropped.
  Result<std::vector<QuotaReset>> resets(ReadTransaction& transaction) const;

 private:
  MetricName metric_;
  QuotaLimit limit_;
};

/// All that is stored of the tenant's quotas, by the metrics' names.
///
/// Isolation and errors: as `Quota`.
TENANCY_API Result<std::vector<StoredQuota>> stored_quotas(ReadTransaction& transaction);

}  // namespace tenancy::inline v0
