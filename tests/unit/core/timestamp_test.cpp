#include "tenancy/core/timestamp.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <limits>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <doctest/doctest.h>

#include "support/must.hpp"

using std::chrono::microseconds;
using tenancy::errc;
using tenancy::Timestamp;
using tenancy_test::code_of;
using tenancy_test::must;

namespace {

constexpr std::int64_t second = 1'000'000;
constexpr std::string_view first_text = "0000-01-01T00:00:00.000000Z";
constexpr std::string_view last_text = "9999-12-31T23:59:59.999999Z";
constexpr std::int64_t first_instant = -62'167'219'200 * second;
constexpr std::int64_t last_instant = 253'402'300'800 * second - 1;

constexpr Timestamp at(std::int64_t since_epoch) {
  return Timestamp::from_microseconds(since_epoch);
}

// Computed by another program: seconds since the epoch of the proleptic Gregorian calendar.
constexpr std::array<std::pair<std::int64_t, std::string_view>, 14> vectors{{
    {0, "1970-01-01T00:00:00.000000Z"},
    {1, "1970-01-01T00:00:00.000001Z"},
    {-1, "1969-12-31T23:59:59.999999Z"},
    {-second, "1969-12-31T23:59:59.000000Z"},
    {951'782'399 * second, "2000-02-28T23:59:59.000000Z"},
    {951'782'400 * second, "2000-02-29T00:00:00.000000Z"},
    {1'078'012'800 * second, "2004-02-29T00:00:00.000000Z"},
    {-2'203'891'200 * second, "1900-03-01T00:00:00.000000Z"},
    {-2'203'891'200 * second - 1, "1900-02-28T23:59:59.999999Z"},
    {1'767'225'599 * second + 123'456, "2025-12-31T23:59:59.123456Z"},
    {4'102'444'800 * second, "2100-01-01T00:00:00.000000Z"},
    {-62'135'596'800 * second, "0001-01-01T00:00:00.000000Z"},
    {first_instant, first_text},
    {last_instant, last_text},
}};

}  // namespace

static_assert(std::is_trivially_copyable_v<Timestamp>);
static_assert(std::is_nothrow_default_constructible_v<Timestamp>);
static_assert(sizeof(Timestamp) == sizeof(std::int64_t));
static_assert(Timestamp{}.microseconds() == 0);
static_assert(!std::is_convertible_v<std::int64_t, Timestamp>, "a number of which unit?");
static_assert(!std::is_constructible_v<Timestamp, std::int64_t>);
static_assert(!std::is_convertible_v<Timestamp, std::int64_t>);
static_assert(at(5) + microseconds{3} - microseconds{2} == at(6));
static_assert(at(5) - at(7) == microseconds{-2});
static_assert(at(-1) < at(0));

TEST_CASE("instants and texts of the calendar") {
  for (const auto& vector : vectors) {
    const std::int64_t since_epoch = vector.first;
    const std::string_view text = vector.second;
    CAPTURE(text);
    CHECK(at(since_epoch).to_string() == text);
    CHECK(must(Timestamp::parse(text)).microseconds() == since_epoch);
  }
}

TEST_CASE("fractions of one to six digits") {
  CHECK(must(Timestamp::parse("1970-01-01T00:00:00Z")) == at(0));
  CHECK(must(Timestamp::parse("1970-01-01T00:00:00.1Z")) == at(100'000));
  CHECK(must(Timestamp::parse("1970-01-01T00:00:00.12Z")) == at(120'000));
  CHECK(must(Timestamp::parse("1970-01-01T00:00:00.012Z")) == at(12'000));
  CHECK(must(Timestamp::parse("1970-01-01T00:00:00.00001Z")) == at(10));
  CHECK(must(Timestamp::parse("1970-01-01T00:00:00.000001Z")) == at(1));
  CHECK(must(Timestamp::parse("1969-12-31T23:59:59.5Z")) == at(-500'000));
}

TEST_CASE("offsets are taken off, over days, months and years") {
  const Timestamp noon = must(Timestamp::parse("2026-03-01T12:00:00Z"));
  for (const std::string_view text :
       {"2026-03-01T12:00:00+00:00", "2026-03-01T12:00:00-00:00", "2026-03-01T13:00:00+01:00",
        "2026-03-01T17:45:00+05:45", "2026-03-01T02:30:00-09:30", "2026-03-02T11:59:00+23:59",
        "2026-02-28T12:01:00-23:59"}) {
    CAPTURE(text);
    CHECK(must(Timestamp::parse(text)) == noon);
  }
  CHECK(must(Timestamp::parse("2024-03-01T00:30:00+01:00")).to_string() ==
        "2024-02-29T23:30:00.000000Z");
  CHECK(must(Timestamp::parse("2025-12-31T23:30:00-01:00")).to_string() ==
        "2026-01-01T00:30:00.000000Z");
}

TEST_CASE("29 February is where the calendar has one") {
  for (const std::string_view year : {"2000", "2004", "2024", "2400", "0000", "1600"}) {
    CAPTURE(year);
    CHECK(Timestamp::parse(std::string{year} + "-02-29T00:00:00Z").has_value());
  }
  for (const std::string_view year : {"1900", "2100", "2023", "2200", "0001", "9999"}) {
    CAPTURE(year);
    CHECK(code_of(Timestamp::parse(std::string{year} + "-02-29T00:00:00Z")) ==
          errc::invalid_timestamp);
  }
}

TEST_CASE("what is no time is refused, and nothing is guessed") {
  using namespace std::string_view_literals;
  for (const std::string_view text : {
           ""sv,
           "Z"sv,
           "now"sv,
           "2026-01-01"sv,
           "2026-01-01T00:00Z"sv,
           "2026-01-01T00:00:00"sv,
           "2026-00-01T00:00:00Z"sv,
           "2026-13-01T00:00:00Z"sv,
           "2026-01-00T00:00:00Z"sv,
           "2026-01-32T00:00:00Z"sv,
           "2026-04-31T00:00:00Z"sv,
           "2026-02-30T00:00:00Z"sv,
           "2026-01-01T24:00:00Z"sv,
           "2026-01-01T00:60:00Z"sv,
           "2026-01-01T00:00:60Z"sv,
           "2016-12-31T23:59:60Z"sv,  // a leap second that was
           "2026-01-01T00:00:00.Z"sv,
           "2026-01-01T00:00:00.1234567Z"sv,
           "2026-01-01T00:00:00,5Z"sv,
           "2026-01-01T00:00:00.-5Z"sv,
           "2026-01-01T00:00:00. 5Z"sv,
           "2026-01-01t00:00:00Z"sv,
           "2026-01-01T00:00:00z"sv,
           "2026-01-01 00:00:00Z"sv,
           " 2026-01-01T00:00:00Z"sv,
           "2026-01-01T00:00:00Z "sv,
           "2026-01-01T00:00:00ZZ"sv,
           "2026-01-01T00:00:00Z\n"sv,
           "2026-01-01T00:00:00Z\0"sv,
           "2026-01-01T00:00:00\0Z"sv,
           "2026-01-01T00:00:00+0100"sv,
           "2026-01-01T00:00:00+01"sv,
           "2026-01-01T00:00:00+1:00"sv,
           "2026-01-01T00:00:00+24:00"sv,
           "2026-01-01T00:00:00+01:60"sv,
           "2026-01-01T00:00:00-24:00"sv,
           "2026-01-01T00:00:00+-1:00"sv,
           "2026-01-01T00:00:00\xE2\x88\x92"
           "01:00"sv,  // a minus sign that is no hyphen
           "2026-01-01T00:00:00+01:00Z"sv,
           "2026-01-01T00:00:00Z+01:00"sv,
           "+2026-01-01T00:00:00Z"sv,
           "-001-01-01T00:00:00Z"sv,
           "-2026-01-01T00:00:00Z"sv,
           "12026-01-01T00:00:00Z"sv,
           "026-01-01T00:00:00Z"sv,
           "2026-1-01T00:00:00Z"sv,
           "2026-01-1T00:00:00Z"sv,
           "2026-01-01T0:00:00Z"sv,
           "20260101T000000Z"sv,
           "2026/01/01T00:00:00Z"sv,
           "2026-01-01T00-00-00Z"sv,
           "2O26-01-01T00:00:00Z"sv,
           "\xEF\xBC\x92"
           "026-01-01T00:00:00Z"sv,  // a full-width digit
           "2026-01-01T+1:00:00Z"sv,
           "2026-01-01T00:00:+1Z"sv,
           "2026-001-01T00:00:00Z"sv,
           "2026-W01-1T00:00:00Z"sv,
       }) {
    CAPTURE(text);
    CHECK(code_of(Timestamp::parse(text)) == errc::invalid_timestamp);
  }
}

TEST_CASE("every shorter text is refused") {
  const std::string_view whole = "2026-01-31T23:59:59.123456+05:45";
  REQUIRE(Timestamp::parse(whole).has_value());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(whole.substr(0, size));
    CHECK(code_of(Timestamp::parse(whole.substr(0, size))) == errc::invalid_timestamp);
  }
}

TEST_CASE("an offset does not lead out of the years that can be printed") {
  // Otherwise the time that was read could not be given back, and order as text would not be order
  // in time.
  for (const std::string_view text :
       {"0000-01-01T00:00:00+00:01", "0000-01-01T23:58:59.999999+23:59",
        "9999-12-31T23:59:59-00:01", "9999-12-31T00:01:00-23:59"}) {
    CAPTURE(text);
    CHECK(code_of(Timestamp::parse(text)) == errc::invalid_timestamp);
  }
  CHECK(must(Timestamp::parse("0000-01-01T23:59:00+23:59")) == at(first_instant));
  CHECK(must(Timestamp::parse("9999-12-31T00:00:59.999999-23:59")) == at(last_instant));
}

TEST_CASE("an instant beyond the calendar is printed as the nearest inside") {
  using Limits = std::numeric_limits<std::int64_t>;
  CHECK(at(Limits::max()).to_string() == last_text);
  CHECK(at(Limits::min()).to_string() == first_text);
  CHECK(at(last_instant + 1).to_string() == last_text);
  CHECK(at(first_instant - 1).to_string() == first_text);
}

TEST_CASE("order as text is order in time") {
  const auto seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937_64 random{seed};
  std::uniform_int_distribution<std::int64_t> anywhere{first_instant, last_instant};
  std::uniform_int_distribution<std::int64_t> nearby{-3, 3};
  for (int i = 0; i < 2000; ++i) {
    const Timestamp a = at(anywhere(random));
    const Timestamp b = i % 2 == 0 ? at(anywhere(random))
                                   : std::clamp(a + microseconds{nearby(random)}, at(first_instant),
                                                at(last_instant));
    const std::string a_text = a.to_string();
    const std::string b_text = b.to_string();
    CAPTURE(a_text);
    CAPTURE(b_text);
    REQUIRE(a_text.size() == 27);
    REQUIRE((a_text < b_text) == (a < b));
    REQUIRE((a_text == b_text) == (a == b));
    REQUIRE(must(Timestamp::parse(a_text)) == a);
  }
}

TEST_CASE("time points go in and out unchanged") {
  const Timestamp::TimePoint point{microseconds{-7}};
  CHECK(Timestamp{point}.time_point() == point);
  CHECK(Timestamp{point} == at(-7));
}

TEST_CASE("printing gives the text form") {
  std::ostringstream out;
  out << at(0);
  CHECK(out.str() == "1970-01-01T00:00:00.000000Z");
}

TEST_CASE("a refusal does not repeat what it was given") {
  CHECK(Timestamp::parse("my secret").error().message().find("secret") == std::string::npos);
}
