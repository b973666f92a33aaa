#include "core/text.hpp"

#include <cstddef>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

using tenancy::detail::is_plain_line;
using tenancy::detail::is_utf8;
using namespace std::string_view_literals;

namespace {

bool is_line(std::string_view text) { return is_plain_line(text, 0, 1000); }

/// Encodes by the table of RFC 3629, surrogates and numbers beyond Unicode included.
std::string encode(char32_t point) {
  const auto byte = [](char32_t value) {
    return static_cast<char>(static_cast<unsigned char>(value));
  };
  if (point < 0x80) {
    return {byte(point)};
  }
  if (point < 0x800) {
    return {byte(0xC0 | (point >> 6)), byte(0x80 | (point & 0x3F))};
  }
  if (point < 0x10000) {
    return {byte(0xE0 | (point >> 12)), byte(0x80 | ((point >> 6) & 0x3F)),
            byte(0x80 | (point & 0x3F))};
  }
  return {byte(0xF0 | (point >> 18)), byte(0x80 | ((point >> 12) & 0x3F)),
          byte(0x80 | ((point >> 6) & 0x3F)), byte(0x80 | (point & 0x3F))};
}

}  // namespace

TEST_CASE("every scalar value of Unicode is UTF-8, and no surrogate is") {
  for (char32_t point = 0; point <= 0x10FFFF; ++point) {
    const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
    if (is_utf8(encode(point)) == surrogate) {
      CAPTURE(static_cast<unsigned>(point));
      FAIL_CHECK("wrong answer");
    }
  }
}

TEST_CASE("texts of several lengths are UTF-8") {
  for (const std::string_view text :
       {""sv, "plain"sv, "\0"sv, "a\0b"sv, "\x7F"sv, "\xC2\x80"sv, "\xDF\xBF"sv, "\xE0\xA0\x80"sv,
        "\xED\x9F\xBF"sv, "\xEE\x80\x80"sv, "\xEF\xBF\xBF"sv, "\xF0\x90\x80\x80"sv,
        "\xF4\x8F\xBF\xBF"sv, "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80z"sv}) {
    CAPTURE(text);
    CHECK(is_utf8(text));
  }
}

TEST_CASE("malformed bytes are not UTF-8, alone or amid good text") {
  for (const std::string_view bad : {
           // Stray continuations and bytes that never occur.
           "\x80"sv,
           "\xBF"sv,
           "\xC0"sv,
           "\xC1"sv,
           "\xF5"sv,
           "\xFE"sv,
           "\xFF"sv,
           // Overlong forms, which could smuggle '/' or '\0' past a check.
           "\xC0\x80"sv,
           "\xC0\xAF"sv,
           "\xC1\xBF"sv,
           "\xE0\x80\x80"sv,
           "\xE0\x80\xAF"sv,
           "\xE0\x9F\xBF"sv,
           "\xF0\x80\x80\x80"sv,
           "\xF0\x80\x80\xAF"sv,
           "\xF0\x8F\xBF\xBF"sv,
           // Surrogates, alone and as a pair.
           "\xED\xA0\x80"sv,
           "\xED\xAF\xBF"sv,
           "\xED\xB0\x80"sv,
           "\xED\xBF\xBF"sv,
           "\xED\xA0\xBD\xED\xB8\x80"sv,
           // Beyond U+10FFFF, and the forms of five and six bytes.
           "\xF4\x90\x80\x80"sv,
           "\xF7\xBF\xBF\xBF"sv,
           "\xF8\x88\x80\x80\x80"sv,
           "\xFC\x84\x80\x80\x80\x80"sv,
           // Cut off.
           "\xC3"sv,
           "\xE2"sv,
           "\xE2\x82"sv,
           "\xF0"sv,
           "\xF0\x9F"sv,
           "\xF0\x9F\x98"sv,
           // A lead byte where a continuation belongs.
           "\xC3\xC3"sv,
           "\xC3\x28"sv,
           "\xE2\x28\xA1"sv,
           "\xE2\x82\x28"sv,
           "\xF0\x28\x8C\xBC"sv,
           "\xF0\x90\x28\xBC"sv,
           "\xF0\x9F\x98\xF0"sv,
           "\xF0\x28\x8C\x28"sv,
       }) {
    CAPTURE(bad);
    CHECK_FALSE(is_utf8(bad));
    CHECK_FALSE(is_utf8("good " + std::string{bad}));
    CHECK_FALSE(is_utf8(std::string{bad} + " good"));
    CHECK_FALSE(is_utf8("caf\xC3\xA9 " + std::string{bad} + " caf\xC3\xA9"));
    CHECK_FALSE(is_line("good " + std::string{bad} + " good"));
  }
}

TEST_CASE("a text cut within a character is not UTF-8") {
  const std::string_view whole = "\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"sv;
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const bool at_border = size == 0 || size == 2 || size == 5 || size == 9;
    CAPTURE(size);
    CHECK(is_utf8(whole.substr(0, size)) == at_border);
  }
}

TEST_CASE("a plain line holds no control and nothing that turns the writing") {
  for (char32_t point = 0; point <= 0x10FFFF; ++point) {
    const bool control = point < 0x20 || (point >= 0x7F && point <= 0x9F);
    const bool separator = point == 0x2028 || point == 0x2029;
    const bool turns = point == 0x061C || point == 0x200E || point == 0x200F ||
                       (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
    const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
    const bool mark = point == 0xFEFF;
    const bool good = !(control || separator || turns || surrogate || mark);
    const std::string text = encode(point);
    if (is_line(text) != good || is_line("a" + text) != good || is_line(text + "a") != good) {
      CAPTURE(static_cast<unsigned>(point));
      FAIL_CHECK("wrong answer");
    }
  }
}

TEST_CASE("the length of a plain line is counted in bytes") {
  CHECK(is_plain_line("", 0, 0));
  CHECK_FALSE(is_plain_line("", 1, 5));
  CHECK(is_plain_line("a", 1, 1));
  CHECK_FALSE(is_plain_line("ab", 1, 1));
  CHECK(is_plain_line("\xE2\x82\xAC", 3, 3));
  CHECK_FALSE(is_plain_line("\xE2\x82\xAC", 1, 2));
  CHECK_FALSE(is_plain_line("\xE2\x82\xAC", 4, 9));
}
