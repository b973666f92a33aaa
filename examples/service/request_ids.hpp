#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>

namespace tenantd {

/// Names requests: unique among all services that ever wrote into one log, and no secret. A name
/// tells neither when it was given nor how many were before, which are other tenants' requests: it
/// is a hash of the count, keyed with what only this process knows.
///
/// Thread safety: thread-safe.
class RequestIds {
 public:
  RequestIds() noexcept;

  /// `req_` and 26 characters of Crockford's base32.
  [[nodiscard]] std::string next();

 private:
  std::array<unsigned char, 16> key_{};
  std::atomic<std::uint64_t> count_ = 0;
};

}  // namespace tenantd
