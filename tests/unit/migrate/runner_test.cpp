#include "migrate/runner.hpp"

#include <cstdint>
#include <iostream>
#include <vector>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tenancy/data/repository.hpp"

#include "support/empty_place.hpp"
#include "support/entities.hpp"
#include "support/test_store.hpp"

using tenancy::Dialect;
using tenancy::errc;
using tenancy::Migration;
using tenancy_test::code_of;
using tenancy_test::EmptyPlace;
using tenancy_test::must;

namespace {

tenancy::Result<void> open_with(const EmptyPlace& place, std::vector<Migration> steps) {
  auto options = place.with(std::move(steps));
  options.schema_policy.shared_tables = {"one", "two", "later", "last", "parents", "children"};
  BOOST_OUTCOME_TRY(tenancy::open(place.url(), options));
  return tenancy::success();
}

const Migration first{1, "first", "CREATE TABLE one (id INTEGER) STRICT"};
const Migration second{2, "second",
                       "CREATE TABLE two (id INTEGER) STRICT; INSERT INTO two VALUES (7)"};

}  // namespace

TEST_CASE("steps run once, in order, and later ones are added") {
  const EmptyPlace place;
  must(open_with(place, {first}));
  CHECK(place.has_table("one"));
  must(open_with(place, {first}));
  must(open_with(place, {first, second}));
  CHECK(place.value("SELECT count(*) FROM two") == "1");
}

TEST_CASE("numbers only have to grow, and may be times") {
  const EmptyPlace place;
  const Migration later{20'261'121'093'000, "later", "CREATE TABLE later (id INTEGER) STRICT"};
  const Migration last{INT64_MAX, "last", "CREATE TABLE last (id INTEGER) STRICT"};
  must(open_with(place, {second, later}));
  must(open_with(place, {second, later, last}));
  CHECK(place.has_table("last"));
  CHECK(place.value("SELECT max(version) FROM tenancy_migrations") == std::to_string(INT64_MAX));
}

TEST_CASE("a list of steps that makes no sense is refused before anything runs") {
  const EmptyPlace place;
  const auto refusal = [&](std::vector<Migration> steps) {
    const auto outcome = open_with(place, std::move(steps));
    CHECK(code_of(outcome) == errc::invalid_argument);
    CHECK_FALSE(place.has_table("one"));
    // Not even the library's own.
    CHECK_FALSE(place.has_table("tenancy_migrations"));
    return outcome.error().message();
  };
  CHECK(refusal({first, first}) ==
        "migration 1 'first' of 'app' is out of line: numbers are positive and grow");
  refusal({second, first});
  refusal({{0, "zero", "SELECT 1"}});
  refusal({{-1, "negative", "SELECT 1"}});
  refusal({{1, "", "SELECT 1"}});
  refusal({{1, "two\nlines", "SELECT 1"}});
  refusal({{1, std::string(101, 'n'), "SELECT 1"}});
  refusal({{1, "nothing", ""}});
  refusal({{1, "NUL", std::string{"SELECT 1;\0 SELECT 2", 19}}});
  refusal({{1, "Latin-1", "SELECT '\xE4'"}});
  CHECK(refusal({{.version = 1,
                  .name = "both",
                  .sql = "SELECT 1",
                  .dialects = {{Dialect::sqlite, "SELECT 1"}}}}) ==
        "migration 1 'both' of 'app' has SQL for all dialects and for single ones: it can only "
        "have either");
  refusal({{.version = 1,
            .name = "twice",
            .dialects = {{Dialect::sqlite, "SELECT 1"}, {Dialect::sqlite, "SELECT 1"}}}});
  refusal({{.version = 1,
            .name = "empty elsewhere",
            .dialects = {{Dialect::sqlite, "SELECT 1"}, {Dialect::postgresql, ""}}}});
  const bool is_postgres = tenancy_test::is_on_postgres();
  const auto other = is_postgres ? Dialect::sqlite : Dialect::postgresql;
  const std::string own = is_postgres ? "postgresql" : "sqlite";
  CHECK(refusal({{.version = 1,
                  .name = "elsewhere",
                  .dialects = {{other, "SELECT 1", "m/0001_elsewhere.other.sql"}}}}) ==
        "migration 1 'elsewhere' of 'app' (m/0001_elsewhere.other.sql) has no SQL for " + own +
            ", which this store speaks: add it");
}

TEST_CASE("a step runs, and is compared, in the dialect of the store") {
  const EmptyPlace place;
  Migration step{.version = 1,
                 .name = "first",
                 .dialects = {{Dialect::postgresql, "CREATE TABLE one (id BIGINT)"},
                              {Dialect::sqlite, first.sql}}};
  must(open_with(place, {step}));
  CHECK(place.has_table("one"));
  step.dialects[0].sql = "CREATE TABLE one (id BIGINT NOT NULL)";
  must(open_with(place, {step}));
  must(open_with(place, {first}));
  step.dialects[1].sql += " ";
  CHECK(code_of(open_with(place, {step})) == errc::schema_mismatch);
}

TEST_CASE("an edited step is refused and named") {
  const EmptyPlace place;
  must(open_with(place, {first, second}));
  const auto outcome =
      open_with(place, {{1, "first", "CREATE TABLE one (id TEXT) STRICT"}, second});
  CHECK(code_of(outcome) == errc::schema_mismatch);
  CHECK(outcome.error().message().find("migration 1 'first' of 'app'") != std::string::npos);
}

TEST_CASE("a store with newer steps tells an older program so") {
  const EmptyPlace place;
  must(open_with(place, {first, second}));
  const auto outcome = open_with(place, {first});
  CHECK(code_of(outcome) == errc::schema_mismatch);
  CHECK(outcome.error().message() ==
        "the store has migration 2 'second' of 'app', which this program does not know: it was "
        "written by a newer version; upgrade the program");
  // Whatever else is different, it is the older one that is to be upgraded.
  const Migration edited{1, "first", "CREATE TABLE one (id TEXT) STRICT"};
  CHECK(open_with(place, {edited}).error().message().find("upgrade") != std::string::npos);
}

TEST_CASE("a step that was left out is named, and where it belongs") {
  const EmptyPlace place;
  must(open_with(place, {first, second}));
  Migration kept = second;
  kept.source = "migrations/0002_second.sql";
  const auto outcome = open_with(place, {kept});
  CHECK(code_of(outcome) == errc::schema_mismatch);
  CHECK(outcome.error().message() ==
        "the store has migration 1 'first' of 'app', which this program leaves out before "
        "migration 2 'second' of 'app' (migrations/0002_second.sql): restore it, and undo what it "
        "did in a further step");
}

TEST_CASE("a step that was put before applied ones is refused and named") {
  const EmptyPlace place;
  must(open_with(place, {second}));
  Migration late = first;
  late.source = "migrations/0001_first.sql";
  const auto outcome = open_with(place, {late, second});
  CHECK(code_of(outcome) == errc::schema_mismatch);
  CHECK(outcome.error().message() ==
        "migration 1 'first' of 'app' (migrations/0001_first.sql) is not applied although later "
        "ones are: give it a number above all of them");
  CHECK_FALSE(place.has_table("one"));
}

TEST_CASE("a failing step is rolled back as a whole, the ones before it stay") {
  const EmptyPlace place;
  const Migration broken{2, "broken",
                         "CREATE TABLE two (id INTEGER); INSERT INTO nowhere VALUES (1)"};
  const auto outcome = open_with(place, {first, broken});
  CHECK(code_of(outcome) == errc::migration_failed);
  CHECK(outcome.error().message().find("migration 2 'broken' of 'app'") != std::string::npos);
  CHECK(place.has_table("one"));
  CHECK_FALSE(place.has_table("two"));
  must(open_with(place, {first, second}));
  CHECK(place.has_table("two"));
}

TEST_CASE("a step cannot end its transaction, reach other files or leave settings behind") {
  const EmptyPlace place;
  for (const char* statement :
       {"COMMIT", "ROLLBACK", "SAVEPOINT s", "ATTACH ':memory:' AS other", "END", "BEGIN",
        "PRAGMA ignore_check_constraints = ON", "PRAGMA query_only = ON",
        "CREATE TEMP TABLE one (id INTEGER)", "CREATE TEMP VIEW one AS SELECT 1",
        "CREATE TEMP TRIGGER one AFTER INSERT ON half BEGIN SELECT 1; END",
        "CREATE VIRTUAL TABLE words USING fts5 (body)", "CREATE VIRTUAL TABLE pages USING dbstat",
        "DETACH main"}) {
    CAPTURE(statement);
    const Migration step{1, "sly", "CREATE TABLE half (id INTEGER); " + std::string{statement}};
    const auto outcome = open_with(place, {step});
    CHECK(code_of(outcome) == errc::migration_failed);
    CHECK(outcome.error().message().find("not authorized") != std::string::npos);
    CHECK_FALSE(place.has_table("half"));
  }
}

TEST_CASE("a host's step does not touch the library's tables") {
  const EmptyPlace place;
  {
    // Rows that there are: PostgreSQL tells a change by what became of them.
    const auto authority = must(tenancy::open(place.url(), place.with({})));
    const auto registry = authority.registry(tenancy_test::tester());
    must(registry.issue_key(must(registry.create({"acme", "Acme"})).id, {.name = "key"}));
  }
  for (const char* statement :
       {"UPDATE tenancy_tenants SET status = 'active'", "DELETE FROM tenancy_api_keys",
        "INSERT INTO tenancy_crossings DEFAULT VALUES", "DROP TABLE tenancy_tenants",
        "ALTER TABLE tenancy_tenants ADD COLUMN mine TEXT",
        "CREATE INDEX mine ON tenancy_tenants (name)", "CREATE TABLE tenancy_mine (id INTEGER)",
        "CREATE VIEW tenancy_mine AS SELECT 1",
        "CREATE TRIGGER mine AFTER INSERT ON tenancy_tenants BEGIN SELECT 1; END",
        "DELETE FROM TENANCY_migrations"}) {
    CAPTURE(statement);
    CHECK(code_of(open_with(place, {{1, "sly", statement}})) == errc::migration_failed);
  }
  must(open_with(place, {{1, "fine",
                          "CREATE TABLE fine (tenant_id INTEGER NOT NULL REFERENCES "
                          "tenancy_tenants, id INTEGER, PRIMARY KEY (tenant_id, id))"}}));
}

TEST_CASE("a table can be rebuilt without losing the rows that refer to it") {
  const EmptyPlace place;
  const Migration made{1, "made",
                       "CREATE TABLE parents (id INTEGER PRIMARY KEY); CREATE TABLE children "
                       "(parent INTEGER REFERENCES parents ON DELETE CASCADE); "
                       "INSERT INTO parents VALUES (1); INSERT INTO children VALUES (1)"};
  const Migration rebuilt{2, "rebuilt",
                          "CREATE TABLE fresh (id INTEGER PRIMARY KEY, name TEXT); "
                          "INSERT INTO fresh SELECT id, NULL FROM parents; "
                          "DROP TABLE parents; ALTER TABLE fresh RENAME TO parents"};
  const Migration orphaning{3, "orphaning", "DELETE FROM parents"};
  must(open_with(place, {made, rebuilt}));
  CHECK(place.value("SELECT count(*) FROM children") == "1");
  const auto orphaned = open_with(place, {made, rebuilt, orphaning});
  CHECK(code_of(orphaned) == errc::reference_violation);
  CHECK(orphaned.error().message().find("migration 3 'orphaning' of 'app'") == 0);
  CHECK(place.value("SELECT count(*) FROM parents") == "1");
}

TEST_CASE("references are enforced again once the steps are done") {
  const EmptyPlace place;
  const auto authority = must(tenancy::open(place.url(), place.with(tenancy_test::test_schema())));
  const auto tenant = must(authority.registry().create({"acme", "Acme"}));
  const tenancy::Repository<tenancy_test::Task> tasks{authority.store(),
                                                      must(authority.enter(tenant.id))};
  CHECK(code_of(tasks.insert({1, "nowhere", false, 0})) == errc::reference_violation);
}

TEST_CASE("processes that start at once bring the schema up together") {
  const EmptyPlace place;
  std::vector<pid_t> children;
  for (int i = 0; i < 6; ++i) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      const auto opened = open_with(place, {first, second});
      if (!opened) {
        std::cerr << opened.error() << '\n';
      }
      ::_exit(opened ? 0 : 1);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
  }
  CHECK(place.value("SELECT count(*) FROM tenancy_migrations WHERE component = 'app'") == "2");
}
