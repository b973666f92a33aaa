// Whom a transaction on PostgreSQL lets in: asked in the transaction itself, whatever this process
// remembers, so each change is made as another program would make it.

#include <chrono>
#include <optional>
#include <string>

#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"

#include "support/entities.hpp"
#include "support/postgres_cluster.hpp"
#include "support/postgres_place.hpp"

using tenancy::errc;
using tenancy::ReadTransaction;
using tenancy::Repository;
using tenancy::Result;
using tenancy::WriteTransaction;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::PostgresPlace;
using tenancy_test::RawSession;
using tenancy_test::TestStore;

namespace {

/// What every kind of call with a context comes to: the same, or the test fails.
std::optional<errc> outcome_of(const tenancy::Store& store, const tenancy::TenantContext& context) {
  const auto error_of = [](const auto& result) {
    return result ? std::nullopt : std::optional{result.error().code()};
  };
  const Repository<Note> notes{store, context};
  const auto outcome = error_of(notes.count());
  CHECK(error_of(notes.upsert({.id = "n", .title = "n"})) == outcome);
  CHECK(error_of(store.read(context, [](ReadTransaction& tx) -> Result<void> {
          BOOST_OUTCOME_TRY(tenancy::ReadRepository<Note>{tx}.count());
          return tenancy::success();
        })) == outcome);
  CHECK(error_of(store.write(context, [](WriteTransaction& tx) -> Result<void> {
          BOOST_OUTCOME_TRY(Repository<Note>{tx}.count());
          return tenancy::success();
        })) == outcome);
  return outcome;
}

struct Gated {
  Gated() : Gated{std::make_unique<PostgresPlace>()} {}

  void change(const std::string& sql) const { RawSession{place.database().admin_url()}.run(sql); }
  [[nodiscard]] std::string acme() const { return std::to_string(test.acme.id.value()); }
  /// What a new key of acme's is worth.
  [[nodiscard]] tenancy::TenantContext with_key(const tenancy::ApiKeyRequest& request = {}) const {
    const auto issued = must(test.registry.issue_key(test.acme.id, request));
    const auto bytes = issued.text.unsafe_bytes();
    return must(test.authority.authenticator().authenticate(
        {reinterpret_cast<const char*>(bytes.data()), bytes.size()}));
  }

  const PostgresPlace& place;
  TestStore test;

 private:
  explicit Gated(std::unique_ptr<PostgresPlace> its_place)
      : place{*its_place}, test{std::move(its_place)} {}
};

}  // namespace

TEST_CASE("the gate lets an active tenant in, and nobody whose status or epoch is another") {
  const Gated gated;
  const auto context = gated.test.enter(gated.test.acme);
  CHECK(outcome_of(gated.test.store, context) == std::nullopt);
  gated.change("UPDATE tenancy_tenants SET status = 'suspended' WHERE tenant_id = " + gated.acme());
  CHECK(outcome_of(gated.test.store, context) == errc::tenant_not_active);
  gated.change(
      "UPDATE tenancy_tenants SET status = 'active', epoch = epoch + 1 WHERE tenant_id = " +
      gated.acme());
  CHECK(outcome_of(gated.test.store, context) == errc::stale_context);
  // Whoever is entered then is entered as it is now.
  CHECK(outcome_of(gated.test.store, gated.test.enter(gated.test.acme)) == std::nullopt);
  gated.change("UPDATE tenancy_tenants SET epoch = epoch - 1 WHERE tenant_id = " + gated.acme());
  CHECK(outcome_of(gated.test.store, gated.test.enter(gated.test.globex)) == std::nullopt);
}

TEST_CASE("the gate lets a key in while it is what it was, and no other's") {
  const Gated gated;
  const auto lasting = gated.with_key({.name = "lasting"});
  const auto expiring = gated.with_key(
      {.name = "expiring", .expires_at = gated.test.clock->now() + std::chrono::hours{1}});
  CHECK(outcome_of(gated.test.store, lasting) == std::nullopt);
  CHECK(outcome_of(gated.test.store, expiring) == std::nullopt);
  SUBCASE("revoked") {
    gated.change("UPDATE tenancy_api_keys SET revoked_at = created_at WHERE name = 'lasting'");
    CHECK(outcome_of(gated.test.store, lasting) == errc::stale_context);
    CHECK(outcome_of(gated.test.store, expiring) == std::nullopt);
  }
  SUBCASE("revoked, that expires") {
    gated.change("UPDATE tenancy_api_keys SET revoked_at = created_at WHERE name = 'expiring'");
    CHECK(outcome_of(gated.test.store, expiring) == errc::stale_context);
    CHECK(outcome_of(gated.test.store, lasting) == std::nullopt);
  }
  SUBCASE("expiring at another time") {
    gated.change("UPDATE tenancy_api_keys SET expires_at = expires_at - 1 WHERE name = 'expiring'");
    CHECK(outcome_of(gated.test.store, expiring) == errc::stale_context);
  }
  SUBCASE("expiring since") {
    gated.change("UPDATE tenancy_api_keys SET expires_at = created_at + 1 WHERE name = 'lasting'");
    CHECK(outcome_of(gated.test.store, lasting) == errc::stale_context);
  }
  SUBCASE("another tenant's") {
    gated.change("UPDATE tenancy_api_keys SET tenant_id = " +
                 std::to_string(gated.test.globex.id.value()) + " WHERE name = 'lasting'");
    CHECK(outcome_of(gated.test.store, lasting) == errc::stale_context);
  }
  SUBCASE("gone") {
    gated.change("DELETE FROM tenancy_api_keys");
    CHECK(outcome_of(gated.test.store, lasting) == errc::stale_context);
    CHECK(outcome_of(gated.test.store, expiring) == errc::stale_context);
  }
  SUBCASE("of a tenant that is suspended") {
    gated.change("UPDATE tenancy_tenants SET status = 'suspended'");
    CHECK(outcome_of(gated.test.store, lasting) == errc::tenant_not_active);
    CHECK(outcome_of(gated.test.store, expiring) == errc::tenant_not_active);
  }
  SUBCASE("of a tenant that was suspended meanwhile") {
    gated.change("UPDATE tenancy_tenants SET epoch = epoch + 1");
    CHECK(outcome_of(gated.test.store, lasting) == errc::stale_context);
    CHECK(outcome_of(gated.test.store, expiring) == errc::stale_context);
  }
}

TEST_CASE("a context is worth nothing in another store, beyond its scope, and when it is over") {
  const Gated gated;
  const Gated other;
  const auto foreign = gated.test.enter(gated.test.acme);
  CHECK(outcome_of(other.test.store, foreign) == errc::foreign_context);
  const auto expiring =
      gated.with_key({.name = "k", .expires_at = gated.test.clock->now() + std::chrono::hours{1}});
  gated.test.clock->advance(std::chrono::hours{1});
  CHECK(outcome_of(gated.test.store, expiring) == errc::stale_context);
  const auto reader = gated.test.enter(gated.test.acme, tenancy::Scope::read);
  const Repository<Note> notes{gated.test.store, reader};
  CHECK(must(notes.count()) == 0);
  CHECK(code_of(notes.insert({.id = "n", .title = "n"})) == errc::access_denied);
  CHECK(code_of(gated.test.store.write(reader, [](WriteTransaction&) -> Result<void> {
          return tenancy::success();
        })) == errc::access_denied);
}
