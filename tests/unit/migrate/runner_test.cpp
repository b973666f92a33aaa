#include "migrate/runner.hpp"

#include <iostream>
#include <vector>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/test_store.hpp"

using tenancy::errc;
using tenancy::Migration;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::TemporaryFolder;

namespace {

tenancy::Result<void> open_with(const TemporaryFolder& folder, std::vector<Migration> steps) {
  BOOST_OUTCOME_TRY(
      tenancy::open("sqlite:" + (folder / "store.db").string(), {.migrations = std::move(steps)}));
  return tenancy::success();
}

bool has_table(const TemporaryFolder& folder, const std::string& name) {
  return SQLite::Database{(folder / "store.db").string()}.tableExists(name);
}

const Migration first{1, "first", "CREATE TABLE one (id INTEGER) STRICT"};
const Migration second{2, "second",
                       "CREATE TABLE two (id INTEGER) STRICT; INSERT INTO two VALUES (7)"};

}  // namespace

TEST_CASE("steps run once, in order, and later ones are added") {
  const TemporaryFolder folder;
  must(open_with(folder, {first}));
  CHECK(has_table(folder, "one"));
  must(open_with(folder, {first}));
  must(open_with(folder, {first, second}));
  CHECK(SQLite::Database{(folder / "store.db").string()}
            .execAndGet("SELECT count(*) FROM two")
            .getInt() == 1);
}

TEST_CASE("numbers out of line, empty names and empty steps are refused before anything runs") {
  const TemporaryFolder folder;
  CHECK(code_of(open_with(folder, {second})) == errc::invalid_argument);
  CHECK(code_of(open_with(folder, {first, first})) == errc::invalid_argument);
  CHECK(code_of(open_with(folder, {{1, "", "SELECT 1"}})) == errc::invalid_argument);
  CHECK(code_of(open_with(folder, {{1, "nothing", ""}})) == errc::invalid_argument);
  CHECK_FALSE(has_table(folder, "one"));
}

TEST_CASE("an edited step is refused and named") {
  const TemporaryFolder folder;
  must(open_with(folder, {first, second}));
  const auto outcome =
      open_with(folder, {{1, "first", "CREATE TABLE one (id TEXT) STRICT"}, second});
  CHECK(code_of(outcome) == errc::schema_mismatch);
  CHECK(outcome.error().message().find("migration 1 'first' of 'app'") != std::string::npos);
}

TEST_CASE("a store with newer steps tells an older program so") {
  const TemporaryFolder folder;
  must(open_with(folder, {first, second}));
  const auto outcome = open_with(folder, {first});
  CHECK(code_of(outcome) == errc::schema_mismatch);
  CHECK(outcome.error().message().find("run a newer program") != std::string::npos);
}

TEST_CASE("a failing step is rolled back as a whole, the ones before it stay") {
  const TemporaryFolder folder;
  const Migration broken{2, "broken",
                         "CREATE TABLE two (id INTEGER); INSERT INTO nowhere VALUES (1)"};
  const auto outcome = open_with(folder, {first, broken});
  CHECK(code_of(outcome) == errc::migration_failed);
  CHECK(outcome.error().message().find("migration 2 'broken' of 'app'") != std::string::npos);
  CHECK(has_table(folder, "one"));
  CHECK_FALSE(has_table(folder, "two"));
  must(open_with(folder, {first, second}));
  CHECK(has_table(folder, "two"));
}

TEST_CASE("a step cannot end its transaction or reach other files") {
  const TemporaryFolder folder;
  for (const char* statement :
       {"COMMIT", "ROLLBACK", "SAVEPOINT s", "ATTACH ':memory:' AS other", "END", "BEGIN"}) {
    CAPTURE(statement);
    const Migration step{1, "sly", "CREATE TABLE half (id INTEGER); " + std::string{statement}};
    CHECK(code_of(open_with(folder, {step})) == errc::migration_failed);
    CHECK_FALSE(has_table(folder, "half"));
  }
}

TEST_CASE("processes that start at once bring the schema up together") {
  const TemporaryFolder folder;
  std::vector<pid_t> children;
  for (int i = 0; i < 6; ++i) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      const auto opened = open_with(folder, {first, second});
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
  CHECK(SQLite::Database{(folder / "store.db").string()}
            .execAndGet("SELECT count(*) FROM tenancy_migrations WHERE component = 'app'")
            .getInt() == 2);
}
