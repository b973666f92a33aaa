#include "tenancy/core/principal.hpp"

#include <array>
#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <doctest/doctest.h>

#include "support/death.hpp"
#include "support/must.hpp"

using tenancy::errc;
using tenancy::Principal;
using tenancy::PrincipalKind;
using tenancy_test::aborts_with;
using tenancy_test::code_of;
using tenancy_test::must;

static_assert(!std::is_default_constructible_v<Principal>);
static_assert(!std::is_aggregate_v<Principal>);
static_assert(!std::is_constructible_v<Principal, PrincipalKind, std::string>);
static_assert(!std::is_constructible_v<Principal, std::string>);
static_assert(!std::is_constructible_v<Principal, const char*>);
static_assert(std::is_copy_constructible_v<Principal>);

namespace {

Principal user(std::string id) {
  return must(Principal::create(PrincipalKind::user, std::move(id)));
}

bool is_refused(std::string id) {
  return code_of(Principal::create(PrincipalKind::user, std::move(id))) == errc::invalid_argument;
}

}  // namespace

TEST_CASE("every kind has a name of its own") {
  constexpr std::array<std::pair<PrincipalKind, std::string_view>, 5> kinds{{
      {PrincipalKind::system, "system"},
      {PrincipalKind::administrator, "administrator"},
      {PrincipalKind::service, "service"},
      {PrincipalKind::api_key, "api_key"},
      {PrincipalKind::user, "user"},
  }};
  for (const auto& [kind, name] : kinds) {
    CHECK(to_string(kind) == name);
    const Principal principal = must(Principal::create(kind, "x"));
    CHECK(principal.kind() == kind);
    CHECK(principal.to_string() == std::string{name} + ":x");
  }
  CHECK(aborts_with("a kind of principal that does not exist",
                    [] { to_string(static_cast<PrincipalKind>(99)); }));
}

TEST_CASE("an id is people's text in any script") {
  for (const std::string_view id :
       {"4711", "ada@example.org", "Zo\xC3\xAB", "\xE6\x9D\x8E\xE5\xB0\x8F\xE9\xBE\x8D",
        "\xD8\xA3\xD8\xAD\xD9\x85\xD8\xAF", "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x94\xA7",
        "with space", ":", "user:1"}) {
    CAPTURE(id);
    CHECK(user(std::string{id}).id() == id);
  }
}

TEST_CASE("an id has 1 to 200 bytes") {
  CHECK(is_refused(""));
  CHECK(user(std::string(200, 'a')).id().size() == Principal::max_id_length);
  CHECK(is_refused(std::string(201, 'a')));
  // Bytes, not letters: 100 of two bytes fit, and one byte more does not.
  std::string letters;
  for (int i = 0; i < 100; ++i) {
    letters += "\xC3\xA9";
  }
  CHECK(user(letters).id() == letters);
  CHECK(is_refused(letters + "a"));
}

TEST_CASE("an id cannot forge a line of a log") {
  using namespace std::string_literals;
  for (const std::string& id :
       {"a\nadmin logged in"s, "a\r"s, "\t"s, "a\0b"s, "\0"s, "\x1B[2J"s, "\x7F"s,
        "a\xC2\x85"s /* next line */, "\xC2\x9B"s /* C1 escape */,
        "\xE2\x80\xA8"s /* line separator */, "\xE2\x80\xA9"s /* paragraph separator */}) {
    CAPTURE(id);
    CHECK(is_refused(id));
  }
}

TEST_CASE("an id cannot show as another one by turning the direction of writing") {
  // NOLINTBEGIN(misc-misleading-bidirectional): escaped, so they turn nothing here
  for (const std::string_view mark :
       {"\xD8\x9C", "\xE2\x80\x8E", "\xE2\x80\x8F", "\xE2\x80\xAA", "\xE2\x80\xAB", "\xE2\x80\xAC",
        "\xE2\x80\xAD", "\xE2\x80\xAE", "\xE2\x81\xA6", "\xE2\x81\xA7", "\xE2\x81\xA8",
        "\xE2\x81\xA9"}) {
    // NOLINTEND(misc-misleading-bidirectional)
    CAPTURE(mark);
    CHECK(is_refused("a" + std::string{mark} + "b"));
  }
}

TEST_CASE("an id is well-formed UTF-8") {
  for (const std::string_view id : {"\xFF", "\xC3", "a\x80", "\xC0\xAF", "\xED\xA0\x80"}) {
    CAPTURE(id);
    CHECK(is_refused(std::string{id}));
  }
}

TEST_CASE("the refusal does not repeat the id") {
  const auto refused = Principal::create(PrincipalKind::user, "secret\n");
  CHECK(refused.error().message().find("secret") == std::string::npos);
}

TEST_CASE("principals are equal when kind and id are") {
  CHECK(user("a") == user("a"));
  CHECK(user("a") != user("b"));
  CHECK(user("a") != must(Principal::create(PrincipalKind::service, "a")));
  std::ostringstream out;
  out << user("a");
  CHECK(out.str() == "user:a");
}

TEST_CASE("moving copies: nobody becomes nameless") {
  // NOLINTBEGIN(bugprone-use-after-move,performance-move-const-arg): this is what is tested
  Principal source = user("somebody-whose-id-is-not-kept-in-place");
  const std::string id = source.id();
  const Principal target{std::move(source)};
  CHECK(target.id() == id);
  CHECK(source.id() == id);
  Principal assigned = user("b");
  assigned = std::move(source);
  CHECK(source.id() == id);
  CHECK(assigned.id() == id);
  // NOLINTEND(bugprone-use-after-move,performance-move-const-arg)
}
