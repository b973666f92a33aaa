// What the server keeps apart by itself, whatever asks it.

#include <array>
#include <cstdio>
#include <memory>
#include <string>

#include <doctest/doctest.h>
#include <stdio.h>  // NOLINT(modernize-deprecated-headers): popen

#include "tenancy/data/cross_tenant_repository.hpp"
#include "tenancy/data/repository.hpp"
#include "tenancy/storage/transaction.hpp"

#include "support/entities.hpp"
#include "support/postgres_cluster.hpp"
#include "support/postgres_place.hpp"

using tenancy::Repository;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::PostgresPlace;
using tenancy_test::RawSession;
using tenancy_test::Task;
using tenancy_test::TestStore;

namespace {

/// Two tenants with rows under the same keys, and what opens sessions past the library.
struct Fixture {
  Fixture() : Fixture{std::make_unique<PostgresPlace>()} {}

  [[nodiscard]] RawSession application() const {
    return RawSession{place.database().application_url()};
  }
  [[nodiscard]] std::string as(const tenancy::Tenant& tenant) const {
    return "SET tenancy.tenant = '" + std::to_string(tenant.id.value()) + "'";
  }

  const PostgresPlace& place;
  TestStore test;

 private:
  explicit Fixture(std::unique_ptr<PostgresPlace> its_place)
      : place{*its_place}, test{std::move(its_place)} {
    for (const auto& tenant : {test.acme, test.globex}) {
      const auto context = test.enter(tenant);
      must(Repository<Note>{test.store, context}.insert(
          {.id = "n", .title = tenant.slug.to_string()}));
      must(Repository<Task>{test.store, context}.insert({1, "n", false, 1.0}));
      const auto id = std::to_string(tenant.id.value());
      for (const std::string& row :
           {"tenancy_quotas (tenant_id, metric, used, updated_at) VALUES (" + id + ", 'm', 1, 1)",
            "tenancy_quota_resets VALUES (" + id + ", 'm', 1, 1, 'host', 'none', 1)"}) {
        test.run_raw("INSERT INTO " + row);
      }
    }
  }
};

}  // namespace

TEST_CASE("a plain session of the application's role sees no row of any tenants' table") {
  const Fixture fixture;
  const auto plain = fixture.application();
  for (const std::string table : {"notes", "tasks", "tenancy_quotas", "tenancy_quota_resets"}) {
    CAPTURE(table);
    CHECK(plain.value("SELECT count(*) FROM " + table) == "0");
    CHECK(plain.value("WITH gone AS (DELETE FROM " + table +
                      " RETURNING 1) SELECT count(*) FROM gone") == "0");
  }
  CHECK(plain.value("SELECT count(*) FROM notes n, tasks t") == "0");
  CHECK(plain.value("WITH changed AS (UPDATE notes SET title = 'x' RETURNING 1) "
                    "SELECT count(*) FROM changed") == "0");
}

TEST_CASE("a plain psql session of the application's role sees no row in any table of tenants") {
  const Fixture fixture;
  const RawSession admin{fixture.place.database().admin_url()};
  // The registry's own tables are whose tenants are whose, which the application looks up.
  const auto tables = admin.rows(
      "SELECT attrelid::regclass FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid "
      "WHERE attname = 'tenant_id' AND relkind IN ('r', 'p') AND relname NOT IN "
      "('tenancy_tenants', "
      "'tenancy_api_keys', 'tenancy_identifiers', 'tenancy_impersonations') AND relnamespace = "
      "(SELECT relnamespace FROM pg_class WHERE oid = 'notes'::regclass) ORDER BY 1");
  CHECK(tables.size() >= 4);
  for (const auto& row : tables) {
    const std::string table = row.front().value_or("");
    CAPTURE(table);
    const std::string command = "psql --no-psqlrc -At -d '" +
                                fixture.place.database().application_url() +
                                "' -c 'SELECT count(*) FROM " + table + "'";
    const std::unique_ptr<FILE, int (*)(FILE*)> psql{::popen(command.c_str(), "r"), &::pclose};
    REQUIRE(psql != nullptr);
    std::array<char, 64> answer{};
    const auto size = std::fread(answer.data(), 1, answer.size(), psql.get());
    CHECK(std::string{answer.data(), size} == "0\n");
  }
}

TEST_CASE("a tenant that is not set, is empty or is none means no rows, and no error") {
  const Fixture fixture;
  const auto plain = fixture.application();
  const std::array settings{"",
                            "0",
                            "-1",
                            "x",
                            " 1",
                            "1 ",
                            "1e3",
                            "0x10",
                            "1.0",
                            "''",
                            "NULL",
                            "9223372036854775808",
                            "99999999999999999999999999",
                            "١٢"};
  for (const std::string setting : settings) {
    CAPTURE(setting);
    plain.run("SELECT set_config('tenancy.tenant', $v$" + setting + "$v$, false)");
    CHECK(plain.value("SELECT count(*) FROM notes") == "0");
  }
  plain.run("RESET tenancy.tenant");
  CHECK(plain.value("SELECT count(*) FROM notes") == "0");
}

TEST_CASE("a session with a tenant sees, changes and adds rows of that tenant and no others") {
  const Fixture fixture;
  const auto session = fixture.application();
  const auto acme = std::to_string(fixture.test.acme.id.value());
  const auto globex = std::to_string(fixture.test.globex.id.value());
  session.run(fixture.as(fixture.test.acme));
  CHECK(session.value("SELECT string_agg(title, ',') FROM notes") == "acme");
  CHECK(session.value("SELECT count(*) FROM notes WHERE tenant_id = " + globex) == "0");
  CHECK(session.value(
            "WITH c AS (UPDATE notes SET stars = 7 RETURNING 1) SELECT count(*) FROM c") == "1");
  // Into another tenant, by any statement: refused by the policy.
  const std::string row = ", 'm', 'm', 0, NULL, 0, 0)";
  CHECK(session.fails_with("INSERT INTO notes VALUES (" + globex + row) == "42501");
  CHECK(session.fails_with("UPDATE notes SET tenant_id = " + globex) == "42501");
  CHECK(session.fails_with("INSERT INTO notes VALUES (" + acme +
                           ", 'n', 'x', 0, NULL, 0, 0) ON CONFLICT (tenant_id, id) DO UPDATE SET "
                           "tenant_id = " +
                           globex) == "42501");
  CHECK(session.fails_with("INSERT INTO notes VALUES (" + acme + row).empty());
  CHECK(session.value("WITH gone AS (DELETE FROM tasks RETURNING 1) SELECT count(*) FROM gone") ==
        "1");
  // The other tenant's rows are as they were.
  const auto other = fixture.test.enter(fixture.test.globex);
  CHECK(must(Repository<Note>{fixture.test.store, other}.require("n")).stars == 0);
  CHECK(must(Repository<Task>{fixture.test.store, other}.count()) == 1);
}

TEST_CASE(
    "the owner is held to the policy, too, and an owner's migration is told, not shown nothing") {
  const Fixture fixture;
  const RawSession owner{fixture.place.database().owner_url()};
  CHECK(owner.value("SELECT count(*) FROM notes") == "0");
  const auto changed = tenancy::Migration{3, "stars", "UPDATE notes SET stars = 5", {}, {}};
  auto options = fixture.place.again();
  options.migrations.push_back(changed);
  const auto migrated = tenancy::open(fixture.place.url(), options);
  REQUIRE_FALSE(migrated.has_value());
  CHECK(migrated.error() == tenancy::errc::migration_failed);
  CHECK(migrated.error().message().find("row-level security") != std::string::npos);
  CHECK(fixture.test.enter(fixture.test.acme).tenant() == fixture.test.acme.id);
}

TEST_CASE("what crosses tenants can only read, also past the library") {
  const Fixture fixture;
  const auto session = fixture.application();
  session.run("BEGIN READ ONLY; SET LOCAL tenancy.crossing = 'on'");
  CHECK(session.value("SELECT count(*) FROM notes") == "2");
  session.run("COMMIT");
  CHECK(session.value("SELECT count(*) FROM notes") == "0");
  // In a transaction that may write it is worth nothing.
  session.run("BEGIN; SET LOCAL tenancy.crossing = 'on'");
  CHECK(session.value("SELECT count(*) FROM notes") == "0");
  CHECK(session.value("WITH gone AS (DELETE FROM notes RETURNING 1) SELECT count(*) FROM gone") ==
        "0");
  session.run("ROLLBACK");
}

TEST_CASE("after a transaction nothing of its tenant is left on the connection") {
  tenancy::postgres::PostgresOptions one;
  one.max_connections = 1;
  const TestStore test{std::make_unique<PostgresPlace>(
      tenancy::OpenOptions{.migrations = tenancy_test::test_schema()}, one)};
  const auto acme = test.enter(test.acme);
  const auto globex = test.enter(test.globex);
  must(Repository<Note>{test.store, acme}.insert({.id = "a", .title = "a"}));
  for (int turn = 0; turn < 3; ++turn) {
    CHECK(must(Repository<Note>{test.store, globex}.count()) == 0);
    CHECK(must(Repository<Note>{test.store, acme}.count()) == 1);
    // One that fails, one that throws, one that is refused.
    CHECK_FALSE(Repository<Note>{test.store, acme}.insert({.id = "a", .title = "b"}).has_value());
    CHECK_THROWS(static_cast<void>(
        test.store.write(acme, [](tenancy::WriteTransaction& tx) -> tenancy::Result<void> {
          must(Repository<Note>{tx}.insert({.id = "c", .title = "c"}));
          throw std::runtime_error{"enough"};
        })));
    CHECK(must(Repository<Note>{test.store, globex}.list()).items.empty());
  }
  CHECK(must(Repository<Note>{test.store, acme}.count()) == 1);
}

TEST_CASE("after a view across tenants nothing of it is left on the connection") {
  tenancy::postgres::PostgresOptions one;
  one.max_connections = 1;
  auto its_place = std::make_unique<PostgresPlace>(
      tenancy::OpenOptions{.migrations = tenancy_test::test_schema()}, one);
  const auto& place = *its_place;
  const TestStore test{std::move(its_place)};
  const auto context = test.enter(test.acme);
  must(Repository<Note>{test.store, context}.insert({.id = "a", .title = "a"}));
  // What the connection says of itself, in the row that is written.
  RawSession{place.database().owner_url()}.run(
      "CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
      "NEW.title := coalesce(current_setting('tenancy.crossing', true), ''); RETURN NEW; END $$; "
      "CREATE TRIGGER tell BEFORE INSERT ON notes FOR EACH ROW EXECUTE FUNCTION tell()");
  const auto crossing = must(test.authority.cross_tenants(
      tenancy_test::tester(), must(tenancy::CrossingReason::create(
                                  tenancy::CrossingPurpose::reporting, "notes per tenant"))));
  CHECK(must(tenancy::CrossTenantRepository<Note>{test.store, crossing}.list()).items.size() == 1);
  must(Repository<Note>{test.store, context}.insert({.id = "b", .title = "b"}));
  CHECK(RawSession{place.database().admin_url()}.value("SELECT title FROM notes WHERE id = 'b'") ==
        "");
}

TEST_CASE("what a role, a database or a URL sets for its sessions lets nobody through") {
  const Fixture fixture;
  const RawSession admin{fixture.place.database().admin_url()};
  const std::string database = fixture.place.database().name();
  admin.run("ALTER DATABASE " + database + " SET tenancy.crossing = 'on'; ALTER DATABASE " +
            database + " SET client_min_messages = 'error'");
  auto options = fixture.place.again();
  for (const std::string& url :
       {fixture.place.database().application_url(),
        fixture.place.database().application_url() + "?options=-c%20tenancy.crossing%3Don"}) {
    CAPTURE(url);
    const auto authority = must(tenancy::open(url, options));
    const auto context = must(authority.enter(fixture.test.acme.id, tenancy_test::tester()));
    static constexpr tenancy::detail::StaticSql sql{
        "SELECT CAST(?1 AS bigint), CAST(tenancy_crossing() AS text) || "
        "current_setting('client_min_messages')"};
    must(authority.store().read(
        context, [](tenancy::ReadTransaction& transaction) -> tenancy::Result<void> {
          BOOST_OUTCOME_TRY(auto lease,
                            tenancy::detail::SessionAccess::of(transaction).prepare(sql));
          BOOST_OUTCOME_TRY(lease->step());
          CHECK(lease->text(1) == "falsewarning");
          return tenancy::success();
        }));
  }
}
