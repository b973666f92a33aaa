#include "tenancy/core/slug.hpp"

#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_set>
#include <utility>

#include <doctest/doctest.h>

#include "support/must.hpp"

using tenancy::errc;
using tenancy::Slug;
using tenancy_test::code_of;
using tenancy_test::must;

static_assert(!std::is_default_constructible_v<Slug>);
static_assert(!std::is_aggregate_v<Slug>);
static_assert(!std::is_constructible_v<Slug, std::string>);
static_assert(!std::is_constructible_v<Slug, const char*>);
static_assert(!std::is_convertible_v<std::string_view, Slug>);
static_assert(std::is_copy_constructible_v<Slug>);

TEST_CASE("good slugs come out as they went in") {
  for (const std::string_view text : {"a", "0", "9z", "acme", "acme-inc", "a-b-c", "1-2",
                                      "abcd--ef", "apis", "www2", "api-2", "xn-acme"}) {
    CAPTURE(text);
    CHECK(must(Slug::parse(text)).to_string() == text);
  }
}

TEST_CASE("a slug is a host name's label: 1 to 63 bytes") {
  CHECK(code_of(Slug::parse("")) == errc::invalid_slug);
  CHECK(must(Slug::parse(std::string(63, 'a'))).to_string().size() == Slug::max_length);
  CHECK(code_of(Slug::parse(std::string(64, 'a'))) == errc::invalid_slug);
  CHECK(code_of(Slug::parse(std::string(1 << 20, 'a'))) == errc::invalid_slug);
}

TEST_CASE("only a-z, 0-9 and '-' are letters of a slug, whatever the locale says") {
  const std::string_view letters = "abcdefghijklmnopqrstuvwxyz0123456789-";
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const std::string text{'a', c, 'b'};
    CAPTURE(byte);
    CHECK(Slug::parse(text).has_value() == (letters.find(c) != std::string_view::npos));
  }
}

TEST_CASE("a hyphen stands neither first nor last nor alone") {
  for (const std::string_view text : {"-", "--", "-a", "a-", "-a-", "---"}) {
    CAPTURE(text);
    CHECK(code_of(Slug::parse(text)) == errc::invalid_slug);
  }
}

TEST_CASE("a label that browsers would show as other letters is refused") {
  for (const std::string_view text : {"xn--acme", "xn--80ak6aa92e", "ab--cd", "00--00"}) {
    CAPTURE(text);
    CHECK(code_of(Slug::parse(text)) == errc::invalid_slug);
  }
  // Elsewhere two hyphens mean nothing.
  CHECK(Slug::parse("a--b").has_value());
  CHECK(Slug::parse("abc--d").has_value());
}

TEST_CASE("names that the platform's own hosts have are refused") {
  CHECK(code_of(Slug::parse("www")) == errc::invalid_slug);
  CHECK(code_of(Slug::parse("api")) == errc::invalid_slug);
}

TEST_CASE("nothing is folded or trimmed") {
  using namespace std::string_view_literals;
  for (const std::string_view text :
       {"Acme"sv, "ACME"sv, " acme"sv, "acme "sv, "acme\n"sv, "acme\0"sv, "\0"sv, "ac.me"sv,
        "ac_me"sv, "ac/me"sv, "caf\xC3\xA9"sv, "acme."sv,
        "\xD0\xB0"
        "cme"sv /* Cyrillic a */}) {
    CAPTURE(text);
    CHECK(code_of(Slug::parse(text)) == errc::invalid_slug);
  }
}

TEST_CASE("the refusal names the broken rule and not the text") {
  CHECK(Slug::parse("Bad_Secret").error().message().find("Secret") == std::string::npos);
  CHECK(Slug::parse("").error().message().find("63") != std::string::npos);
  CHECK(Slug::parse("www").error().message().find("reserved") != std::string::npos);
  CHECK(Slug::parse("-a").error().message().find("begins") != std::string::npos);
  CHECK(Slug::parse("xn--a").error().message().find("--") != std::string::npos);
}

TEST_CASE("slugs compare, hash and print as their text") {
  const Slug a = must(Slug::parse("acme"));
  const Slug b = must(Slug::parse("globex"));
  CHECK(a == must(Slug::parse("acme")));
  CHECK(a != b);
  CHECK(a < b);
  const std::unordered_set<Slug> set{a, b, a};
  CHECK(set.size() == 2);
  CHECK(set.contains(a));
  std::ostringstream out;
  out << a;
  CHECK(out.str() == "acme");
}

TEST_CASE("moving copies: no slug is ever empty") {
  // NOLINTBEGIN(bugprone-use-after-move,performance-move-const-arg): this is what is tested
  Slug source = must(Slug::parse("a-name-that-is-not-kept-in-place"));
  const std::string text = source.to_string();
  const Slug target{std::move(source)};
  CHECK(target.to_string() == text);
  CHECK(source.to_string() == text);
  Slug assigned = must(Slug::parse("b"));
  assigned = std::move(source);
  CHECK(source.to_string() == text);
  CHECK(assigned.to_string() == text);
  // NOLINTEND(bugprone-use-after-move,performance-move-const-arg)
}
