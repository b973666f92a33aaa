#include "tenancy/core/detail/cursor.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "support/must.hpp"

using tenancy::errc;
using tenancy::KeyPurpose;
using tenancy::KeyRing;
using tenancy::Mac;
using tenancy::Order;
using tenancy::TenantId;
using tenancy::detail::CursorPlace;
using tenancy::detail::open_cursor;
using tenancy::detail::seal_cursor;
using tenancy_test::code_of;
using tenancy_test::must;

namespace {

constexpr std::string_view base64_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t tag_offset = 5;
constexpr std::size_t key_offset = tag_offset + Mac::tag_size;

TenantId tenant(std::int64_t value) { return must(TenantId::from_value(value)); }

CursorPlace place(std::string_view table = "notes", Order order = Order::newest_first,
                  std::int64_t id = 42) {
  return {tenant(id), table, order};
}

KeyRing fixed_ring() {
  return must(KeyRing::parse("1:" + std::string(64, 'a') + " 2:" + std::string(64, 'b')));
}

/// Base 64 for URLs without padding, written here so that the tests depend on no other decoder.
std::string encode(const std::vector<std::byte>& bytes) {
  std::string text;
  std::uint32_t held = 0;
  int bits = 0;
  for (const std::byte byte : bytes) {
    held = (held << 8U) | std::to_integer<std::uint32_t>(byte);
    bits += 8;
    while (bits >= 6) {
      bits -= 6;
      text += base64_digits[(held >> bits) & 63U];
    }
  }
  if (bits > 0) {
    text += base64_digits[(held << (6 - bits)) & 63U];
  }
  return text;
}

std::vector<std::byte> decode(std::string_view text) {
  std::vector<std::byte> bytes;
  std::uint32_t held = 0;
  int bits = 0;
  for (const char digit : text) {
    const auto value = base64_digits.find(digit);
    REQUIRE(value != std::string_view::npos);
    held = (held << 6U) | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes.push_back(static_cast<std::byte>((held >> bits) & 255U));
    }
  }
  return bytes;
}

bool is_refused(const KeyRing& keys, const CursorPlace& where, std::string_view cursor) {
  return code_of(open_cursor(keys, where, cursor)) == errc::invalid_cursor;
}

}  // namespace

TEST_CASE("what is sealed opens in its own place") {
  using namespace std::string_view_literals;
  const KeyRing keys = KeyRing::ephemeral();
  const std::string long_key(1024, 'k');
  for (const std::string_view key :
       {""sv, "a"sv, "ab"sv, "abc"sv, "01ARZ3NDEKTSV4RRFFQ69G5FAV"sv, "-9223372036854775808"sv,
        "a\0b"sv, "caf\xC3\xA9"sv, "\xFF"sv, std::string_view{long_key}}) {
    for (const Order order : {Order::newest_first, Order::oldest_first}) {
      const std::string cursor = seal_cursor(keys, place("notes", order), key);
      CAPTURE(key);
      CHECK(must(open_cursor(keys, place("notes", order), cursor)) == key);
    }
  }
}

TEST_CASE("any list that gives out a cursor takes it back, however long its keys are") {
  const KeyRing keys = KeyRing::ephemeral();
  for (const std::size_t size : {1025U, 1500U, 1554U, 1555U, 2000U, 4096U}) {
    CAPTURE(size);
    const std::string key(size, 'k');
    const auto opened = open_cursor(keys, place(), seal_cursor(keys, place(), key));
    CHECK(opened.has_value());
  }
}

TEST_CASE("a cursor fits into a URL as it is") {
  const KeyRing keys = KeyRing::ephemeral();
  for (std::size_t size = 0; size < 50; ++size) {
    const std::string cursor = seal_cursor(keys, place(), std::string(size, 'k'));
    CHECK(cursor.find_first_not_of(base64_digits) == std::string::npos);
    CHECK(decode(cursor).size() == key_offset + size);
  }
}

TEST_CASE("the form is fixed, since cursors outlive a program") {
  // Computed by another implementation of BLAKE2b and base 64.
  constexpr std::string_view expected = "AQIAAABA5VvLhvBO3bcBBihpL6F2qf6oh8N09UHhY_9oo2YHoGsx";
  const std::string cursor = seal_cursor(fixed_ring(), place(), "k1");
  CHECK(cursor == expected);
  CHECK(must(open_cursor(fixed_ring(), place(), expected)) == "k1");
}

TEST_CASE("a cursor is worth nothing for another tenant, table, order or ring") {
  const KeyRing keys = fixed_ring();
  const std::string cursor = seal_cursor(keys, place(), "key");
  REQUIRE(open_cursor(keys, place(), cursor).has_value());
  CHECK(is_refused(keys, place("notes", Order::newest_first, 43), cursor));
  CHECK(
      is_refused(keys, place("notes", Order::newest_first, 42 + (std::int64_t{1} << 32)), cursor));
  CHECK(
      is_refused(keys, place("notes", Order::newest_first, 42 + (std::int64_t{1} << 56)), cursor));
  CHECK(is_refused(keys, place("tasks"), cursor));
  CHECK(is_refused(keys, place("note"), cursor));
  CHECK(is_refused(keys, place("notes_"), cursor));
  CHECK(is_refused(keys, place(""), cursor));
  CHECK(is_refused(keys, place("notes", Order::oldest_first), cursor));
  CHECK(is_refused(KeyRing::ephemeral(), place(), cursor));
}

TEST_CASE("letters do not wander between the table and the key") {
  const KeyRing keys = KeyRing::ephemeral();
  const std::string cursor = seal_cursor(keys, place("ab"), "c");
  auto bytes = decode(cursor);
  bytes.insert(bytes.begin() + key_offset, std::byte{'b'});
  CHECK(is_refused(keys, place("a"), encode(bytes)));
  bytes = decode(cursor);
  bytes.pop_back();
  CHECK(is_refused(keys, place("abc"), encode(bytes)));
}

TEST_CASE("every bit of a cursor counts") {
  const KeyRing keys = fixed_ring();
  const std::string cursor = seal_cursor(keys, place(), "some key");
  const auto bytes = decode(cursor);
  REQUIRE(encode(bytes) == cursor);
  for (std::size_t bit = 0; bit < 8 * bytes.size(); ++bit) {
    auto forged = bytes;
    forged[bit / 8] ^= std::byte{1} << (bit % 8);
    CAPTURE(bit);
    CHECK(is_refused(keys, place(), encode(forged)));
  }
}

TEST_CASE("one place and key have one cursor: no other spelling of it opens") {
  const KeyRing keys = fixed_ring();
  // Keys of each length modulo three, so that the last digit holds six, two and four bits.
  for (const std::string_view key : {"k", "kk", "kkk"}) {
    const std::string cursor = seal_cursor(keys, place(), key);
    int opened = 0;
    for (std::size_t i = 0; i < cursor.size(); ++i) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string forged = cursor;
        forged[i] = static_cast<char>(byte);
        if (forged != cursor && open_cursor(keys, place(), forged).has_value()) {
          ++opened;
        }
      }
    }
    CHECK(opened == 0);
    for (const std::string_view more : {"=", "==", " ", "\n", "A", "AA", "AAAA", "."}) {
      CAPTURE(more);
      CHECK(is_refused(keys, place(), cursor + std::string{more}));
      CHECK(is_refused(keys, place(), std::string{more} + cursor));
    }
    CHECK(is_refused(keys, place(), cursor + '\0'));
  }
}

TEST_CASE("a part of a cursor is none") {
  const KeyRing keys = fixed_ring();
  const std::string cursor = seal_cursor(keys, place(), "some key");
  for (std::size_t size = 1; size < cursor.size(); ++size) {
    CAPTURE(size);
    CHECK(is_refused(keys, place(), std::string_view{cursor}.substr(0, size)));
    CHECK(is_refused(keys, place(), std::string_view{cursor}.substr(size)));
  }
}

TEST_CASE("no cursor is a wrong cursor") {
  CHECK(is_refused(fixed_ring(), place(), ""));
  CHECK(is_refused(fixed_ring(), place(), std::string_view{}));
}

TEST_CASE("rubbish is refused, long rubbish too") {
  const KeyRing keys = fixed_ring();
  for (const std::string_view text : {"A", "AAAA", "null", "0", "1", "../../etc/passwd",
                                      "' OR 1=1 --", "\xFF\xFF", "====", "  "}) {
    CAPTURE(text);
    CHECK(is_refused(keys, place(), text));
  }
  CHECK(is_refused(keys, place(), std::string(1 << 20, 'A')));
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random{seed};
  for (int i = 0; i < 500; ++i) {
    std::vector<std::byte> bytes(random() % 100);
    for (std::byte& byte : bytes) {
      byte = static_cast<std::byte>(random());
    }
    if (!bytes.empty()) {
      bytes[0] = std::byte{1};  // the format, so that the rest is looked at
    }
    CHECK(is_refused(keys, place(), encode(bytes)));
  }
}

TEST_CASE("a tag made for another purpose opens no cursor") {
  // What the library authenticates for API keys must not be an oracle for cursors. The message is
  // the one that cursors authenticate, byte for byte.
  const KeyRing keys = fixed_ring();
  std::string message{"\1\0", 2};
  const auto append_number = [&](std::uint64_t number) {
    for (int i = 0; i < 8; ++i) {
      message += static_cast<char>(static_cast<unsigned char>(number >> (8 * i)));
    }
  };
  append_number(42);
  append_number(5);
  message += "notes";
  append_number(2);
  message += "k1";
  const auto cursor_with = [&](KeyPurpose purpose) {
    const Mac mac = keys.authenticate(purpose, std::as_bytes(std::span{message}));
    std::vector<std::byte> bytes{std::byte{1}};
    for (int i = 0; i < 4; ++i) {
      bytes.push_back(static_cast<std::byte>(mac.key_version >> (8 * i)));
    }
    bytes.insert(bytes.end(), mac.tag.begin(), mac.tag.end());
    bytes.push_back(std::byte{'k'});
    bytes.push_back(std::byte{'1'});
    return encode(bytes);
  };
  CHECK(must(open_cursor(keys, place(), cursor_with(KeyPurpose::cursor))) == "k1");
  CHECK(is_refused(keys, place(), cursor_with(KeyPurpose::api_key)));
}

TEST_CASE("cursors outlive a rotation, and end with their version") {
  const std::string old_key = "1:" + std::string(64, 'a');
  const std::string new_key = "2:" + std::string(64, 'b');
  const KeyRing before = must(KeyRing::parse(old_key));
  const KeyRing during = must(KeyRing::parse(old_key + " " + new_key));
  const KeyRing after = must(KeyRing::parse(new_key));
  const std::string cursor = seal_cursor(before, place(), "key");
  CHECK(must(open_cursor(during, place(), cursor)) == "key");
  CHECK(is_refused(after, place(), cursor));
  CHECK(must(open_cursor(after, place(), seal_cursor(during, place(), "key"))) == "key");
  CHECK(is_refused(before, place(), seal_cursor(during, place(), "key")));
}

TEST_CASE("the refusal is the same for every reason") {
  const KeyRing keys = fixed_ring();
  const std::string cursor = seal_cursor(keys, place(), "secret key");
  std::set<std::string> messages;
  for (const auto& refused :
       {open_cursor(keys, place("tasks"), cursor), open_cursor(keys, place(), "rubbish"),
        open_cursor(keys, place("notes", Order::newest_first, 43), cursor),
        open_cursor(KeyRing::ephemeral(), place(), cursor),
        open_cursor(keys, place(), cursor.substr(0, 30)),
        open_cursor(keys, place(), std::string(10'000, 'A'))}) {
    messages.insert(refused.error().message());
  }
  CHECK(messages.size() == 1);
  CHECK(messages.begin()->find("secret") == std::string::npos);
}
