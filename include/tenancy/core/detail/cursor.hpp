#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>

#include "tenancy/core/key_ring.hpp"
#include "tenancy/core/page.hpp"
#include "tenancy/core/tenant_id.hpp"

namespace tenancy::inline v0::detail {

/// A place in a list: one tenant's, or one of the platform's own.
struct CursorPlace {
  std::optional<TenantId> tenant;
  std::string_view table;
  Order order;
};

/// Seals a place and a key into an opaque text that is worth nothing in any other place.
std::string seal_cursor(const KeyRing& keys, const CursorPlace& place, std::string_view key);

/// The key inside. Errors: `invalid_cursor`, the same for every reason.
Result<std::string> open_cursor(const KeyRing& keys, const CursorPlace& place,
                                std::string_view cursor);

inline std::string key_to_text(std::string_view key) { return std::string{key}; }
template <std::integral Key>
std::string key_to_text(Key key) {
  return std::to_string(key);
}

/// The key that `key_to_text` made the text of; the text has been authenticated already.
template <class Key>
Result<Key> key_from_text(std::string text) {
  if constexpr (std::integral<Key>) {
    Key key{};
    const char* const end = text.data() + text.size();
    const auto [stopped, failure] = std::from_chars(text.data(), end, key);
    if (failure != std::errc{} || stopped != end) {
      return Error{errc::invalid_cursor, "the cursor's key has another type"};
    }
    return key;
  } else {
    return Result<Key>{std::move(text)};
  }
}

}  // namespace tenancy::inline v0::detail
