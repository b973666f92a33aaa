#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "tenancy/core/detail/cursor.hpp"
#include "tenancy/core/key_ring.hpp"

namespace {

using tenancy::KeyRing;
using tenancy::Order;
using tenancy::TenantId;
using tenancy::detail::CursorPlace;
using tenancy::detail::open_cursor;
using tenancy::detail::seal_cursor;

void require(bool condition) {
  if (!condition) {
    std::abort();
  }
}

// The ring is fixed, so that an input which fails once fails again; the fuzzer does not know it.
const KeyRing& ring() {
  static const KeyRing keys =
      KeyRing::parse("1:8b7c0d52e1a94f36d0c5b2a79e4138f65d20c7b91ae83f640752dd9c1e6fb043").value();
  return keys;
}

CursorPlace place(std::int64_t tenant, std::string_view table, Order order) {
  return {TenantId::from_value(tenant).value(), table, order};
}

// Bytes that were not sealed open nothing. Only one text opens, the one that sealing gives.
void check_forgery(std::string_view text) {
  const CursorPlace here = place(42, "notes", Order::newest_first);
  const auto opened = open_cursor(ring(), here, text);
  if (opened) {
    require(seal_cursor(ring(), here, opened.value()) == text);
  } else {
    require(opened.error() == tenancy::errc::invalid_cursor);
  }
}

// What is sealed opens in its place, nowhere else, and not with any bit changed.
void check_seal(std::string_view key, std::size_t bit) {
  const CursorPlace here = place(42, "notes", Order::newest_first);
  const std::string sealed = seal_cursor(ring(), here, key);
  const auto opened = open_cursor(ring(), here, sealed);
  require(opened.has_value() && opened.value() == key);
  require(!open_cursor(ring(), place(43, "notes", Order::newest_first), sealed));
  require(!open_cursor(ring(), place(42, "tasks", Order::newest_first), sealed));
  require(!open_cursor(ring(), place(42, "notes", Order::oldest_first), sealed));
  std::string changed = sealed;
  bit %= 8 * changed.size();
  changed[bit / 8] =
      static_cast<char>(static_cast<unsigned char>(changed[bit / 8]) ^ (1U << (bit % 8)));
  require(!open_cursor(ring(), here, changed));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  check_forgery(text);
  constexpr std::size_t longest_key = 1024;
  if (size >= 2 && size - 2 <= longest_key) {
    check_seal(text.substr(2), static_cast<std::size_t>(data[0]) << 8U | data[1]);
  }
  return 0;
}
