#include "tenancy/core/cross_tenant_context.hpp"

#include <array>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <doctest/doctest.h>

#include "core/context_mint.hpp"
#include "support/death.hpp"
#include "support/must.hpp"

using tenancy::CrossingPurpose;
using tenancy::CrossingReason;
using tenancy::CrossTenantContext;
using tenancy::errc;
using tenancy::Principal;
using tenancy::PrincipalKind;
using tenancy::TenantContext;
using tenancy::detail::ContextMint;
using tenancy::detail::Realm;
using tenancy_test::aborts_with;
using tenancy_test::code_of;
using tenancy_test::must;

namespace {

constexpr std::string_view moved_from = "use of a CrossTenantContext after it was moved from";

CrossingReason reason() {
  return must(CrossingReason::create(CrossingPurpose::support, "ticket 4711: export of invoices"));
}

CrossTenantContext crossing(Realm realm = Realm::create()) {
  return ContextMint::mint_crossing(
      std::move(realm), must(Principal::create(PrincipalKind::administrator, "root")), reason());
}

bool is_refused(std::string explanation) {
  return code_of(CrossingReason::create(CrossingPurpose::support, std::move(explanation))) ==
         errc::invalid_argument;
}

}  // namespace

static_assert(!std::is_default_constructible_v<CrossTenantContext>);
static_assert(!std::is_aggregate_v<CrossTenantContext>);
static_assert(!std::is_copy_constructible_v<CrossTenantContext>);
static_assert(!std::is_copy_assignable_v<CrossTenantContext>);
static_assert(std::is_nothrow_move_constructible_v<CrossTenantContext>);
static_assert(std::is_nothrow_move_assignable_v<CrossTenantContext>);
static_assert(!std::is_constructible_v<CrossTenantContext, CrossingReason>);
static_assert(!std::is_constructible_v<CrossTenantContext, Principal, CrossingReason>);
static_assert(!std::is_constructible_v<CrossTenantContext, std::nullptr_t>);
static_assert(!std::is_convertible_v<CrossTenantContext, TenantContext>);
static_assert(!std::is_constructible_v<TenantContext, CrossTenantContext>);
static_assert(!std::is_convertible_v<TenantContext, CrossTenantContext>);
static_assert(!std::is_constructible_v<CrossTenantContext, TenantContext>);
static_assert(!std::is_base_of_v<TenantContext, CrossTenantContext>);
static_assert(!std::is_base_of_v<CrossTenantContext, TenantContext>);
static_assert(!std::is_default_constructible_v<CrossingReason>);
static_assert(!std::is_aggregate_v<CrossingReason>);
static_assert(!std::is_constructible_v<CrossingReason, CrossingPurpose>);
static_assert(!std::is_constructible_v<CrossingReason, CrossingPurpose, std::string>);
static_assert(!std::is_convertible_v<CrossingPurpose, CrossingReason>);

TEST_CASE("every purpose has a name of its own") {
  constexpr std::array<std::pair<CrossingPurpose, std::string_view>, 4> purposes{{
      {CrossingPurpose::maintenance, "maintenance"},
      {CrossingPurpose::reporting, "reporting"},
      {CrossingPurpose::support, "support"},
      {CrossingPurpose::compliance, "compliance"},
  }};
  for (const auto& [purpose, name] : purposes) {
    CHECK(to_string(purpose) == name);
    CHECK(must(CrossingReason::create(purpose, "a good reason")).purpose() == purpose);
  }
  CHECK(aborts_with("a purpose that does not exist",
                    [] { to_string(static_cast<CrossingPurpose>(4)); }));
}

TEST_CASE("a reason is 8 to 500 bytes that say something") {
  CHECK(is_refused(""));
  CHECK(is_refused("because"));
  CHECK(must(CrossingReason::create(CrossingPurpose::support, "because!")).explanation() ==
        "because!");
  CHECK(CrossingReason::create(CrossingPurpose::support, std::string(500, 'a')).has_value());
  CHECK(is_refused(std::string(501, 'a')));
}

TEST_CASE("a reason cannot forge a line of the record") {
  CHECK(is_refused("ticket 4711\nadmin approved"));
  CHECK(is_refused(std::string("ticket\0 4711", 12)));
  // NOLINTNEXTLINE(misc-misleading-bidirectional): escaped, so it turns nothing here
  CHECK(is_refused("ticket \xE2\x80\xAE 1174"));
  CHECK(is_refused("ticket \xFF 4711"));
  CHECK(is_refused("ticket \x1B[2J 4711"));
}

TEST_CASE("moving copies: no reason is ever left unexplained") {
  // NOLINTBEGIN(bugprone-use-after-move,performance-move-const-arg): this is what is tested
  CrossingReason source = reason();
  const CrossingReason target{std::move(source)};
  CHECK(target.explanation() == reason().explanation());
  CHECK(source.explanation() == reason().explanation());
  // NOLINTEND(bugprone-use-after-move,performance-move-const-arg)
}

TEST_CASE("a crossing tells who and why") {
  const Realm realm = Realm::create();
  const CrossTenantContext context = crossing(realm);
  CHECK(context.principal().to_string() == "administrator:root");
  CHECK(context.reason().purpose() == CrossingPurpose::support);
  CHECK(context.reason().explanation() == "ticket 4711: export of invoices");
  CHECK(ContextMint::realm(context) == realm);
}

TEST_CASE("a move hands the permission on") {
  CrossTenantContext first = crossing();
  CrossTenantContext second{std::move(first)};
  CHECK(second.principal().id() == "root");
  CrossTenantContext third = crossing();
  third = std::move(second);
  CHECK(third.reason().purpose() == CrossingPurpose::support);
}

TEST_CASE("the use of a crossing after it was moved from stops the process") {
  CrossTenantContext source = crossing();
  const CrossTenantContext target{std::move(source)};
  // NOLINTBEGIN(bugprone-use-after-move,clang-analyzer-cplusplus.Move): this is what is tested
  CHECK(aborts_with(moved_from, [&] { static_cast<void>(source.reason()); }));
  CHECK(aborts_with(moved_from, [&] { static_cast<void>(source.principal()); }));
  CHECK(aborts_with(moved_from, [&] { static_cast<void>(ContextMint::realm(source)); }));
  // NOLINTEND(bugprone-use-after-move,clang-analyzer-cplusplus.Move)
  CHECK(target.principal().id() == "root");
}
