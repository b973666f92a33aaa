// What the gate asks of a context that was made for a credential, in one store with two tenants.

#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"

#include "core/context_mint.hpp"
#include "support/entities.hpp"
#include "support/test_store.hpp"

using tenancy::errc;
using tenancy::ReadRepository;
using tenancy::Repository;
using tenancy::TenantContext;
using tenancy::detail::ContextMint;
using tenancy::detail::Grant;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::TestStore;

namespace {

TenantContext by_key(const TestStore& test, const tenancy::Tenant& tenant) {
  const auto issued = must(test.registry.issue_key(tenant.id, {.name = "app"}));
  return must(test.authority.authenticator().authenticate(issued.text.unsafe_text()));
}

/// A context of one tenant with the credential of another one's, which nobody can come by.
TenantContext forged(const TenantContext& tenants, const TenantContext& credentials) {
  return ContextMint::mint(ContextMint::realm(credentials),
                           Grant{.tenant = tenants.tenant(),
                                 .principal = credentials.principal(),
                                 .epoch = credentials.epoch(),
                                 .kind = tenancy::ContextKind::credential,
                                 .credential = ContextMint::credential(credentials),
                                 .expires_at = credentials.expires_at()},
                           tenancy::Scope::write);
}

}  // namespace

TEST_CASE("a credential's context ends with its own tenant's status and no other's") {
  const TestStore test;
  const auto acme = by_key(test, test.acme);
  const auto globex = by_key(test, test.globex);
  const auto count = [&](const TenantContext& context) {
    return ReadRepository<Note>{test.store, context}.count();
  };
  SUBCASE("of the one") {
    must(test.registry.suspend(test.acme.id));
    CHECK(code_of(count(acme)) == errc::tenant_not_active);
    CHECK(must(count(globex)) == 0);
  }
  SUBCASE("of the other") {
    must(test.registry.suspend(test.globex.id));
    CHECK(code_of(count(globex)) == errc::tenant_not_active);
    CHECK(must(count(acme)) == 0);
  }
}

TEST_CASE("a credential of one tenant lets in no other") {
  const TestStore test;
  const auto acme = by_key(test, test.acme);
  const auto globex = by_key(test, test.globex);
  REQUIRE(acme.epoch() == globex.epoch());
  must(Repository<Note>{test.store, forged(acme, acme)}.insert({.title = "of acme"}));
  for (const auto* const credentials : {&globex, &acme}) {
    const auto& victim = credentials == &globex ? acme : globex;
    const auto context = forged(victim, *credentials);
    CHECK(code_of(ReadRepository<Note>{test.store, context}.count()) == errc::stale_context);
    CHECK(code_of(Repository<Note>{test.store, context}.insert({.title = "x"})) ==
          errc::stale_context);
  }
  CHECK(must(ReadRepository<Note>{test.store, acme}.count()) == 1);
}
