#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tenancy/quota/quota_usage.hpp"

namespace tenantctl {

/// What is known of a quota. Of a store with another schema than the service's it is not known what
/// its program counts and allows: what is not set is not shown.
struct QuotaRecord {
  std::string metric;
  std::optional<std::int64_t> used = {};
  std::optional<tenancy::QuotaLimit> limit = {};
  std::optional<tenancy::Timestamp> updated_at = {};
  std::optional<tenancy::Timestamp> last_reset_at = {};
};

}  // namespace tenantctl
