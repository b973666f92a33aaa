// Who may become what, asked of the function that says so and of the registry.

#include "property/status_arrows.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "support/test_store.hpp"

using tenancy::errc;
using tenancy::Result;
using tenancy::Tenant;
using tenancy::TenantId;
using tenancy::TenantStatus;
using tenancy_test::all_statuses;
using tenancy_test::code_of;
using tenancy_test::has_arrow;
using tenancy_test::must;
using tenancy_test::TestStore;

namespace {

/// A tenant that has come to a status by the shortest way.
Tenant tenant_of(const TestStore& test, const std::string& slug, TenantStatus status) {
  const bool is_new = status == TenantStatus::provisioning;
  auto made = must(test.registry.create(
      {.slug = slug, .name = slug, .status = is_new ? status : TenantStatus::active}));
  switch (status) {
    case TenantStatus::inactive:
      return must(test.registry.deactivate(made.id));
    case TenantStatus::suspended:
      return must(test.registry.suspend(made.id));
    case TenantStatus::archived:
      return must(test.registry.archive(made.id));
    default:
      return made;
  }
}

}  // namespace

TEST_CASE("a status changes along the arrows of the documentation and along no other way") {
  for (const auto from : all_statuses) {
    for (const auto to : all_statuses) {
      CAPTURE(to_string(from));
      CAPTURE(to_string(to));
      CHECK(tenancy::may_become(from, to) == has_arrow(from, to));
    }
  }

  const TestStore test;
  using Ask =
      Result<Tenant> (tenancy::TenantRegistry::*)(TenantId, std::optional<std::int64_t>) const;
  const std::array<std::pair<TenantStatus, Ask>, 4> asks{{
      {TenantStatus::active, &tenancy::TenantRegistry::activate},
      {TenantStatus::inactive, &tenancy::TenantRegistry::deactivate},
      {TenantStatus::suspended, &tenancy::TenantRegistry::suspend},
      {TenantStatus::archived, &tenancy::TenantRegistry::archive},
  }};
  int number = 0;
  for (const auto from : all_statuses) {
    for (const auto& asked : asks) {
      const auto to = asked.first;
      const auto ask = asked.second;
      CAPTURE(to_string(from));
      CAPTURE(to_string(to));
      const auto before = tenant_of(test, "t" + std::to_string(++number), from);
      test.clock->advance(std::chrono::seconds{1});
      const auto answer = (test.registry.*ask)(before.id, std::nullopt);
      const auto after = must(test.registry.find(before.id));
      if (has_arrow(from, to)) {
        CHECK(must(answer) == after);
        CHECK(after.status == to);
        CHECK(after.epoch == before.epoch + 1);
        CHECK(after.version == before.version + 1);
        CHECK(after.updated_at == test.clock->now());
      } else {
        CHECK(after == before);
        if (from == to) {
          CHECK(must(answer) == before);
        } else {
          CHECK(code_of(answer) == errc::invalid_transition);
        }
      }
    }
  }
}

TEST_CASE("a status that moves needs the version that was seen, if one is named") {
  const TestStore test;
  CHECK(code_of(test.registry.suspend(test.acme.id, test.acme.version + 1)) ==
        errc::version_conflict);
  CHECK(code_of(test.registry.activate(test.acme.id, test.acme.version - 1)) ==
        errc::version_conflict);
  CHECK(must(test.registry.find(test.acme.id)) == test.acme);
  CHECK(must(test.registry.suspend(test.acme.id, test.acme.version)).version ==
        test.acme.version + 1);
}
