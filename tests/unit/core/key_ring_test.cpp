#include "tenancy/core/key_ring.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "support/must.hpp"
#include "unit/core/key_rings.hpp"

using tenancy::errc;
using tenancy::KeyPurpose;
using tenancy::KeyRing;
using tenancy::Mac;
using tenancy_test::accepts;
using tenancy_test::are_same;
using tenancy_test::bytes;
using tenancy_test::code_of;
using tenancy_test::entry;
using tenancy_test::hex_a;
using tenancy_test::hex_b;
using tenancy_test::mac_of;
using tenancy_test::must;
using tenancy_test::shows;

namespace fs = std::filesystem;

namespace {

std::string to_hex(std::span<const std::byte> tag) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string hex;
  for (const std::byte byte : tag) {
    hex += digits[std::to_integer<unsigned>(byte) >> 4U];
    hex += digits[std::to_integer<unsigned>(byte) & 15U];
  }
  return hex;
}

}  // namespace

static_assert(std::is_trivially_copyable_v<Mac>);

static_assert(!std::is_default_constructible_v<KeyRing>, "there is no ring without a key");
static_assert(!std::is_aggregate_v<KeyRing>);
static_assert(!std::is_constructible_v<KeyRing, std::string>);
static_assert(!std::is_constructible_v<KeyRing, fs::path>);
static_assert(std::is_nothrow_copy_constructible_v<KeyRing>);

TEST_CASE("the text form: versions and keys between blanks and comments") {
  for (const std::string& text :
       {entry("1", hex_a), entry("1", hex_a) + "\n", "\n\n  " + entry("1", hex_a) + "\t\r\n",
        "# comment\n" + entry("1", hex_a) + " # behind\n#", entry("1", hex_a) + "#no blank",
        entry("01", hex_a), "#\n#" + entry("9", hex_b) + "\n" + entry("1", hex_a)}) {
    CAPTURE(text);
    const KeyRing ring = must(KeyRing::parse(text));
    CHECK(ring.versions() == std::vector<std::uint32_t>{1});
    CHECK(are_same(ring, must(KeyRing::parse(entry("1", hex_a)))));
  }
}

TEST_CASE("hexadecimal digits of either case are the same key") {
  std::string upper{hex_a};
  for (char& digit : upper) {
    digit = digit >= 'a' ? static_cast<char>(digit - 'a' + 'A') : digit;
  }
  CHECK(are_same(must(KeyRing::parse(entry("1", upper))), must(KeyRing::parse(entry("1", hex_a)))));
}

TEST_CASE("the newest version makes, wherever it stands, and all are checked") {
  const KeyRing ring = must(KeyRing::parse(entry("7", hex_b) + " " + entry("4294967295", hex_a) +
                                           "\n" + entry("2", hex_a)));
  CHECK(ring.versions() == std::vector<std::uint32_t>{2, 7, 4294967295U});
  CHECK(ring.newest_version() == 4294967295U);
  CHECK(mac_of(ring).key_version == 4294967295U);
  CHECK(accepts(ring, mac_of(must(KeyRing::parse(entry("7", hex_b))))));
  CHECK(accepts(ring, mac_of(must(KeyRing::parse(entry("2", hex_a))))));
}

TEST_CASE("what is malformed gives no ring at all") {
  using namespace std::string_literals;
  const std::string hex{hex_a};
  const std::string good = entry("1", hex_a);
  // NOLINTBEGIN(performance-inefficient-string-concatenation): these are to be read
  for (const std::string& text : {
           ""s,
           " \n\t\r\n"s,
           "# only a comment"s,
           "#" + good,
           hex,
           ":" + hex,
           "1:"s,
           "1"s,
           "1 :" + hex,
           "1: " + hex,
           "1::" + hex,
           "1;" + hex,
           "0:" + hex,
           "-1:" + hex,
           "+1:" + hex,
           "1.0:" + hex,
           "0x1:" + hex,
           "1a:" + hex,
           "one:" + hex,
           "4294967296:" + hex,
           "4294967297:" + hex,  // would wrap to 1
           "18446744073709551617:" + hex,
           "99999999999999999999999999:" + hex,
           "1:" + hex.substr(1),
           "1:" + hex.substr(2),
           "1:" + hex + "0",
           "1:" + hex + "00",
           "1:" + hex + "\0"s,
           "1:" + hex.substr(0, 63) + "\0"s,
           "1:" + hex.substr(0, 63) + "g",
           "1:" + hex.substr(0, 32) + " " + hex.substr(32),
           "1:" + hex.substr(0, 32) + ":" + hex.substr(33),
           "1:0x" + hex.substr(2),
           "1:" + hex + "," + "2:" + hex,
           good + " " + good,
           good + "\n01:" + hex,
           good + "\n" + entry("1", hex_b),
           good + "\nrubbish",
           "rubbish\n" + good,
           good + "\0"s,
           "\0"s + good,
           "\xEF\xBB\xBF" + good,
           "\v" + good,
           "1:" + std::string(1 << 20, 'a'),
       }) {
    // NOLINTEND(performance-inefficient-string-concatenation)
    CAPTURE(text.substr(0, 100));
    CHECK(code_of(KeyRing::parse(text)) == errc::invalid_key_ring);
  }
}

TEST_CASE("a refusal names the line and never shows a key") {
  const std::string damaged = std::string{hex_a}.substr(0, 62) + "xy";
  const std::string short_key = std::string{hex_a}.substr(0, 60);
  for (const std::string& last :
       {entry("1", damaged), entry("1", short_key), entry("nine", hex_a), std::string{hex_a},
        entry("9", hex_b), std::string{hex_a} + ":1"}) {
    CAPTURE(last);
    const auto refused = KeyRing::parse("# comment\n" + entry("9", hex_b) + "\n" + last);
    REQUIRE_FALSE(refused.has_value());
    const std::string words = refused.error().to_string();
    CHECK(words.find("line 3") != std::string::npos);
    CHECK_FALSE(shows(words, hex_a));
    CHECK_FALSE(shows(words, hex_b));
  }
}

TEST_CASE("hashes of a known key never change, or everything given out would be void") {
  // Computed by another implementation of BLAKE2b (RFC 7693): a key for each purpose is the keyed
  // hash of its label, and the tag is the hash of the message under that.
  const KeyRing ring = must(KeyRing::parse(entry("3", hex_a)));
  const Mac cursor = mac_of(ring, "message", KeyPurpose::cursor);
  const Mac api_key = mac_of(ring, "message", KeyPurpose::api_key);
  CHECK(cursor.key_version == 3);
  CHECK(to_hex(cursor.tag) == "fbea122534c9bd8ae3b758b8135fe3ea0f526378d53bff628035b9317d16ae40");
  CHECK(to_hex(api_key.tag) == "ce32df749d472315d8110aa2db9d5f1fc2252c53a72f2aa5534ff2d104d5f825");
  CHECK(to_hex(mac_of(ring, "message", KeyPurpose::key_check).tag) ==
        "ab74b4f637e5c689e075194cae8dea26c04ca3b8a163693d911c95addaa1dae6");
  CHECK(to_hex(mac_of(ring, "").tag) ==
        "8247d25c9e31f54a54820ac60327d3490a0ff4eff771b921c4c0330eb8563f02");
}

TEST_CASE("every version of a ring can make a hash, each its own") {
  const KeyRing ring = must(KeyRing::parse(entry("2", hex_a) + " " + entry("7", hex_b)));
  const auto all = ring.authenticate_by_each(KeyPurpose::key_check, bytes("message"));
  REQUIRE(all.size() == 2);
  CHECK(all[0].key_version == 2);
  CHECK(all[1].key_version == 7);
  CHECK(all[0].tag != all[1].tag);
  CHECK(all[1].tag == mac_of(ring, "message", KeyPurpose::key_check).tag);
  for (const Mac& mac : all) {
    CHECK(accepts(ring, mac, "message", KeyPurpose::key_check));
    CHECK_FALSE(accepts(ring, mac, "message", KeyPurpose::api_key));
  }
}

TEST_CASE("a hash is good for its message, its purpose, its version and its ring alone") {
  const KeyRing ring = must(KeyRing::parse(entry("1", hex_a) + " " + entry("2", hex_b)));
  const Mac mac = mac_of(ring);
  CHECK(accepts(ring, mac));
  CHECK_FALSE(accepts(ring, mac, "messagE"));
  CHECK_FALSE(accepts(ring, mac, "message "));
  CHECK_FALSE(accepts(ring, mac, ""));
  CHECK_FALSE(accepts(ring, mac, "message", KeyPurpose::api_key));
  CHECK_FALSE(accepts(ring, mac_of(ring, "message", KeyPurpose::api_key)));
  for (const std::uint32_t version : {0U, 1U, 3U, 4294967295U}) {
    CAPTURE(version);
    CHECK_FALSE(accepts(ring, Mac{version, mac.tag}));
  }
  CHECK_FALSE(accepts(KeyRing::ephemeral(), mac));
}

TEST_CASE("every bit of a tag counts") {
  const KeyRing ring = KeyRing::ephemeral();
  const Mac mac = mac_of(ring);
  for (std::size_t bit = 0; bit < 8 * Mac::tag_size; ++bit) {
    Mac forged = mac;
    forged.tag[bit / 8] ^= std::byte{1} << (bit % 8);
    CAPTURE(bit);
    CHECK_FALSE(accepts(ring, forged));
  }
  CHECK_FALSE(accepts(ring, Mac{mac.key_version, {}}));
}

TEST_CASE("each ephemeral ring has a key of its own") {
  const KeyRing first = KeyRing::ephemeral();
  const KeyRing second = KeyRing::ephemeral();
  CHECK(first.versions() == std::vector<std::uint32_t>{1});
  CHECK(accepts(first, mac_of(first)));
  CHECK_FALSE(are_same(first, second));
  CHECK_FALSE(accepts(second, mac_of(first)));
}

TEST_CASE("copies of a ring are the same ring") {
  std::optional<KeyRing> original = KeyRing::ephemeral();
  const Mac mac = mac_of(*original);
  const KeyRing copy = *original;
  original.reset();
  CHECK(accepts(copy, mac));
}

TEST_CASE("moving copies: no ring is ever without its keys") {
  // NOLINTBEGIN(bugprone-use-after-move,performance-move-const-arg): this is what is tested
  KeyRing source = KeyRing::ephemeral();
  const Mac mac = mac_of(source);
  const KeyRing target{std::move(source)};
  CHECK(accepts(target, mac));
  CHECK(accepts(source, mac));
  // NOLINTEND(bugprone-use-after-move,performance-move-const-arg)
}

TEST_CASE("threads share a ring") {
  const KeyRing ring = KeyRing::ephemeral();
  const Mac expected = mac_of(ring);
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, ring] {
      for (int call = 0; call < 200; ++call) {
        if (mac_of(ring).tag != expected.tag || !accepts(ring, expected)) {
          ++wrong;
        }
      }
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }
  CHECK(wrong == 0);
}
