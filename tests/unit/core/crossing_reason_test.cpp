#include "tenancy/core/crossing_reason.hpp"

#include <array>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <doctest/doctest.h>

#include "tenancy/core/crossing_audit_sink.hpp"

#include "support/death.hpp"
#include "support/must.hpp"

using tenancy::CrossingPurpose;
using tenancy::CrossingReason;
using tenancy::CrossingUse;
using tenancy::errc;
using tenancy_test::aborts_with;
using tenancy_test::code_of;
using tenancy_test::must;

namespace {

CrossingReason reason() {
  return must(CrossingReason::create(CrossingPurpose::support, "ticket 4711: export of invoices"));
}

bool is_refused(std::string explanation) {
  return code_of(CrossingReason::create(CrossingPurpose::support, std::move(explanation))) ==
         errc::invalid_argument;
}

}  // namespace

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

TEST_CASE("every use of a crossing has a name of its own") {
  constexpr std::array<std::pair<CrossingUse, std::string_view>, 6> uses{{
      {CrossingUse::permission, "permission"},
      {CrossingUse::iteration, "iteration"},
      {CrossingUse::listing, "listing"},
      {CrossingUse::scan, "scan"},
      {CrossingUse::count, "count"},
      {CrossingUse::maintenance, "maintenance"},
  }};
  for (const auto& [use, name] : uses) {
    CHECK(to_string(use) == name);
  }
  CHECK(aborts_with("a use that does not exist", [] { to_string(static_cast<CrossingUse>(6)); }));
}
