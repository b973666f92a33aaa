#include "tenancy/core/scope.hpp"

#include <array>
#include <string_view>
#include <utility>

#include <doctest/doctest.h>

#include "support/death.hpp"
#include "support/must.hpp"

using tenancy::errc;
using tenancy::Scope;
using tenancy_test::aborts_with;
using tenancy_test::code_of;
using tenancy_test::must;

// `TenantContext::allows` stands on this order.
static_assert(Scope::read < Scope::write);
static_assert(Scope::write < Scope::admin);
static_assert(Scope{} == Scope::read, "a zeroed scope is the least");

TEST_CASE("scopes and their names") {
  constexpr std::array<std::pair<Scope, std::string_view>, 3> scopes{
      {{Scope::read, "read"}, {Scope::write, "write"}, {Scope::admin, "admin"}}};
  for (const auto& [scope, name] : scopes) {
    CHECK(to_string(scope) == name);
    CHECK(must(tenancy::parse_scope(name)) == scope);
  }
}

TEST_CASE("no other text is a scope, least of all a greater one") {
  using namespace std::string_view_literals;
  for (const std::string_view text :
       {""sv, "Read"sv, "READ"sv, " read"sv, "read "sv, "readwrite"sv, "owner"sv, "root"sv, "adm"sv,
        "admins"sv, "admin\0"sv, "0"sv, "2"sv, "*"sv}) {
    CAPTURE(text);
    CHECK(code_of(tenancy::parse_scope(text)) == errc::invalid_argument);
  }
}

TEST_CASE("a scope that does not exist stops the process") {
  CHECK(aborts_with("a scope that does not exist", [] { to_string(static_cast<Scope>(3)); }));
}
