#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "tenancy/quota/quota.hpp"

#include "support/test_store.hpp"

namespace tenancy_test {

inline tenancy::QuotaLimit at_most(std::int64_t amount) {
  return must(tenancy::QuotaLimit::at_most(amount));
}

inline tenancy::Quota quota_of(std::string_view metric,
                               tenancy::QuotaLimit limit = tenancy::QuotaLimit::unlimited()) {
  return tenancy::Quota{must(tenancy::MetricName::parse(metric)), limit};
}

/// A store with two tenants that count, and each call as a transaction of its own.
struct QuotaWorld {
  TestStore test;
  tenancy::TenantContext acme = test.enter(test.acme);
  tenancy::TenantContext globex = test.enter(test.globex);

  template <class Unit>
  [[nodiscard]] auto write(const tenancy::TenantContext& context, const Unit& unit) const {
    return test.store.write(context, unit);
  }
  [[nodiscard]] tenancy::Result<tenancy::QuotaUsage> consume(const tenancy::TenantContext& context,
                                                             const tenancy::Quota& quota,
                                                             std::int64_t amount = 1) const {
    return write(context, [&](tenancy::WriteTransaction& transaction) {
      return quota.consume(transaction, amount);
    });
  }
  [[nodiscard]] tenancy::Result<tenancy::QuotaUsage> release(const tenancy::TenantContext& context,
                                                             const tenancy::Quota& quota,
                                                             std::int64_t amount = 1) const {
    return write(context, [&](tenancy::WriteTransaction& transaction) {
      return quota.release(transaction, amount);
    });
  }
  [[nodiscard]] tenancy::Result<tenancy::QuotaUsage> begin(const tenancy::TenantContext& context,
                                                           const tenancy::Quota& quota,
                                                           std::int64_t used) const {
    return write(context, [&](tenancy::WriteTransaction& transaction) {
      return quota.begin(transaction, used);
    });
  }
  [[nodiscard]] tenancy::Result<tenancy::QuotaUsage> set_limit(
      const tenancy::TenantContext& context, const tenancy::Quota& quota,
      std::optional<tenancy::QuotaLimit> limit) const {
    return write(context, [&](tenancy::WriteTransaction& transaction) {
      return quota.set_limit(transaction, limit);
    });
  }
  [[nodiscard]] tenancy::Result<tenancy::QuotaUsage> reset(
      const tenancy::TenantContext& context, const tenancy::Quota& quota,
      std::string_view reason = "a new year") const {
    return write(context, [&](tenancy::WriteTransaction& transaction) {
      return quota.reset(transaction, reason);
    });
  }
  [[nodiscard]] tenancy::Result<tenancy::QuotaUsage> usage(const tenancy::TenantContext& context,
                                                           const tenancy::Quota& quota) const {
    return test.store.read(
        context, [&](tenancy::ReadTransaction& transaction) { return quota.usage(transaction); });
  }
  [[nodiscard]] std::int64_t used(const tenancy::TenantContext& context,
                                  const tenancy::Quota& quota) const {
    return must(usage(context, quota)).used;
  }
  [[nodiscard]] std::vector<tenancy::QuotaReset> resets(const tenancy::TenantContext& context,
                                                        const tenancy::Quota& quota) const {
    return must(test.store.read(
        context, [&](tenancy::ReadTransaction& transaction) { return quota.resets(transaction); }));
  }
  [[nodiscard]] std::vector<tenancy::StoredQuota> stored(
      const tenancy::TenantContext& context) const {
    return must(test.store.read(context, [](tenancy::ReadTransaction& transaction) {
      return tenancy::stored_quotas(transaction);
    }));
  }
};

}  // namespace tenancy_test
