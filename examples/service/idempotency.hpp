#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "service/endpoint.hpp"

namespace tenantd {

/// What is asked for by `Idempotency-Key`: that a write happens once, however often it is sent.
struct IdempotencyKey {
  using Fingerprint = std::array<std::byte, 32>;

  std::string text;
  Fingerprint fingerprint;  ///< Of what makes two requests the same one.
};

/// The key that came with a request, if any: 1 to 255 visible characters, with or without quotation
/// marks around them. Errors: 400.
/// Source: draft-ietf-httpapi-idempotency-key-header-07; RFC 8941 §3.3.3.
Reply<std::optional<IdempotencyKey>> read_idempotency_key(const Request& request);

/// How long answers are remembered, and how many of each tenant.
struct IdempotencyLimits {
  std::chrono::seconds lifetime{std::chrono::hours{24}};
  /// At least 1. The newest stay. One of more than 4 KiB counts once for each 4 KiB begun.
  std::int64_t answers = 100'000;
};

/// The same unit, whose answer is remembered under the key in the same transaction. Where it has
/// been before, nothing is done and that answer is given again, as long as the request is the same
/// one; otherwise the answer is 422 to the request of that id. Only what succeeds is remembered, in
/// the place of what has expired or is too much.
///
/// Isolation: keys are rows of the tenant, of which others know nothing.
WriteUnit once(IdempotencyKey key, const IdempotencyLimits& limits, std::string request_id,
               WriteUnit unit);

}  // namespace tenantd
