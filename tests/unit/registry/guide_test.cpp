// What docs/tenants.md shows.

#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"
#include "tenancy/registry/open.hpp"

#include "support/entities.hpp"
#include "support/test_store.hpp"

using tenancy::Authority;
using tenancy::errc;
using tenancy::Principal;
using tenancy::PrincipalKind;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::TestStore;

namespace {

tenancy::Result<std::int64_t> notes_of(const tenancy::Store& store,
                                       const tenancy::TenantContext& context) {
  return tenancy::ReadRepository<Note>{store, context}.count();
}

}  // namespace

TEST_CASE("the guide's change of a version that was seen") {
  const TestStore test;
  const auto& registry = test.registry;
  const auto& acme = test.acme;

  auto seen = registry.find(acme.id);
  auto renamed = registry.rename(acme.id, "Acme Corporation", seen.value().version);

  CHECK(must(renamed).name == "Acme Corporation");
  CHECK(tenancy_test::code_of(registry.rename(acme.id, "Late", seen.value().version)) ==
        errc::version_conflict);
}

TEST_CASE("the guide's identifier of a chat") {
  const TestStore test;
  const auto& registry = test.registry;
  const Authority& authority = test.authority;
  const auto& acme = test.acme;

  auto chat = tenancy::TenantIdentifier::parse("telegram_chat", "-1001234567890");
  auto added = registry.add_identifier(acme.id, chat.value());
  auto context = authority.enter(chat.value());

  CHECK(must(added).version == acme.version + 1);
  CHECK(must(context).tenant() == acme.id);
}

TEST_CASE("the guide's erasure") {
  const TestStore test;
  const Authority& authority = test.authority;
  const auto& acme = test.acme;
  must(test.registry.archive(acme.id));
  auto crossing = authority.cross_tenants(
      must(Principal::create(PrincipalKind::administrator, "ada")),
      must(tenancy::CrossingReason::create(tenancy::CrossingPurpose::compliance,
                                           "they asked to be forgotten")));

  auto erased = authority.maintenance(crossing.value()).erase_tenant(acme.id);

  CHECK(must(erased).rows == 0);
  CHECK(must(test.registry.find(acme.id)).erased_at.has_value());
}

TEST_CASE("the guide's impersonation") {
  const TestStore test;
  const Authority& authority = test.authority;
  const auto& acme = test.acme;
  const auto support = must(Principal::create(PrincipalKind::administrator, "ada"));

  auto reason = tenancy::CrossingReason::create(tenancy::CrossingPurpose::support,
                                                "ticket 4711: an import that hangs");
  auto impersonation = authority.impersonate(acme.id, support, reason.value());
  auto rows = notes_of(authority.store(), impersonation.value().context());

  CHECK(must(rows) == 0);
  CHECK(impersonation.value().context().kind() == tenancy::ContextKind::impersonation);
}
