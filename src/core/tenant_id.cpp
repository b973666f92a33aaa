#include "tenancy/core/tenant_id.hpp"

#include <array>
#include <limits>
#include <ostream>

#include "core/base32.hpp"
#include "core/random.hpp"

namespace tenancy::inline v0 {
namespace {

constexpr std::string_view prefix = "tnt_";
constexpr std::size_t digits = TenantId::text_length - prefix.size();
constexpr unsigned bits_per_digit = 5;

static_assert(digits * bits_per_digit >= 63);

}  // namespace

TenantId TenantId::generate() {
  std::int64_t value = 0;
  while (value == 0) {
    std::uint64_t random = 0;
    detail::fill_random(std::as_writable_bytes(std::span{&random, 1}));
    value = static_cast<std::int64_t>(random & std::numeric_limits<std::int64_t>::max());
  }
  return TenantId{value};
}

Result<TenantId> TenantId::parse(std::string_view text) {
  if (text.size() != text_length || !text.starts_with(prefix)) {
    return Error{errc::invalid_tenant_id, "a tenant id is 'tnt_' and 13 characters"};
  }
  std::uint64_t value = 0;
  for (const char digit : text.substr(prefix.size())) {
    const int bits = detail::base32_value(digit);
    if (bits < 0) {
      return Error{errc::invalid_tenant_id,
                   "a tenant id has only digits and lower-case letters without i, l, o and u"};
    }
    if ((value >> (64 - bits_per_digit)) != 0) {
      return Error{errc::invalid_tenant_id, "the tenant id is out of range"};
    }
    value = (value << bits_per_digit) | static_cast<std::uint64_t>(bits);
  }
  if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return Error{errc::invalid_tenant_id, "the tenant id is out of range"};
  }
  return from_value(static_cast<std::int64_t>(value));
}

Result<TenantId> TenantId::from_value(std::int64_t value) {
  if (value <= 0) {
    return Error{errc::invalid_tenant_id, "a tenant id is a positive number"};
  }
  return TenantId{value};
}

std::string TenantId::to_string() const {
  std::array<char, text_length> text{};
  prefix.copy(text.data(), prefix.size());
  auto rest = static_cast<std::uint64_t>(value_);
  for (std::size_t i = text_length; i > prefix.size(); --i) {
    text[i - 1] = detail::base32_lower[rest & 31U];
    rest >>= bits_per_digit;
  }
  return {text.data(), text.size()};
}

std::ostream& operator<<(std::ostream& out, TenantId id) { return out << id.to_string(); }

}  // namespace tenancy::inline v0
