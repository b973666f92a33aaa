#include "tenancy/core/tenant_context.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include <doctest/doctest.h>

#include "core/context_mint.hpp"
#include "support/must.hpp"

using tenancy::Principal;
using tenancy::PrincipalKind;
using tenancy::Scope;
using tenancy::TenantContext;
using tenancy::TenantId;
using tenancy::detail::ContextMint;
using tenancy::detail::Grant;
using tenancy::detail::Realm;
using tenancy_test::must;

namespace {

constexpr std::array all_scopes{Scope::read, Scope::write, Scope::admin};

TenantId tenant(std::int64_t value) { return must(TenantId::from_value(value)); }

TenantContext context_with(Scope scope, Realm realm = Realm::create()) {
  return ContextMint::mint(std::move(realm),
                           Grant{.tenant = tenant(42),
                                 .principal = must(Principal::create(PrincipalKind::user, "ada")),
                                 .epoch = 7},
                           scope);
}

template <class T>
concept CanSetScope = requires(T context) { context.scope() = Scope::admin; };

}  // namespace

// The compile-time half of the tests in tests/compile_fail.
static_assert(!std::is_default_constructible_v<TenantContext>, "there is no empty context");
static_assert(!std::is_aggregate_v<TenantContext>);
static_assert(!std::is_constructible_v<TenantContext, TenantId>);
static_assert(!std::is_constructible_v<TenantContext, TenantId, Scope>);
static_assert(!std::is_constructible_v<TenantContext, const TenantContext&, Scope>);
static_assert(!std::is_constructible_v<TenantContext, std::nullptr_t, Scope>);
static_assert(!std::is_constructible_v<TenantContext, std::int64_t>);
static_assert(!std::is_constructible_v<TenantContext, std::string>);
static_assert(!std::is_trivially_copyable_v<TenantContext>, "or bytes could be cast to one");
static_assert(std::is_nothrow_copy_constructible_v<TenantContext>);
static_assert(std::is_nothrow_copy_assignable_v<TenantContext>);
static_assert(std::is_nothrow_move_constructible_v<TenantContext>);
static_assert(!std::is_convertible_v<TenantContext, bool>);
static_assert(!std::is_convertible_v<TenantContext, TenantId>);
static_assert(!CanSetScope<TenantContext>);
static_assert(
    std::is_same_v<decltype(std::declval<TenantContext&>().principal()), const Principal&>);
static_assert(!std::is_default_constructible_v<Realm>);
static_assert(!std::is_aggregate_v<Realm>);

TEST_CASE("a context tells what it was made with") {
  const Realm realm = Realm::create();
  const TenantContext context = context_with(Scope::write, realm);
  CHECK(context.tenant() == tenant(42));
  CHECK(context.principal().to_string() == "user:ada");
  CHECK(context.scope() == Scope::write);
  CHECK(context.epoch() == 7);
  CHECK(ContextMint::realm(context) == realm);
}

TEST_CASE("each scope includes the lesser ones and no greater") {
  for (const Scope own : all_scopes) {
    for (const Scope wanted : all_scopes) {
      CAPTURE(to_string(own));
      CAPTURE(to_string(wanted));
      CHECK(context_with(own).allows(wanted) ==
            (static_cast<int>(wanted) <= static_cast<int>(own)));
    }
  }
  CHECK_FALSE(context_with(Scope::read).allows(Scope::write));
  CHECK_FALSE(context_with(Scope::write).allows(Scope::admin));
}

TEST_CASE("no scope beyond the last is allowed") {
  CHECK_FALSE(context_with(Scope::admin).allows(static_cast<Scope>(3)));
  CHECK_FALSE(context_with(Scope::admin).allows(static_cast<Scope>(255)));
}

TEST_CASE("narrowing gives the lesser scope and never widens, however it is chained") {
  for (const Scope own : all_scopes) {
    for (const Scope first : all_scopes) {
      for (const Scope second : all_scopes) {
        const TenantContext context = context_with(own);
        const TenantContext narrowed = context.narrowed_to(first).narrowed_to(second);
        CHECK(narrowed.scope() == std::min({own, first, second}));
        CHECK(context.scope() == own);
      }
    }
  }
  CHECK(context_with(Scope::read).narrowed_to(static_cast<Scope>(255)).scope() == Scope::read);
}

TEST_CASE("narrowing changes nothing but the scope") {
  const Realm realm = Realm::create();
  const TenantContext context = context_with(Scope::admin, realm);
  const TenantContext narrowed = context.narrowed_to(Scope::read);
  CHECK(narrowed.tenant() == context.tenant());
  CHECK(narrowed.principal() == context.principal());
  CHECK(narrowed.epoch() == context.epoch());
  CHECK(ContextMint::realm(narrowed) == realm);
}

TEST_CASE("a copy is the same permission and outlives the original") {
  auto original = std::make_unique<TenantContext>(context_with(Scope::write));
  const TenantContext copy = *original;
  CHECK(&copy.principal() == &original->principal());
  original.reset();
  CHECK(copy.tenant() == tenant(42));
  CHECK(copy.principal().id() == "ada");
  CHECK(copy.scope() == Scope::write);
}

TEST_CASE("moving copies: no context is ever without a tenant") {
  TenantContext source = context_with(Scope::write);
  // NOLINTBEGIN(bugprone-use-after-move,performance-move-const-arg): this is what is tested
  const TenantContext target{std::move(source)};
  CHECK(source.tenant() == target.tenant());
  CHECK(source.principal() == target.principal());
  CHECK(source.epoch() == 7);

  TenantContext assigned =
      ContextMint::mint(Realm::create(),
                        Grant{.tenant = tenant(1),
                              .principal = must(Principal::create(PrincipalKind::system, "x")),
                              .epoch = 1},
                        Scope::admin);
  assigned = std::move(source);
  CHECK(source.tenant() == tenant(42));
  // NOLINTEND(bugprone-use-after-move,performance-move-const-arg)
  CHECK(assigned.tenant() == tenant(42));
  CHECK(assigned.scope() == Scope::write);
}

TEST_CASE("assignment replaces the tenant and the scope together") {
  TenantContext context = context_with(Scope::read);
  const TenantContext other =
      ContextMint::mint(Realm::create(),
                        Grant{.tenant = tenant(1),
                              .principal = must(Principal::create(PrincipalKind::system, "x")),
                              .epoch = 1},
                        Scope::admin);
  context = other;
  CHECK(context.tenant() == tenant(1));
  CHECK(context.scope() == Scope::admin);
  CHECK(context.epoch() == 1);
  CHECK(ContextMint::realm(context) == ContextMint::realm(other));
}

TEST_CASE("realms are equal when they are copies of one another") {
  const Realm realm = Realm::create();
  const Realm copy = realm;  // NOLINT(performance-unnecessary-copy-initialization)
  CHECK(realm == copy);
  CHECK_FALSE(realm == Realm::create());
  // A realm that is gone does not lend its identity to a new one while a context still holds it.
  const TenantContext context = context_with(Scope::read, Realm::create());
  for (int i = 0; i < 100; ++i) {
    CHECK_FALSE(ContextMint::realm(context) == Realm::create());
  }
}
