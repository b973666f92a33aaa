#include "support/test_store.hpp"

namespace tenancy_test {
std::vector<tenancy::Migration> test_schema() {
  return {
      {1, "notes",
       "CREATE TABLE notes (tenant_id INTEGER NOT NULL REFERENCES tenancy_tenants, "
       "id TEXT NOT NULL, title TEXT NOT NULL, stars INTEGER NOT NULL CHECK (stars >= 0), "
       "link TEXT, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, "
       "PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, title)) STRICT, WITHOUT ROWID"},
      {2, "tasks",
       "CREATE TABLE tasks (tenant_id INTEGER NOT NULL REFERENCES tenancy_tenants, "
       "number INTEGER NOT NULL, note TEXT, done INTEGER NOT NULL, weight REAL NOT NULL, "
       "PRIMARY KEY (tenant_id, number), "
       "FOREIGN KEY (tenant_id, note) REFERENCES notes (tenant_id, id)) STRICT"},
  };
}

TestStore::TestStore(tenancy::StoreOptions options, std::vector<tenancy::Migration> schema,
                     tenancy::SchemaPolicy policy, tenancy::RegistryOptions registry_options)
    : schema_{std::move(schema)},
      policy_{std::move(policy)},
      temporary_{{.migrations = schema_,
                  .schema_policy = policy_,
                  .store = std::move(options),
                  .registry = std::move(registry_options)}},
      clock{temporary_.clock()},
      authority{temporary_.authority()},
      store{authority.store()},
      registry{authority.registry(tester())},
      acme{create_tenant("acme")},
      globex{create_tenant("globex")} {}

tenancy::Authority TestStore::open_again() const {
  return must(tenancy::open(
      url(), {.migrations = schema_, .schema_policy = policy_, .store = {.clock = clock}}));
}

SQLite::Database TestStore::raw() const {
  return SQLite::Database{file().string(), SQLite::OPEN_READWRITE, 5000};
}

void TestStore::run_raw(const std::string& sql) const { raw().exec(sql); }

void TestStore::mix_up_notes() const {
  run_raw(
      "ALTER TABLE notes RENAME TO real_notes;"
      "CREATE VIEW notes AS SELECT CASE abs(random()) % 2 WHEN 0 THEN " +
      std::to_string(acme.id.value()) + " ELSE " + std::to_string(globex.id.value()) +
      " END AS tenant_id, id, title, stars, link, created_at, updated_at FROM real_notes");
}

void TestStore::sort_out_notes() const {
  run_raw("DROP VIEW notes; ALTER TABLE real_notes RENAME TO notes");
}

void TestStore::drop_rules(const std::string& table) const {
  run_raw("CREATE TABLE kept AS SELECT * FROM " + table + "; DROP TABLE " + table +
          "; CREATE TABLE " + table + " AS SELECT * FROM kept; DROP TABLE kept");
}

tenancy::Tenant TestStore::create_tenant(std::string_view slug) const {
  return must(registry.create({std::string{slug}, std::string{slug} + " Inc."}));
}

tenancy::TenantContext TestStore::enter(const tenancy::Tenant& tenant, tenancy::Scope scope) const {
  return must(authority.enter(tenant.id, tester(), scope));
}

tenancy::Principal tester() {
  return must(tenancy::Principal::create(tenancy::PrincipalKind::system, "test"));
}

}  // namespace tenancy_test
