#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/migrate/migrate.hpp"
#include "tenancy/migrate/verify_schema.hpp"

#include "support/empty_place.hpp"
#include "support/test_store.hpp"

using tenancy::errc;
using tenancy::ExpectedTable;
using tenancy::SchemaMode;
using tenancy::SchemaRule;
using tenancy::Severity;
using tenancy::StorageClass;
using tenancy_test::code_of;
using tenancy_test::EmptyPlace;
using tenancy_test::must;

namespace {

constexpr std::string_view parents =
    "CREATE TABLE parents (tenant_id INTEGER NOT NULL REFERENCES tenancy_tenants, region TEXT NOT "
    "NULL, id INTEGER NOT NULL, PRIMARY KEY (tenant_id, region, id)) STRICT, WITHOUT ROWID;";

/// What a schema and mappings are found to be, by everything that looks at them.
std::vector<std::string> complaints(const std::string& sql, std::vector<ExpectedTable> mappings,
                                    tenancy::SchemaPolicy policy = {}) {
  CAPTURE(sql);
  const EmptyPlace place;
  const auto url = place.url();
  auto options = place.with({{1, "parents", std::string{parents}}, {2, "t", sql}});
  options.schema_policy = std::move(policy);
  must(tenancy::migrate(place.owner_url(), options));

  options.mappings = std::move(mappings);
  const auto report = must(tenancy::verify_schema(url, options));
  std::vector<std::string> messages;
  for (const auto& finding : report.findings) {
    if (finding.severity == Severity::refused) {
      CHECK(finding.rule == SchemaRule::mapped_table);
      CHECK(finding.message.find("'" + finding.object + "'") != std::string::npos);
      messages.push_back(finding.message);
    }
  }
  const auto check = [&](const tenancy::Error* failure) {
    CHECK((failure == nullptr) == messages.empty());
    if (failure != nullptr && !messages.empty()) {
      CHECK(failure->code() == errc::invalid_mapping);
      CHECK(failure->message().starts_with(messages.front()));
    }
  };
  for (const auto mode : {SchemaMode::migrate, SchemaMode::verify}) {
    options.schema = mode;
    const auto opened = tenancy::open(url, options);
    check(opened ? nullptr : &opened.error());
  }
  // PostgreSQL has none.
  if (!tenancy_test::is_on_postgres()) {
    const auto tried = must(tenancy::dry_run_migrations(url, options));
    check(tried.failure ? &*tried.failure : nullptr);
  }
  return messages;
}

std::string table(const std::string& rest, const std::string& options = " STRICT") {
  return "CREATE TABLE t (tenant_id INTEGER NOT NULL REFERENCES tenancy_tenants, " + rest + ")" +
         options;
}

using Strings = std::vector<std::string>;

/// Of a table whose key is a text.
ExpectedTable mapping(std::vector<tenancy::ExpectedColumn> others = {}) {
  std::vector<tenancy::ExpectedColumn> columns{{"id", false, StorageClass::text}};
  columns.insert(columns.end(), others.begin(), others.end());
  return {"t", std::move(columns), {"id"}};
}

const std::string key = "id TEXT NOT NULL, PRIMARY KEY (tenant_id, id)";

Strings of_column(const std::string& declaration, tenancy::ExpectedColumn column,
                  const std::string& options = " STRICT") {
  column.name = "a";
  return complaints(table(declaration + ", " + key, options), {mapping({column})});
}

}  // namespace

TEST_CASE("mappings that fit their tables are accepted, whatever the case of names") {
  const std::string columns =
      "id TEXT NOT NULL, Stars INTEGER NOT NULL, ratio REAL NOT NULL, link TEXT, hash BLOB NOT "
      "NULL, extra ANY, doubled INTEGER AS (stars * 2), made TEXT NOT NULL DEFAULT 'x', spare "
      "TEXT, region TEXT NOT NULL, parent INTEGER NOT NULL, FOREIGN KEY (tenant_id, parent, "
      "region) REFERENCES parents (tenant_id, id, region), ";
  auto mapped = mapping({{"STARS", false, StorageClass::integer},
                         {"ratio", false, StorageClass::real},
                         {"link", true, StorageClass::text},
                         {"hash", false, StorageClass::blob},
                         {"extra", true, StorageClass::real},
                         {"region", false, StorageClass::text},
                         {"parent", false, std::nullopt}});
  mapped.table = "T";
  mapped.key = {"ID"};
  mapped.references = {{{"Region", "parent"}, "Parents", {"region", "ID"}}};
  const ExpectedTable of_parents{
      "parents",
      {{"region", false, StorageClass::text}, {"id", false, StorageClass::integer}},
      {"region", "id"}};
  for (const char* options : {" STRICT", " STRICT, WITHOUT ROWID", "", " WITHOUT ROWID"}) {
    CAPTURE(options);
    // In other tables than STRICT ones ANY is a number.
    std::string all = columns;
    if (std::string_view{options}.find("STRICT") == std::string_view::npos) {
      all.replace(all.find("ANY"), 3, "BLOB");
    }
    CHECK(complaints(table(all + "PRIMARY KEY (tenant_id, id)", options), {mapped, of_parents})
              .empty());
  }
}

TEST_CASE("a mapped table is there and a tenants' one") {
  ExpectedTable gone = mapping();
  gone.table = "gone";
  CHECK(complaints(table(key), {mapping(), gone}) ==
        Strings{"the mapped table 'gone' does not exist: create it in a migration, or correct its "
                "name in the mapping"});
  ExpectedTable view = mapping();
  view.table = "V";
  CHECK(complaints(
            table(key) + "; CREATE VIEW v AS SELECT * FROM t", {view},
            {.allowed_views_and_triggers = {{"v", tenancy::schema_text_hash(
                                                      "CREATE VIEW v AS SELECT * FROM t")}}}) ==
        Strings{"the mapped table 'V' is a view: map the table behind it"});
  CHECK(complaints("CREATE TABLE t (id TEXT PRIMARY KEY) STRICT", {mapping()},
                   {.shared_tables = {"t"}}) ==
        Strings{"the mapped table 't' is no tenants' table: give it a column 'tenant_id', or take "
                "the mapping away"});
  // That its shape is not looked at does not make it one.
  CHECK(complaints("CREATE TABLE t (id TEXT PRIMARY KEY) STRICT", {mapping()},
                   {.unsafe_tables = {"t"}})
            .size() == 1);
}

TEST_CASE("a mapped column is there and can be written") {
  CHECK(complaints(table(key), {mapping({{"a"}})}) ==
        Strings{"the mapped column 'a' of 't' does not exist: add it in a migration, or correct "
                "the mapping"});
  for (const char* kind : {"VIRTUAL", "STORED"}) {
    CHECK(of_column(std::string{"a TEXT NOT NULL AS (id) "} + kind, {"a"}) ==
          Strings{"the mapped column 'a' of 't' is generated and cannot be written: take it out of "
                  "the mapping"});
  }
  CHECK(complaints(table(key), {mapping({{"Tenant_Id", false, StorageClass::integer}})}) ==
        Strings{"the mapped column 'Tenant_Id' of 't' says whose the row is: take it out of the "
                "mapping"});
}

TEST_CASE("a column that every row needs is mapped") {
  CHECK(complaints(table("a TEXT NOT NULL, " + key), {mapping()}) ==
        Strings{"the column 'a' of 't' is NOT NULL without a default and is not mapped, so that no "
                "row can be inserted: map it, or give it a default"});
  CHECK(complaints(table("a TEXT NOT NULL DEFAULT '', b TEXT, c TEXT NOT NULL AS (id), " + key),
                   {mapping()})
            .empty());
}

TEST_CASE("a member is optional where its column may be NULL, and only there") {
  CHECK(of_column("a TEXT", {"a", false}) ==
        Strings{"the mapped column 'a' of 't' may be NULL and its member is not optional: declare "
                "it NOT NULL, or make the member a std::optional"});
  CHECK(of_column("a TEXT NOT NULL", {"a", true}) ==
        Strings{"the mapped column 'a' of 't' is NOT NULL and its member is optional: make the "
                "member one that always has a value, or let the column be NULL"});
  CHECK(of_column("a TEXT", {"a", true}).empty());
  CHECK(of_column("a TEXT NOT NULL", {"a", false}).empty());
}

TEST_CASE("a column gives back what its member is stored as") {
  struct Case {
    const char* type;
    const char* options;
    const char* fitting;  // Of integer, real, text, blob.
  };
  for (const Case& each : {Case{"INTEGER", " STRICT", "i"},
                           {"INT", " STRICT", "i"},
                           {"REAL", " STRICT", "r"},
                           {"TEXT", " STRICT", "t"},
                           {"BLOB", " STRICT", "b"},
                           {"ANY", " STRICT", "irtb"},
                           {"any", " STRICT, WITHOUT ROWID", "irtb"},
                           {"INTEGER", "", "i"},
                           {"unsigned big int", "", "i"},
                           {"FLOATING POINT", "", "i"},  // As SQLite has it.
                           {"VARCHAR(20)", "", "t"},
                           {"nclob", "", "t"},
                           {"Double Precision", "", "r"},
                           {"FLOAT", "", "r"},
                           {"BLOB", "", "irtb"},
                           {"", "", "irtb"},
                           {"", " WITHOUT ROWID", "irtb"},
                           {"ANY", "", "ib"},
                           {"JSON", "", "ib"},
                           {"BOOLEAN", "", "ib"},
                           {"DATETIME", "", "ib"},
                           {"DECIMAL(10, 2)", "", "ib"}}) {
    CAPTURE(each.type);
    CAPTURE(each.options);
    std::string found;
    for (const auto& [letter, stored] :
         {std::pair{'i', StorageClass::integer}, std::pair{'r', StorageClass::real},
          std::pair{'t', StorageClass::text}, std::pair{'b', StorageClass::blob}}) {
      const auto refused = of_column(std::string{"a "} + each.type + " NOT NULL",
                                     {"a", false, stored}, each.options);
      if (refused.empty()) {
        found += letter;
      } else {
        CHECK(refused.size() == 1);
      }
    }
    CHECK(found == each.fitting);
    CHECK(
        of_column(std::string{"a "} + each.type + " NOT NULL", {"a", false}, each.options).empty());
  }
  CHECK(of_column("a TEXT NOT NULL", {"a", false, StorageClass::integer}) ==
        Strings{"the mapped column 'a' of 't' is declared 'TEXT' and its member is stored as "
                "INTEGER: declare it INTEGER, or map a member of its type"});
}

TEST_CASE("a mapping's key is the table's, in its order") {
  const auto message = [](std::string_view columns) {
    return "the key (" + std::string{columns} +
           ") of the mapping of 't' is neither its primary key nor a UNIQUE index, in this order "
           "and of NOT NULL columns: declare it, or correct the key of the mapping";
  };
  const auto with_key = [](const Strings& names, const std::string& declared,
                           const std::string& options = " STRICT") {
    ExpectedTable mapped{"t", {{"a", false}, {"b", false}}, names};
    return complaints(table("a TEXT NOT NULL, b TEXT NOT NULL, " + declared, options), {mapped});
  };
  for (const char* options : {" STRICT", " STRICT, WITHOUT ROWID", "", " WITHOUT ROWID"}) {
    CAPTURE(options);
    CHECK(with_key({"a", "b"}, "PRIMARY KEY (tenant_id, a, b)", options).empty());
    CHECK(with_key({"b", "a"}, "PRIMARY KEY (tenant_id, a, b)", options) ==
          Strings{message("tenant_id, b, a")});
    CHECK(with_key({"a"}, "PRIMARY KEY (tenant_id, a, b)", options) ==
          Strings{message("tenant_id, a")});
    CHECK(with_key({"a", "b"}, "PRIMARY KEY (tenant_id, a)", options) ==
          Strings{message("tenant_id, a, b")});
    CHECK(with_key({"b"}, "PRIMARY KEY (tenant_id, a), UNIQUE (tenant_id, b)", options).empty());
  }
  const auto indexed = [&](const std::string& index) {
    const ExpectedTable mapped{"t", {{"a", false}, {"b", false}}, {"b"}};
    return complaints(
        table("a TEXT NOT NULL, b TEXT NOT NULL, PRIMARY KEY (tenant_id, a)") + ";" + index,
        {mapped});
  };
  CHECK(indexed("CREATE UNIQUE INDEX u ON t (tenant_id, b)").empty());
  for (const char* index : {"CREATE INDEX i ON t (tenant_id, b)",
                            "CREATE UNIQUE INDEX u ON t (tenant_id, b) WHERE a > 'x'",
                            "CREATE UNIQUE INDEX u ON t (tenant_id, lower(b))",
                            "CREATE UNIQUE INDEX u ON t (tenant_id, b, a)"}) {
    CHECK(indexed(index) == Strings{message("tenant_id, b")});
  }
  // A key with NULL in it tells nothing apart.
  const ExpectedTable by_b{"t", {{"a", false}, {"b", true}}, {"b"}};
  CHECK(complaints(table("a TEXT NOT NULL, b TEXT, PRIMARY KEY (tenant_id, a), UNIQUE (tenant_id, "
                         "b)"),
                   {by_b}) == Strings{message("tenant_id, b")});
  const auto in_rows = complaints(table("id TEXT, PRIMARY KEY (tenant_id, id)", ""), {mapping()});
  CHECK(in_rows.size() == 2);
  CHECK(complaints(table("id TEXT, PRIMARY KEY (tenant_id, id)", " WITHOUT ROWID"), {mapping()})
            .empty());
  // Not of a tenant's shape, and still a key.
  const ExpectedTable numbered{"t", {{"id", false, StorageClass::integer}}, {"id"}};
  const std::string unshaped =
      "CREATE TABLE t (id INTEGER PRIMARY KEY, tenant_id INTEGER NOT NULL REFERENCES "
      "tenancy_tenants";
  CHECK(complaints(unshaped + ", UNIQUE (tenant_id, id)) STRICT", {numbered},
                   {.unsafe_tables = {"t"}})
            .empty());
  CHECK(complaints(unshaped + ") STRICT", {numbered}, {.unsafe_tables = {"t"}}) ==
        Strings{message("tenant_id, id")});
  CHECK(complaints("CREATE TABLE t (tenant_id INTEGER, id TEXT NOT NULL, UNIQUE (tenant_id, id)) "
                   "STRICT",
                   {mapping()}, {.unsafe_tables = {"t"}}) == Strings{message("tenant_id, id")});
  // Another column stands where the tenant is to stand.
  CHECK(complaints("CREATE TABLE t (tenant_id INTEGER NOT NULL, other TEXT NOT NULL DEFAULT '', id "
                   "TEXT NOT NULL, UNIQUE (other, id)) STRICT",
                   {mapping()}, {.unsafe_tables = {"t"}}) == Strings{message("tenant_id, id")});
}

TEST_CASE("a mapped reference is a foreign key that the tenant leads") {
  const auto with_reference = [](const std::string& declared, tenancy::SchemaPolicy policy = {}) {
    ExpectedTable mapped = mapping({{"region", true}, {"parent", true}});
    mapped.references = {{{"region", "parent"}, "parents", {"region", "id"}}};
    return complaints(table("region TEXT, parent INTEGER, " + key + declared), {mapped},
                      std::move(policy));
  };
  const Strings refused{
      "the mapped table 't' has no foreign key (tenant_id, region, parent) to 'parents' "
      "(tenant_id, region, id): declare it, or take it out of the mapping"};
  CHECK(with_reference(", FOREIGN KEY (tenant_id, region, parent) REFERENCES parents").empty());
  CHECK(with_reference(", FOREIGN KEY (tenant_id, parent, region) REFERENCES parents (tenant_id, "
                       "id, region)")
            .empty());
  CHECK(with_reference("") == refused);
  CHECK(with_reference(", FOREIGN KEY (tenant_id, parent, region) REFERENCES parents") == refused);
  CHECK(with_reference(", FOREIGN KEY (tenant_id, parent, region) REFERENCES parents (tenant_id, "
                       "region, id)") == refused);
  CHECK(with_reference(", FOREIGN KEY (tenant_id, region) REFERENCES t (tenant_id, id)") ==
        refused);
  ExpectedTable mapped = mapping({{"region", true}, {"parent", true}});
  mapped.references = {{{"region", "parent"}, "parents", {"region", "id"}}};
  CHECK(complaints("CREATE UNIQUE INDEX u ON parents (region, id);" +
                       table("region TEXT, parent INTEGER, " + key +
                             ", FOREIGN KEY (region, parent) REFERENCES parents (region, id)"),
                   {mapped}, {.unsafe_tables = {"parents", "t"}}) == refused);
  // On both sides.
  const std::string codes =
      "CREATE TABLE codes (tenant_id INTEGER NOT NULL, code INTEGER NOT NULL, region TEXT NOT "
      "NULL, "
      "id INTEGER NOT NULL, PRIMARY KEY (tenant_id, code), UNIQUE (tenant_id, region, id), UNIQUE "
      "(code, region, id)) STRICT;";
  const auto to_codes = [&](const std::string& reference) {
    return complaints(codes + table("region TEXT, parent INTEGER, " + key + ", " + reference),
                      {mapped}, {.unsafe_tables = {"codes", "t"}});
  };
  CHECK(to_codes("FOREIGN KEY (tenant_id, region, parent) REFERENCES codes (tenant_id, region, "
                 "id)") == refused);
  mapped.references.front().table = "codes";
  for (const char* reference :
       {"FOREIGN KEY (parent, region, parent) REFERENCES codes (tenant_id, region, id)",
        "FOREIGN KEY (tenant_id, region, parent) REFERENCES codes (code, region, id)"}) {
    CHECK(to_codes(reference).size() == 1);
  }
  CHECK(with_reference(", FOREIGN KEY (region, tenant_id, parent) REFERENCES parents (region, "
                       "tenant_id, id)",
                       {.unsafe_tables = {"t"}}) == refused);
}

TEST_CASE("tables that do not keep tenants apart come before mappings that do not fit") {
  const EmptyPlace place;
  const auto url = place.url();
  auto options = place.with({{1, "t", table("id TEXT PRIMARY KEY")}});
  options.mappings = {mapping()};
  const auto opened = tenancy::open(url, options);
  CHECK(code_of(opened) == errc::unsafe_schema);
  CHECK(opened.error().message().find(
            "(and 1 more: tenancy::verify_schema tells all, and how to mend them)") !=
        std::string::npos);
}

TEST_CASE("a step that the mappings need is applied before they are looked at") {
  const EmptyPlace place;
  const auto url = place.url();
  auto options = place.with({{1, "t", table(key)}});
  options.mappings = {mapping()};
  CHECK(tenancy::open(url, options).has_value());
  options.mappings = {mapping({{"a", true, StorageClass::text}})};
  CHECK(code_of(tenancy::open(url, options)) == errc::invalid_mapping);
  options.migrations.push_back({2, "a", "ALTER TABLE t ADD COLUMN a TEXT"});
  CHECK((tenancy_test::is_on_postgres() ||
         !must(tenancy::dry_run_migrations(url, options)).failure.has_value()));
  CHECK(tenancy::open(url, options).has_value());
}
