#include "data/text_bound.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "core/text.hpp"

using tenancy::detail::is_utf8;
using tenancy::detail::least_utf8_from;

TEST_CASE("a bound that is a text stays, and another one becomes the next text") {
  CHECK(least_utf8_from("") == "");
  CHECK(least_utf8_from("abc") == "abc");
  CHECK(least_utf8_from("п") == "п");
  CHECK(least_utf8_from("a\x80") == "a\xC2\x80");
  CHECK(least_utf8_from("\xD0\xC0") == "\xD1\x80");            // Behind п: р.
  CHECK(least_utf8_from("x\xE2\x82\xC0") == "x\xE2\x83\x80");  // Behind U+20BF.
  CHECK(least_utf8_from("\xED\xA0\x80") == "\xEE\x80\x80");    // Surrogates are none.
  CHECK(least_utf8_from("a\xF5") == "b");                      // Behind all that follow a.
  CHECK(least_utf8_from("\xF4\x8F\xBF\xBF\xF5").front() == '\xF4');
  CHECK(is_utf8(least_utf8_from("\xFF")));
}

TEST_CASE("a bound divides texts as it did") {
  const std::vector<std::string> texts{"",   "\x01",
                                       "a",  "a\x7F",
                                       "az", "é",
                                       "п",  "пр",
                                       "р",  "\xEF\xBF\xBF",
                                       "€",  "\xE2\x82\xBF",
                                       "😀", "\xF4\x8F\xBF\xBF",
                                       "ÿ"};
  for (const std::string& text : texts) {
    if (text.empty()) {
      continue;
    }
    std::string bound = text;
    bound.back() = static_cast<char>(static_cast<unsigned char>(bound.back()) + 1);
    const std::string mended = least_utf8_from(bound);
    CHECK(is_utf8(mended));
    for (const std::string& other : texts) {
      CAPTURE(text);
      CAPTURE(other);
      CHECK((other < bound) == (other < mended));
      CHECK((other + "z" < bound) == (other + "z" < mended));
    }
  }
}
