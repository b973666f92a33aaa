#include "tenancy/core/detail/cursor.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "core/base64url.hpp"

namespace tenancy::inline v0::detail {
namespace {

// Layout before encoding: format (1), key version (4, little-endian), tag, key.
constexpr std::byte format{1};
constexpr std::size_t version_offset = 1;
constexpr std::size_t tag_offset = version_offset + sizeof(std::uint32_t);
constexpr std::size_t key_offset = tag_offset + Mac::tag_size;

using Bytes = std::vector<std::byte>;

void append(Bytes& to, std::span<const std::byte> bytes) {
  to.insert(to.end(), bytes.begin(), bytes.end());
}
void append_number(Bytes& to, std::uint64_t number, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    to.push_back(static_cast<std::byte>(number >> (8 * i)));
  }
}
void append_text(Bytes& to, std::string_view text) {
  append_number(to, text.size(), sizeof(std::uint64_t));
  append(to, std::as_bytes(std::span{text}));
}

/// What the tag authenticates; lengths stand before texts, so that no two places read alike.
Bytes message(const CursorPlace& place, std::string_view key) {
  Bytes bytes;
  bytes.reserve(2 + 3 * sizeof(std::uint64_t) + place.table.size() + key.size());
  bytes.push_back(format);
  bytes.push_back(static_cast<std::byte>(place.order));
  append_number(bytes, static_cast<std::uint64_t>(place.tenant ? place.tenant->value() : 0),
                sizeof(std::uint64_t));
  append_text(bytes, place.table);
  append_text(bytes, key);
  return bytes;
}

Error invalid() {
  return Error{errc::invalid_cursor, "the cursor is malformed or belongs to another list"};
}

}  // namespace

std::string seal_cursor(const KeyRing& keys, const CursorPlace& place, std::string_view key) {
  const Mac mac = keys.authenticate(KeyPurpose::cursor, message(place, key));
  Bytes bytes;
  bytes.reserve(key_offset + key.size());
  bytes.push_back(format);
  append_number(bytes, mac.key_version, sizeof(mac.key_version));
  append(bytes, mac.tag);
  append(bytes, std::as_bytes(std::span{key}));
  return to_base64url(bytes);
}

Result<std::string> open_cursor(const KeyRing& keys, const CursorPlace& place,
                                std::string_view cursor) {
  const auto decoded = from_base64url(cursor);
  if (!decoded || decoded->size() < key_offset || decoded->front() != format) {
    return invalid();
  }
  const Bytes& bytes = *decoded;
  Mac mac{};
  for (std::size_t i = 0; i < sizeof(mac.key_version); ++i) {
    mac.key_version |= std::to_integer<std::uint32_t>(bytes[version_offset + i]) << (8 * i);
  }
  std::copy_n(bytes.begin() + tag_offset, Mac::tag_size, mac.tag.begin());
  std::string key(reinterpret_cast<const char*>(bytes.data()) + key_offset,
                  bytes.size() - key_offset);
  if (!keys.verify(KeyPurpose::cursor, message(place, key), mac)) {
    return invalid();
  }
  return key;
}

}  // namespace tenancy::inline v0::detail
