#include "tenancy/registry/tenant_erasure.hpp"

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/data/cross_tenant_repository.hpp"
#include "tenancy/data/repository.hpp"
#include "tenancy/quota/quota.hpp"

#include "support/entities.hpp"
#include "support/test_store.hpp"

using tenancy::CrossingPurpose;
using tenancy::CrossingReason;
using tenancy::ErasureOptions;
using tenancy::ErasureProgress;
using tenancy::errc;
using tenancy::Repository;
using tenancy::Result;
using tenancy::Tenant;
using tenancy::TenantIdentifier;
using tenancy::WriteTransaction;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::Task;
using tenancy_test::tester;
using tenancy_test::TestStore;

namespace {

constexpr int notes_each = 25;
constexpr int tasks_each = 5;

/// Something of every kind for a tenant, the same for each.
void fill(const TestStore& test, const Tenant& tenant) {
  const auto context = test.enter(tenant);
  std::vector<Note> notes;
  for (int i = 0; i < notes_each; ++i) {
    notes.push_back({.id = "n" + std::to_string(i), .title = std::to_string(i)});
  }
  must(Repository<Note>{test.store, context}.insert_many(notes));
  for (int i = 0; i < tasks_each; ++i) {
    must(Repository<Task>{test.store, context}.insert({i, "n" + std::to_string(i), false, 1}));
  }
  const tenancy::Quota calls{must(tenancy::MetricName::parse("calls")),
                             must(tenancy::QuotaLimit::at_most(10))};
  must(test.store.write(context, [&](WriteTransaction& tx) -> Result<void> {
    must(calls.consume(tx, 3));
    return tenancy::success();
  }));
  must(test.registry.add_identifier(
      tenant.id, must(TenantIdentifier::parse("host", tenant.slug.to_string()))));
  must(test.registry.issue_key(tenant.id, {.name = "ci"}));
}

/// Two tenants that have the same of everything, and the permission to erase one.
struct Erasable {
  explicit Erasable(std::vector<tenancy::Migration> schema = tenancy_test::test_schema())
      : test{{}, std::move(schema)} {
    fill(test, test.acme);
    fill(test, test.globex);
  }

  [[nodiscard]] std::int64_t notes_of(const Tenant& tenant) const {
    return must(Repository<Note>{test.store, test.enter(tenant)}.count());
  }
  /// Past the library; of a store that is one.
  [[nodiscard]] std::string count(const std::string& table, const Tenant& tenant) const {
    return test
        .rows_raw("SELECT count(*) FROM " + table +
                  " WHERE tenant_id = " + std::to_string(tenant.id.value()))
        .at(0)
        .at(0)
        .value();
  }

  TestStore test;
  tenancy::CrossTenantContext crossing = must(test.authority.cross_tenants(
      tester(), must(CrossingReason::create(CrossingPurpose::maintenance, "they asked for it"))));
  tenancy::Maintenance maintenance = test.authority.maintenance(crossing);
};

}  // namespace

TEST_CASE("an archived tenant is erased: all that was its own, and nothing of anybody else's") {
  const Erasable erasable;
  const auto& test = erasable.test;
  must(test.registry.archive(test.acme.id));
  std::vector<std::uint64_t> told;
  const ErasureOptions in_tens{.batch = 10, .progress = [&](const ErasureProgress& progress) {
                                 told.push_back(progress.rows);
                               }};
  const auto report = must(erasable.maintenance.erase_tenant(test.acme.id, in_tens));
  if (!tenancy_test::is_on_silo()) {
    CHECK(report.rows == notes_each + tasks_each + 1);
    CHECK(told.back() == report.rows);
    CHECK(told.size() >= 5);
  }
  const auto left = must(test.registry.find(test.acme.id));
  CHECK(left.status == tenancy::TenantStatus::archived);
  CHECK(left.erased_at == test.clock->now());
  CHECK(left.name == "erased");
  CHECK(left.metadata == "{}");
  CHECK(must(test.registry.identifiers(test.acme.id)).empty());
  CHECK(must(test.registry.keys(test.acme.id)).items.empty());
  if (!tenancy_test::is_on_silo()) {
    for (const std::string table : {"notes", "tasks", "tenancy_quotas"}) {
      CAPTURE(table);
      CHECK(erasable.count(table, test.acme) == "0");
      CHECK(erasable.count(table, test.globex) != "0");
    }
  }
  // The other tenant has all that it had.
  const auto globex = test.enter(test.globex);
  CHECK(must(Repository<Note>{test.store, globex}.count()) == notes_each);
  CHECK(must(Repository<Task>{test.store, globex}.count()) == tasks_each);
  CHECK(must(test.registry.identifiers(test.globex.id)).size() == 1);
  CHECK(must(test.registry.keys(test.globex.id)).items.size() == 1);
  // The slug stays taken, an identifier does not.
  CHECK(code_of(test.registry.create({"acme", "Acme"})) == errc::already_exists);
  must(test.registry.add_identifier(test.globex.id, must(TenantIdentifier::parse("host", "acme"))));
  // Whoever asks again finds it done.
  CHECK(must(erasable.maintenance.erase_tenant(test.acme.id)).rows == 0);
  // And it is on record.
  const auto records = must(test.authority.crossings()).items;
  CHECK(records.front().about == "erase tenant " + test.acme.id.to_string());
}

TEST_CASE("only an archived tenant is erased, and its contexts are worth nothing afterwards") {
  const Erasable erasable;
  const auto& test = erasable.test;
  const auto before = test.enter(test.acme);
  CHECK(code_of(erasable.maintenance.erase_tenant(test.acme.id)) == errc::invalid_transition);
  must(test.registry.suspend(test.acme.id));
  CHECK(code_of(erasable.maintenance.erase_tenant(test.acme.id)) == errc::invalid_transition);
  CHECK(erasable.notes_of(test.globex) == notes_each);
  CHECK(code_of(erasable.maintenance.erase_tenant(tenancy::TenantId::generate())) ==
        errc::not_found);
  must(test.registry.archive(test.acme.id));
  for (const std::size_t batch : {std::size_t{0}, std::size_t{100'001}}) {
    CHECK(code_of(erasable.maintenance.erase_tenant(test.acme.id, {.batch = batch})) ==
          errc::invalid_argument);
  }
  must(erasable.maintenance.erase_tenant(test.acme.id));
  CHECK(code_of(Repository<Note>{test.store, before}.count()) == errc::tenant_not_active);
  CHECK(code_of(Repository<Note>{test.store, before}.insert({.title = "late"})) ==
        errc::tenant_not_active);
  CHECK(code_of(test.authority.enter(test.acme.id, tester())) == errc::tenant_not_active);
  CHECK(code_of(test.registry.issue_key(test.acme.id, {.name = "late"})) ==
        errc::invalid_transition);
  // What goes through all tenants is not held up by one that is gone.
  const tenancy::CrossTenantRepository<Note> all{test.store, erasable.crossing};
  CHECK(must(all.count()) == notes_each);
}

TEST_CASE("an erasure that is ended in its middle is gone on with") {
  const Erasable erasable;
  const auto& test = erasable.test;
  must(test.registry.archive(test.acme.id));
  if (!tenancy_test::is_on_silo()) {
    const auto throwing = [](const ErasureProgress&) { throw std::runtime_error{"enough"}; };
    CHECK_THROWS(static_cast<void>(
        erasable.maintenance.erase_tenant(test.acme.id, {.batch = 10, .progress = throwing})));
    std::stop_source stop;
    const auto stopping = [&](const ErasureProgress&) { stop.request_stop(); };
    CHECK(code_of(erasable.maintenance.erase_tenant(
              test.acme.id,
              {.call = {.stop = stop.get_token()}, .batch = 10, .progress = stopping})) ==
          errc::cancelled);
    CHECK(!must(test.registry.find(test.acme.id)).erased_at);
  }
  const auto rest = must(erasable.maintenance.erase_tenant(test.acme.id));
  CHECK(rest.rows < notes_each + tasks_each + 1);
  CHECK(must(test.registry.find(test.acme.id)).erased_at.has_value());
  CHECK(erasable.notes_of(test.globex) == notes_each);
}

TEST_CASE("rows that refer to each other go, in whichever order the references want it") {
  auto schema = tenancy_test::test_schema();
  // A tree in itself, and two tables in a circle.
  std::string circles =
      "CREATE TABLE branches (tenant_id INTEGER NOT NULL, id TEXT NOT NULL, parent TEXT, "
      "PRIMARY KEY (tenant_id, id), FOREIGN KEY (tenant_id, parent) REFERENCES branches "
      "(tenant_id, id)) STRICT;\n"
      "CREATE TABLE hens (tenant_id INTEGER NOT NULL, id TEXT NOT NULL, egg TEXT NOT NULL, "
      "PRIMARY KEY (tenant_id, id)";
  const std::string from_hens = "FOREIGN KEY (tenant_id, egg) REFERENCES eggs (tenant_id, id)";
  const std::string eggs =
      "CREATE TABLE eggs (tenant_id INTEGER NOT NULL, id TEXT NOT NULL, hen TEXT NOT NULL, "
      "PRIMARY KEY (tenant_id, id), FOREIGN KEY (tenant_id, hen) REFERENCES hens "
      "(tenant_id, id)) STRICT";
  // PostgreSQL knows no table that comes later, and lets wait what says that it may.
  circles += tenancy_test::is_on_postgres() ? ") STRICT;\n" + eggs + ";\nALTER TABLE hens ADD " +
                                                  from_hens + " DEFERRABLE INITIALLY IMMEDIATE"
                                            : ", " + from_hens + ") STRICT;\n" + eggs;
  schema.push_back({3, "circles", circles});
  const Erasable erasable{schema};
  const auto& test = erasable.test;
  if (tenancy_test::is_on_silo()) {
    // Nothing is deleted row by row there.
    must(test.registry.archive(test.acme.id));
    CHECK(must(erasable.maintenance.erase_tenant(test.acme.id)).rows == 0);
    return;
  }
  for (const Tenant& tenant : {test.acme, test.globex}) {
    const std::string id = std::to_string(tenant.id.value());
    for (int i = 0; i < 30; ++i) {
      const std::string parent = i == 0 ? "NULL" : "'b" + std::to_string(i - 1) + "'";
      test.run_raw("INSERT INTO branches VALUES (" + id + ", 'b" + std::to_string(i) + "', " +
                   parent + ")");
    }
    test.run_raw(std::string{tenancy_test::is_on_postgres() ? "BEGIN; SET CONSTRAINTS ALL DEFERRED;"
                                                            : "BEGIN;"} +
                 "INSERT INTO hens VALUES (" + id + ", 'h', 'e'); INSERT INTO eggs VALUES (" + id +
                 ", 'e', 'h'); COMMIT");
  }
  must(test.registry.archive(test.acme.id));
  const auto report = must(erasable.maintenance.erase_tenant(test.acme.id, {.batch = 7}));
  CHECK(report.rows == notes_each + tasks_each + 1 + 30 + 2);
  CHECK(erasable.count("branches", test.globex) == "30");
  CHECK(erasable.count("hens", test.globex) == "1");
  CHECK(erasable.count("eggs", test.globex) == "1");
}

TEST_CASE("a trigger that fills what is emptied is told, and one that stops is waited for") {
  auto schema = tenancy_test::test_schema();
  schema.push_back({3, "log",
                    "CREATE TABLE log (tenant_id INTEGER NOT NULL, id TEXT NOT NULL, "
                    "PRIMARY KEY (tenant_id, id)) STRICT"});
  const Erasable erasable{schema};
  const auto& test = erasable.test;
  must(test.registry.archive(test.acme.id));
  if (tenancy_test::is_on_postgres()) {
    for (const std::string table : {"log", "notes"}) {
      const std::string trigger = "refill_" + table;
      test.run_raw(
          "CREATE FUNCTION " + trigger +
          "_does() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN INSERT INTO log VALUES "
          "(old.tenant_id, gen_random_uuid()::text); RETURN NULL; END $f$; CREATE TRIGGER " +
          trigger + " AFTER DELETE ON " + table + " FOR EACH ROW EXECUTE FUNCTION " + trigger +
          "_does()");
    }
  } else {
    test.run_raw(
        "CREATE TRIGGER refill_log AFTER DELETE ON log BEGIN "
        "INSERT INTO log VALUES (old.tenant_id, hex(randomblob(8))); END; "
        "CREATE TRIGGER refill_notes AFTER DELETE ON notes BEGIN "
        "INSERT INTO log VALUES (old.tenant_id, hex(randomblob(8))); END");
  }
  if (!tenancy_test::is_on_silo()) {
    const auto endless = erasable.maintenance.erase_tenant(
        test.acme.id, {.call = tenancy::CallOptions::within(std::chrono::milliseconds{500})});
    CHECK(code_of(endless) == errc::deadline_exceeded);
    CHECK(!must(test.registry.find(test.acme.id)).erased_at);
    test.run_raw("DROP TRIGGER refill_log");
  }
  must(erasable.maintenance.erase_tenant(test.acme.id));
}
