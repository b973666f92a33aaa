#include "support/test_store.hpp"

#include <cstdlib>

#include <SQLiteCpp/Statement.h>

#include "support/postgres_place.hpp"
#include "support/silo_place.hpp"

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

namespace {

/// A file in a private folder.
class SqlitePlace final : public TestPlace {
 public:
  explicit SqlitePlace(tenancy::OpenOptions options)
      : again_{.migrations = options.migrations, .schema_policy = options.schema_policy},
        temporary_{std::move(options)} {
    again_.store.clock = temporary_.clock();
  }

  tenancy::Authority& authority() noexcept override { return temporary_.authority(); }
  std::shared_ptr<tenancy::ManualClock> clock() const override { return temporary_.clock(); }
  std::string url() const override { return temporary_.url(); }
  tenancy::OpenOptions again() const override { return again_; }
  std::filesystem::path file() const override { return temporary_.file(); }
  void run_raw(const std::string& sql) const override {
    SQLite::Database{file().string(), SQLite::OPEN_READWRITE, 5000}.exec(sql);
  }
  RawRows rows_raw(const std::string& sql) const override { return rows_of_file(file(), sql); }

 private:
  tenancy::OpenOptions again_;
  tenancy::testing::TemporaryStore temporary_;
};

}  // namespace

namespace {

bool is_on(std::string_view kind) {
  const char* const wanted = std::getenv("TENANCY_TEST_STORE");
  return wanted != nullptr && wanted == kind;
}

}  // namespace

RawRows rows_of_file(const std::filesystem::path& file, const std::string& sql) {
  SQLite::Database database{file.string(), SQLite::OPEN_READONLY, 5000};
  SQLite::Statement statement{database, sql};
  RawRows rows;
  while (statement.executeStep()) {
    auto& row = rows.emplace_back();
    for (int column = 0; column < statement.getColumnCount(); ++column) {
      const auto value = statement.getColumn(column);
      row.push_back(value.isNull() ? std::nullopt : std::optional{value.getString()});
    }
  }
  return rows;
}

bool is_through_pgbouncer() { return is_on("pgbouncer"); }
bool is_on_postgres() { return is_on("postgresql") || is_through_pgbouncer(); }
bool is_on_silo() { return is_on("sqlite-silo"); }

int of_random_work(int amount) {
  return is_on_postgres() ? amount / 10 : is_on_silo() ? amount / 4 : amount;
}

std::unique_ptr<TestPlace> TestPlace::create(tenancy::OpenOptions options) {
  if (is_on_postgres()) {
    return std::make_unique<PostgresPlace>(std::move(options));
  }
  if (is_on_silo()) {
    return create_silo_place(std::move(options));
  }
  return std::make_unique<SqlitePlace>(std::move(options));
}

TestStore::TestStore(std::unique_ptr<TestPlace> place)
    : place_{std::move(place)},
      clock{place_->clock()},
      authority{place_->authority()},
      store{authority.store()},
      registry{authority.registry(tester())},
      acme{create_tenant("acme")},
      globex{create_tenant("globex")} {}

TestStore::TestStore(tenancy::StoreOptions options, std::vector<tenancy::Migration> schema,
                     tenancy::SchemaPolicy policy, tenancy::RegistryOptions registry_options)
    : TestStore{TestPlace::create({.migrations = std::move(schema),
                                   .schema_policy = std::move(policy),
                                   .store = std::move(options),
                                   .registry = std::move(registry_options)})} {}

tenancy::Authority TestStore::open_again() const {
  return must(tenancy::open(url(), place_->again()));
}

SQLite::Database TestStore::raw() const {
  return SQLite::Database{file().string(), SQLite::OPEN_READWRITE, 5000};
}

std::vector<SQLite::Database> TestStore::raws() const {
  std::vector<SQLite::Database> all;
  for (const auto& file : place_->files()) {
    all.emplace_back(file.string(), SQLite::OPEN_READWRITE, 5000);
  }
  return all;
}

void TestStore::run_raw(const std::string& sql) const { place_->run_raw(sql); }

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
  if (is_on_postgres()) {
    run_raw(
        "DO $$ DECLARE n name; BEGIN FOR n IN SELECT conname FROM pg_constraint WHERE conrelid = "
        "'" +
        table + "'::regclass LOOP EXECUTE format('ALTER TABLE " + table +
        " DROP CONSTRAINT %I CASCADE', n); END LOOP; FOR n IN SELECT attname FROM pg_attribute "
        "WHERE attrelid = '" +
        table + "'::regclass AND attnum > 0 AND attnotnull LOOP EXECUTE format('ALTER TABLE " +
        table + " ALTER COLUMN %I DROP NOT NULL', n); END LOOP; END $$");
    return;
  }
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
