// The programs of docs/postgresql.md, with servers that are not there.

#include <doctest/doctest.h>

#include "tenancy/data/read_repository.hpp"
#include "tenancy/migrate/migrate.hpp"
#include "tenancy/registry/open.hpp"
#include "tenancy/storage/postgres/set_up.hpp"
#include "tenancy/storage/postgres/store_kind.hpp"

#include "support/entities.hpp"
#include "support/test_store.hpp"

namespace {

using tenancy_test::Note;

// clang-format off
tenancy::Result<std::int64_t> count_notes(const tenancy::Store& store,
                                          const tenancy::TenantContext& context) {
  // A second may be missing.
  const tenancy::ReadRepository<Note> notes{
      store, context, {.max_staleness = std::chrono::seconds{1}}};
  return notes.count();
}
// clang-format on

}  // namespace

TEST_CASE("docs/postgresql.md: a pooler, replicas and several hosts") {
  const tenancy_test::TestStore test;
  CHECK(tenancy_test::must(count_notes(test.store, test.enter(test.acme))) == 0);
  // clang-format off
  const auto kind = tenancy::postgres::store_kind(
      {.max_connections = 64, .statements = tenancy::postgres::PreparedStatements::none});
  const auto with_replicas = tenancy::postgres::store_kind(
      {.replica_urls = {"postgresql://shop_app@replica-1.internal/shop",
                        "postgresql://shop_app@replica-2.internal/shop"}});
  const char* const both = "postgresql://shop_app@db-1.internal,db-2.internal/shop";
  // clang-format on
  for (const auto& each : {kind, with_replicas}) {
    const tenancy::OpenOptions options{.keys = tenancy::KeyRing::ephemeral(), .kinds = {each}};
    CHECK(tenancy_test::code_of(tenancy::open(both, options)) == tenancy::errc::unreachable);
  }
}

TEST_CASE("docs/postgresql.md: a set-up") {
  // clang-format off
  const auto done = tenancy::postgres::set_up(
      "postgresql://postgres@db.internal/postgres",
      {.database = "shop", .owner = "shop_owner", .application = "shop_app", .queries = "shop_query"});
  // clang-format on
  CHECK_FALSE(done.has_value());
}

TEST_CASE("docs/postgresql.md: migrating and opening") {
  const auto schema = tenancy_test::test_schema();
  const auto keys = tenancy::KeyRing::ephemeral();
  // clang-format off
  tenancy::OpenOptions options{
      .migrations = schema,
      .keys = keys,  // From a file of yours: tenancy::KeyRing::open("/etc/shop/keys").
      .kinds = {tenancy::postgres::store_kind({.max_connections = 16})}};
  auto migrated = tenancy::migrate("postgresql://shop_owner@db.internal/shop", options);
  auto authority = tenancy::open("postgresql://shop_app@db.internal/shop", options);
  // clang-format on
  CHECK(tenancy_test::code_of(migrated) == tenancy::errc::unreachable);
  CHECK(tenancy_test::code_of(authority) == tenancy::errc::unreachable);
}

TEST_CASE("docs/postgresql.md: a role for tenants' queries") {
  tenancy::OpenOptions options{.keys = tenancy::KeyRing::ephemeral()};
  tenancy::postgres::PostgresOptions postgres;
  postgres.queries_url = "postgresql://shop_query@db.internal/shop";
  options.kinds = {tenancy::postgres::store_kind(postgres)};
  CHECK(tenancy_test::code_of(tenancy::open("postgresql://shop_app@db.internal/shop", options)) ==
        tenancy::errc::unreachable);
}
