#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "tenancy/core/clock.hpp"
#include "tenancy/core/record_id.hpp"

namespace tenantd {

/// Names requests: unique among all services that ever wrote into one log, and no secret. The first
/// half says which start of the service it was, the rest counts, which costs no random bytes.
///
/// Thread safety: thread-safe.
class RequestIds {
 public:
  /// `req_` and 26 characters of Crockford's base32.
  [[nodiscard]] std::string next() {
    std::string id = start_;
    id.resize(start_.size() + counted_characters, '0');
    auto number = count_.fetch_add(1, std::memory_order_relaxed);
    for (auto place = id.rbegin(); number > 0 && place != id.rend(); ++place) {
      *place = digits[number % digits.size()];
      number /= digits.size();
    }
    return id;
  }

 private:
  static constexpr std::string_view digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  static constexpr std::size_t counted_characters = 10;
  static constexpr std::size_t start_characters = 16;

  std::string start_ =
      "req_" + tenancy::make_record_id(tenancy::SystemClock{}.now()).substr(0, start_characters);
  std::atomic<std::uint64_t> count_ = 1;
};

}  // namespace tenantd
