#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "tenancy/core/timestamp.hpp"
#include "tenancy/data/mapping.hpp"

namespace tenantd {

/// The answer to a write that came with an `Idempotency-Key`.
struct RememberedAnswer {
  std::string key = {};
  std::vector<std::byte> fingerprint = {};  ///< Of the request.
  std::int32_t status = 0;
  std::string body = {};
  std::optional<std::string> location = {};
  std::optional<std::string> etag = {};
  tenancy::Timestamp expires_at = {};
  /// Larger than that of the tenant's answer before by what this one counts for.
  std::int64_t number = 0;
};

constexpr auto tenancy_mapping(std::type_identity<RememberedAnswer> /*type*/) {
  namespace m = tenancy::mapping;
  return m::entity("idempotency_keys", m::key("idempotency_key", &RememberedAnswer::key),
                   m::column("fingerprint", &RememberedAnswer::fingerprint),
                   m::column("status", &RememberedAnswer::status),
                   m::column("body", &RememberedAnswer::body),
                   m::column("location", &RememberedAnswer::location),
                   m::column("etag", &RememberedAnswer::etag),
                   m::column("expires_at", &RememberedAnswer::expires_at),
                   m::column("number", &RememberedAnswer::number));
}

/// The same without the answer.
struct RememberedKey {
  std::string key = {};
  tenancy::Timestamp expires_at = {};
  std::int64_t number = 0;
};

constexpr auto tenancy_mapping(std::type_identity<RememberedKey> /*type*/) {
  namespace m = tenancy::mapping;
  return m::entity("idempotency_keys", m::key("idempotency_key", &RememberedKey::key),
                   m::column("expires_at", &RememberedKey::expires_at),
                   m::column("number", &RememberedKey::number));
}

}  // namespace tenantd
