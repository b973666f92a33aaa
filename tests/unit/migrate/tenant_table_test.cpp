#include "tenancy/migrate/tenant_table.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"
#include "tenancy/migrate/verify_schema.hpp"

#include "support/entities.hpp"
#include "support/test_store.hpp"

using tenancy::ColumnType;
using tenancy::create_tenant_table;
using tenancy::Dialect;
using tenancy::errc;
using tenancy::OnDelete;
using tenancy::TableColumn;
using tenancy::TenantTable;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::TemporaryFolder;

namespace {

TenantTable notes() {
  return {.name = "notes",
          .columns = {{"id", ColumnType::text},
                      {"title", ColumnType::text, false, {}, "length(title) <= 200"},
                      {"stars", ColumnType::integer, false, std::int64_t{0}},
                      {"link", ColumnType::text, true},
                      {"created_at", ColumnType::timestamp},
                      {"updated_at", ColumnType::timestamp}},
          .key = {"id"},
          .unique = {{"title"}}};
}

TenantTable everything() {
  return {.name = "order",
          .columns = {{"number", ColumnType::integer},
                      {"note", ColumnType::text, true},
                      {"country", ColumnType::text, false, "it's"},
                      {"weight", ColumnType::real, false, 1.0},
                      {"ratio", ColumnType::real, true, -0.1},
                      {"done", ColumnType::boolean, false, false},
                      {"settings", ColumnType::json, false, "{}"},
                      {"picture", ColumnType::blob, true},
                      {"updated_at", ColumnType::timestamp, false, std::int64_t{0}}},
          .key = {"number"},
          .unique = {{"note", "country"}},
          .references = {{.columns = {"note"},
                          .table = "notes",
                          .to = {"id"},
                          .on_delete = OnDelete::cascade}},
          .shared_references = {{.columns = {"country"}, .table = "countries", .to = {"code"}}},
          .indexes = {{.columns = {"country", "number"}}, {.columns = {"done"}, .name = "open"}},
          .has_updated_at_trigger = true};
}

/// The outcome for notes with one change.
template <class Change>
tenancy::Result<std::string> changed(Change change) {
  auto table = notes();
  change(table);
  return create_tenant_table(table, Dialect::sqlite);
}

template <class Change>
void check_refused(Change change) {
  CHECK(code_of(changed(change)) == errc::invalid_argument);
}

}  // namespace

// These texts are in the checksums of stores: they may not change.
TEST_CASE("a tenant's table is written the same for ever") {
  CHECK(must(create_tenant_table(notes(), Dialect::sqlite)) ==
        R"(CREATE TABLE "notes" (
  "tenant_id" INTEGER NOT NULL REFERENCES "tenancy_tenants" ("tenant_id"),
  "id" TEXT NOT NULL,
  "title" TEXT NOT NULL CHECK (length(title) <= 200),
  "stars" INTEGER NOT NULL DEFAULT 0,
  "link" TEXT,
  "created_at" INTEGER NOT NULL,
  "updated_at" INTEGER NOT NULL,
  PRIMARY KEY ("tenant_id", "id"),
  UNIQUE ("tenant_id", "title")
) STRICT, WITHOUT ROWID;
)");
  CHECK(must(create_tenant_table(everything(), Dialect::sqlite)) ==
        R"(CREATE TABLE "order" (
  "tenant_id" INTEGER NOT NULL REFERENCES "tenancy_tenants" ("tenant_id"),
  "number" INTEGER NOT NULL,
  "note" TEXT,
  "country" TEXT NOT NULL DEFAULT 'it''s',
  "weight" REAL NOT NULL DEFAULT 1.0,
  "ratio" REAL DEFAULT -0.1,
  "done" INTEGER NOT NULL DEFAULT 0 CHECK ("done" IN (0, 1)),
  "settings" TEXT NOT NULL DEFAULT '{}',
  "picture" BLOB,
  "updated_at" INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY ("tenant_id", "number"),
  UNIQUE ("tenant_id", "note", "country"),
  FOREIGN KEY ("tenant_id", "note") REFERENCES "notes" ("tenant_id", "id") ON DELETE CASCADE,
  FOREIGN KEY ("country") REFERENCES "countries" ("code") ON DELETE RESTRICT
) STRICT, WITHOUT ROWID;
CREATE INDEX "order_by_country_number" ON "order" ("tenant_id", "country", "number");
CREATE INDEX "open" ON "order" ("tenant_id", "done");
CREATE TRIGGER "order_updated_at" AFTER UPDATE ON "order"
WHEN NEW."updated_at" IS OLD."updated_at"
BEGIN
  UPDATE "order" SET "updated_at" = CAST(strftime('%s', 'now') AS INTEGER) * 1000000 + CAST(substr(strftime('%f', 'now'), 4) AS INTEGER) * 1000
  WHERE "tenant_id" = NEW."tenant_id" AND "number" = NEW."number";
END;
)");
}

TEST_CASE(
    "what is made is used by repositories, passes the rules without a warning, and keeps time") {
  const TemporaryFolder folder;
  const auto file = folder / "store.db";
  const tenancy::OpenOptions options{
      .migrations = {{1, "countries",
                      "CREATE TABLE countries (code TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;"
                      "INSERT INTO countries VALUES ('de'), ('it''s')"},
                     {2, "notes", must(create_tenant_table(notes(), Dialect::sqlite))},
                     {3, "order", must(create_tenant_table(everything(), Dialect::sqlite))}},
      .schema_policy = {.shared_tables = {"countries"}}};
  const auto authority = must(tenancy::open("sqlite:" + file.string(), options));
  CHECK(must(tenancy::verify_schema("sqlite:" + file.string(), options)).findings.empty());
  const auto acme = must(authority.registry().create({"acme", "Acme"}));
  const tenancy::Repository<tenancy_test::Note> repository{authority.store(),
                                                           must(authority.enter(acme.id))};
  must(repository.insert({.id = "n", .title = "t"}));

  SQLite::Database raw{file.string(), SQLite::OPEN_READWRITE, 5000};
  raw.exec("PRAGMA foreign_keys = ON");
  const auto id = std::to_string(acme.id.value());
  raw.exec("INSERT INTO \"order\" (tenant_id, number, note) VALUES (" + id + ", 1, 'n'), (" + id +
           ", 2, NULL)");
  const auto updated_at = [&](int number) {
    return raw
        .execAndGet("SELECT updated_at FROM \"order\" WHERE number = " + std::to_string(number))
        .getInt64();
  };
  raw.exec("UPDATE \"order\" SET done = 1 WHERE number = 1");
  const auto seconds = raw.execAndGet("SELECT unixepoch('now')").getInt64();
  CHECK(updated_at(1) / 1'000'000 >= seconds - 3600);
  CHECK(updated_at(1) / 1'000'000 <= seconds);
  CHECK(updated_at(2) == 0);
  raw.exec("UPDATE \"order\" SET updated_at = 7 WHERE number = 1");
  CHECK(updated_at(1) == 7);
  CHECK_THROWS(raw.exec("UPDATE \"order\" SET done = 2"));
  CHECK_THROWS(raw.exec("UPDATE \"order\" SET note = 'x' WHERE number = 2"));
  must(repository.erase("n"));
  CHECK(raw.execAndGet("SELECT count(*) FROM \"order\"").getInt() == 1);

  // A trigger that differs by a letter is not the library's.
  raw.exec("DROP TRIGGER order_updated_at");
  auto other = must(create_tenant_table(everything(), Dialect::sqlite));
  other = other.substr(other.find("CREATE TRIGGER"));
  raw.exec(other);
  CHECK(must(tenancy::verify_schema("sqlite:" + file.string(), options)).is_safe());
  raw.exec("DROP TRIGGER order_updated_at");
  other.replace(other.find("* 1000\n"), 6, "* 1001");
  raw.exec(other);
  CHECK_FALSE(must(tenancy::verify_schema("sqlite:" + file.string(), options)).is_safe());
}

TEST_CASE("names that are none, reserved or there twice are refused") {
  for (const char* name : {"", "Notes", "1notes", "_notes", "no tes", "notes\"", "n\xC3\xB6tes",
                           "tenancy_notes", "sqlite_notes", "notes;"}) {
    CAPTURE(name);
    check_refused([&](TenantTable& table) { table.name = name; });
    check_refused([&](TenantTable& table) { table.columns[1].name = name; });
  }
  const std::string longest(63, 'n');
  CHECK(changed([&](TenantTable& table) { table.name = longest; }).has_value());
  check_refused([&](TenantTable& table) { table.name = longest + "n"; });
  check_refused([](TenantTable& table) { table.name = std::string{"no\0tes", 6}; });
  check_refused([](TenantTable& table) { table.columns[1].name = "tenant_id"; });
  check_refused([](TenantTable& table) { table.columns[1].name = "id"; });
  check_refused([&](TenantTable& table) {
    table.name = longest;
    table.indexes = {{.columns = {"stars"}}};
  });
  CHECK(changed([](TenantTable& table) { table.columns[3].name = "select"; }).has_value());
}

TEST_CASE("keys, constraints, indexes and references name columns that are there") {
  check_refused([](TenantTable& table) { table.key = {}; });
  check_refused([](TenantTable& table) { table.key = {"nothing"}; });
  check_refused([](TenantTable& table) { table.key = {"tenant_id", "id"}; });
  check_refused([](TenantTable& table) { table.key = {"id", "id"}; });
  check_refused([](TenantTable& table) { table.key = {"link"}; });
  check_refused([](TenantTable& table) { table.unique = {{}}; });
  check_refused([](TenantTable& table) { table.unique = {{"nothing"}}; });
  check_refused([](TenantTable& table) { table.indexes = {{.columns = {"nothing"}}}; });
  check_refused([](TenantTable& table) { table.indexes = {{.columns = {"id"}, .name = "A"}}; });
  check_refused([](TenantTable& table) { table.references = {{{"nothing"}, "others"}}; });
  check_refused([](TenantTable& table) { table.references = {{{"link"}, "Others"}}; });
  check_refused([](TenantTable& table) { table.references = {{{"link"}, "others", {"a\""}}}; });
  check_refused([](TenantTable& table) { table.references = {{{"link"}, "others", {"a", "b"}}}; });
  check_refused([](TenantTable& table) {
    table.references = {{{"link"}, "others", {"tenant_id"}}};
  });
  check_refused([](TenantTable& table) {
    table.shared_references = {{{"link"}, "tenancy_tenants"}};
  });
  check_refused([](TenantTable& table) {
    table.columns.back().type = ColumnType::text;
    table.has_updated_at_trigger = true;
  });
  check_refused([](TenantTable& table) {
    table.columns.pop_back();
    table.has_updated_at_trigger = true;
  });
}

TEST_CASE("defaults are of their column's type, checks stay within their parentheses") {
  const auto with_default = [](ColumnType type, auto value) {
    return changed([&](TenantTable& table) {
      table.columns[3].type = type;
      table.columns[3].default_value = value;
    });
  };
  CHECK(code_of(with_default(ColumnType::text, std::int64_t{1})) == errc::invalid_argument);
  CHECK(code_of(with_default(ColumnType::integer, 1.0)) == errc::invalid_argument);
  CHECK(code_of(with_default(ColumnType::integer, true)) == errc::invalid_argument);
  CHECK(code_of(with_default(ColumnType::blob, std::string{"x"})) == errc::invalid_argument);
  CHECK(code_of(with_default(ColumnType::real, std::numeric_limits<double>::infinity())) ==
        errc::invalid_argument);
  CHECK(code_of(with_default(ColumnType::real, std::nan(""))) == errc::invalid_argument);
  CHECK(code_of(with_default(ColumnType::text, std::string{"\xE4"})) == errc::invalid_argument);
  CHECK(code_of(with_default(ColumnType::text, std::string{"a\0b", 3})) == errc::invalid_argument);
  CHECK(with_default(ColumnType::real, 1e300).has_value());
  CHECK(with_default(ColumnType::integer, std::numeric_limits<std::int64_t>::min()).has_value());
  for (const char* check : {"title <> ''); DROP TABLE notes; --", "(title <> ''", "title <> '')",
                            "title <> '", "title <> '' -- x", "title /* x */ <> ''",
                            "title <> ''; x", "title\n<> ''", "[title] = 1"}) {
    CAPTURE(check);
    check_refused([&](TenantTable& table) { table.columns[1].check = check; });
  }
  CHECK(changed([](TenantTable& table) {
          table.columns[1].check = "title <> ')' AND (stars > 1 OR \"link\" = ';--')";
        }).has_value());
}

TEST_CASE("a table for PostgreSQL has its types and is secured") {
  const auto sql = must(create_tenant_table(notes(), Dialect::postgresql));
  for (const char* const part :
       {"\"tenant_id\" BIGINT NOT NULL REFERENCES \"tenancy_tenants\" (\"tenant_id\")",
        "ENABLE ROW LEVEL SECURITY", "FORCE ROW LEVEL SECURITY", "WITH CHECK (tenant_id = "}) {
    CAPTURE(part);
    CHECK(sql.find(part) != std::string::npos);
  }
  CHECK(sql.find("STRICT") == std::string::npos);
  CHECK(sql.find("WITHOUT ROWID") == std::string::npos);
}
