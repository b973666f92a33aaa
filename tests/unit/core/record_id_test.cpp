#include "tenancy/core/record_id.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <random>
#include <set>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

using tenancy::make_record_id;
using tenancy::record_id_length;
using tenancy::Timestamp;

namespace {

constexpr std::string_view alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

Timestamp at(std::int64_t microseconds) { return Timestamp::from_microseconds(microseconds); }

struct Decoded {
  std::uint64_t milliseconds;
  std::uint64_t microseconds;
  std::uint64_t random_high;
  std::uint64_t random_low;
};

/// Reads an id bit by bit, with nothing of the library's.
Decoded decode(const std::string& id) {
  std::string bits;
  for (const char digit : id) {
    const auto value = alphabet.find(digit);
    REQUIRE(value != std::string_view::npos);
    for (int bit = 4; bit >= 0; --bit) {
      bits += ((value >> bit) & 1U) != 0 ? '1' : '0';
    }
  }
  REQUIRE(bits.size() == 130);
  REQUIRE(bits.starts_with("00"));
  const auto number = [&](std::size_t from, std::size_t size) {
    return static_cast<std::uint64_t>(std::stoull(bits.substr(2 + from, size), nullptr, 2));
  };
  return {number(0, 48), number(48, 10), number(58, 6), number(64, 64)};
}

}  // namespace

TEST_CASE("an id has 26 characters of Crockford's alphabet") {
  for (int i = 0; i < 1000; ++i) {
    const std::string id = make_record_id(at(1'700'000'000'000'000 + i));
    REQUIRE(id.size() == record_id_length);
    REQUIRE(
        std::ranges::all_of(id, [](char c) { return alphabet.find(c) != std::string_view::npos; }));
    // A ULID never begins beyond 7: it holds 128 bits.
    REQUIRE(id.front() <= '7');
  }
}

TEST_CASE("the time stands in front and can be read back") {
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937_64 random{seed};
  for (int i = 0; i < 1000; ++i) {
    const auto time = static_cast<std::int64_t>(random() % 8'000'000'000'000'000);
    const Decoded decoded = decode(make_record_id(at(time)));
    CAPTURE(time);
    REQUIRE(decoded.milliseconds == static_cast<std::uint64_t>(time / 1000));
    REQUIRE(decoded.microseconds == static_cast<std::uint64_t>(time % 1000));
  }
  // The example of the ULID specification: its first ten characters are the milliseconds.
  CHECK(make_record_id(at(1'469'922'850'259'000)).substr(0, 10) == "01ARZ3NDEK");
}

TEST_CASE("order as text is order in time, down to the microsecond") {
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937_64 random{seed};
  for (int i = 0; i < 1000; ++i) {
    const auto time = static_cast<std::int64_t>(random() % 4'000'000'000'000'000);
    const auto later = time + 1 + static_cast<std::int64_t>(random() % 3);
    CAPTURE(time);
    CAPTURE(later);
    REQUIRE(make_record_id(at(time)) < make_record_id(at(later)));
  }
  // The borders at which digits and fields change.
  for (const std::int64_t time : {999L, 999'999L, 31'999L, 1023L, 1'700'000'000'000'999L}) {
    CHECK(make_record_id(at(time)) < make_record_id(at(time + 1)));
  }
}

TEST_CASE("ids of one instant differ in all their 70 random bits") {
  std::set<std::string> seen;
  std::uint64_t high_ever = 0;
  std::uint64_t high_always = 0x3F;
  std::uint64_t low_ever = 0;
  std::uint64_t low_always = ~std::uint64_t{0};
  for (int i = 0; i < 2000; ++i) {
    const std::string id = make_record_id(at(5));
    REQUIRE(seen.insert(id).second);
    const Decoded decoded = decode(id);
    high_ever |= decoded.random_high;
    high_always &= decoded.random_high;
    low_ever |= decoded.random_low;
    low_always &= decoded.random_low;
  }
  CHECK(high_ever == 0x3F);
  CHECK(high_always == 0);
  CHECK(low_ever == ~std::uint64_t{0});
  CHECK(low_always == 0);
}

TEST_CASE("a time that does not fit becomes the nearest that does") {
  for (const std::int64_t time : {std::int64_t{-1}, std::numeric_limits<std::int64_t>::min()}) {
    const Decoded decoded = decode(make_record_id(at(time)));
    CHECK(decoded.milliseconds == 0);
    CHECK(decoded.microseconds == 0);
  }
  const Decoded decoded = decode(make_record_id(at(std::numeric_limits<std::int64_t>::max())));
  CHECK(decoded.milliseconds == (std::uint64_t{1} << 48) - 1);
}
