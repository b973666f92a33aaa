#include "tenancy/core/cross_tenant_context.hpp"

#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/testing/crossing_sinks.hpp"

#include "core/context_mint.hpp"
#include "support/death.hpp"
#include "support/must.hpp"

using tenancy::CrossingAuditSink;
using tenancy::CrossingPurpose;
using tenancy::CrossingReason;
using tenancy::CrossingRecord;
using tenancy::CrossingUse;
using tenancy::CrossTenantContext;
using tenancy::errc;
using tenancy::Principal;
using tenancy::PrincipalKind;
using tenancy::TenantContext;
using tenancy::Timestamp;
using tenancy::detail::ContextMint;
using tenancy::detail::Realm;
using tenancy::testing::FailingCrossingSink;
using tenancy::testing::MemoryCrossingSink;
using tenancy_test::aborts_with;
using tenancy_test::code_of;
using tenancy_test::must;

namespace {

constexpr std::string_view moved_from = "use of a CrossTenantContext after it was moved from";

CrossingReason reason() {
  return must(CrossingReason::create(CrossingPurpose::support, "ticket 4711: export of invoices"));
}

/// The record of a permission's making.
CrossingRecord making() {
  return CrossingRecord{"01J0",   CrossingUse::permission,
                        "",       must(Principal::create(PrincipalKind::administrator, "root")),
                        reason(), Timestamp{}};
}

CrossTenantContext crossing(
    Realm realm = Realm::create(),
    std::shared_ptr<CrossingAuditSink> sink = std::make_shared<MemoryCrossingSink>()) {
  return ContextMint::mint_crossing(std::move(realm), making(), std::move(sink));
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

TEST_CASE("a crossing tells who and why") {
  const Realm realm = Realm::create();
  const CrossTenantContext context = crossing(realm);
  CHECK(context.principal().to_string() == "administrator:root");
  CHECK(context.id() == "01J0");
  CHECK(context.reason().purpose() == CrossingPurpose::support);
  CHECK(context.reason().explanation() == "ticket 4711: export of invoices");
  CHECK(ContextMint::realm(context) == realm);
}

TEST_CASE("a use of a crossing is recorded by the sink that it carries, or refused") {
  const auto sink = std::make_shared<MemoryCrossingSink>();
  const CrossTenantContext context = crossing(Realm::create(), sink);
  const Timestamp now = Timestamp::from_microseconds(7);
  must(ContextMint::record_use(context, CrossingUse::listing, "notes", now, {}));
  CrossingRecord expected = making();
  expected.use = CrossingUse::listing;
  expected.about = "notes";
  expected.at = now;
  CHECK(sink->records() == std::vector{expected});
  const CrossTenantContext deaf =
      crossing(Realm::create(), std::make_shared<FailingCrossingSink>());
  CHECK(code_of(ContextMint::record_use(deaf, CrossingUse::listing, "notes", now, {})) ==
        errc::io_error);
}

TEST_CASE("a crossing without a sink does not exist") {
  CHECK(aborts_with("a permission to cross tenants whose uses nobody records",
                    [] { crossing(Realm::create(), nullptr); }));
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
