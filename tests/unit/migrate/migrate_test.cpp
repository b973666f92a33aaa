#include "tenancy/migrate/migrate.hpp"

#include <array>
#include <chrono>
#include <csignal>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/empty_place.hpp"
#include "support/entities.hpp"
#include "support/stopper.hpp"
#include "support/test_store.hpp"

using tenancy::CallOptions;
using tenancy::DryRunOutcome;
using tenancy::errc;
using tenancy::Migration;
using tenancy::MigrationProgress;
using tenancy::MigrationState;
using tenancy::OpenOptions;
using tenancy::SchemaMode;
using tenancy_test::code_of;
using tenancy_test::EmptyPlace;
using tenancy_test::must;
using namespace std::chrono_literals;

namespace {

constexpr const char* shape =
    " (tenant_id INTEGER NOT NULL REFERENCES tenancy_tenants, id INTEGER NOT NULL, "
    "PRIMARY KEY (tenant_id, id)) STRICT, WITHOUT ROWID";

Migration table(std::int64_t version, const std::string& name) {
  return {version, name, "CREATE TABLE " + name + shape};
}

/// Works for ever.
Migration endless(std::int64_t version) {
  return {version, "endless",
          std::string{"CREATE TABLE half"} + shape +
              "; INSERT INTO half WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
              "SELECT 1, i FROM n"};
}

/// An empty place, and what lies in it.
struct Place : EmptyPlace {
  /// Everything in the folder, by name, but for what every reader makes beside a database: an empty
  /// log, and its index. On PostgreSQL the tables and the steps on record.
  [[nodiscard]] std::map<std::string, std::string> contents() const {
    std::map<std::string, std::string> found;
    if (tenancy_test::is_on_postgres()) {
      for (const auto& row :
           rows("SELECT oid::regclass, relfilenode FROM pg_class WHERE relnamespace IN "
                "(SELECT oid FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%' AND "
                "nspname <> 'information_schema')")) {
        found[row.at(0).value()] = row.at(1).value();
      }
      if (has_table("tenancy_migrations")) {
        for (const auto& row :
             rows("SELECT component, version, m::text FROM tenancy_migrations m")) {
          found[row.at(0).value() + row.at(1).value()] = row.at(2).value();
        }
      }
      return found;
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator{folder().path()}) {
      if (entry.path().string().ends_with("-shm") || entry.is_directory()) {
        continue;
      }
      std::ostringstream bytes;
      bytes << std::ifstream{entry.path(), std::ios::binary}.rdbuf();
      if (!bytes.str().empty() || !entry.path().string().ends_with("-wal")) {
        found[entry.path().lexically_relative(folder().path()).string()] = bytes.str();
      }
    }
    return found;
  }

  /// Whether the endless step is in its midst.
  [[nodiscard]] bool is_at_work() const {
    if (tenancy_test::is_on_postgres()) {
      return value(
                 "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
                 "state = 'active' AND query LIKE '%INTO half%' AND pid <> pg_backend_pid()") !=
             "0";
    }
    // Its rows have outgrown the memory for them and stand in the log, uncommitted.
    constexpr std::uintmax_t much = std::uintmax_t{8} << 20U;
    std::error_code missing;
    const auto size = std::filesystem::file_size(file().string() + "-wal", missing);
    return !missing && size >= much;
  }
};

std::map<std::int64_t, MigrationState> states(const tenancy::MigrationReport& report) {
  std::map<std::int64_t, MigrationState> found;
  for (const auto& step : report.steps) {
    if (step.component == "app") {
      found[step.version] = step.state;
    } else {
      CHECK(step.state == MigrationState::applied);
    }
  }
  return found;
}

const std::vector<Migration> two{table(1, "one"), table(2, "two")};

}  // namespace

TEST_CASE("migrating tells which steps it applied, and as it does") {
  const Place place;
  std::vector<std::string> told;
  auto options = place.with(two);
  options.on_migration = [&](const MigrationProgress& progress) {
    if (progress.step.component == "app") {
      told.push_back((progress.is_applied ? "applied " : "begins ") + progress.step.name + " " +
                     std::to_string(progress.remaining));
      // A step begins within its transaction, and is on disk when it is told to be applied.
      CHECK(place.has_table(progress.step.name) == progress.is_applied);
    }
  };
  const auto applied = must(tenancy::migrate(place.owner_url(), options));
  CHECK(told ==
        std::vector<std::string>{"begins one 1", "applied one 1", "begins two 0", "applied two 0"});
  REQUIRE(applied.size() > 2);
  CHECK(applied.front().component == "tenancy");
  CHECK(applied.front().version == 1);
  CHECK(applied.back().component == "app");
  CHECK(applied.back().version == 2);
  CHECK(applied.back().took > 0ns);
  CHECK(must(tenancy::migrate(place.owner_url(), options)).empty());
}

TEST_CASE("what a listener throws rolls back the step and goes on to the caller") {
  const Place place;
  auto options = place.with(two);
  options.on_migration = [](const MigrationProgress& progress) {
    if (progress.step.name == "two") {
      throw std::runtime_error{"enough"};
    }
  };
  CHECK_THROWS_WITH(static_cast<void>(tenancy::migrate(place.owner_url(), options)), "enough");
  CHECK(place.has_table("one"));
  CHECK_FALSE(place.has_table("two"));
  CHECK(place.applied() == std::vector<std::int64_t>{1});
}

TEST_CASE("a step is stopped in its middle by a stop token or a deadline, and rolled back") {
  const Place place;
  const tenancy_test::Stopper stopper;
  auto options = place.with({table(1, "one"), endless(2)});
  errc expected{};
  SUBCASE("a stop token") {
    options.call = stopper.options();
    options.on_migration = [&](const MigrationProgress& progress) {
      if (progress.step.name == "endless") {
        stopper.request_stop();
      }
    };
    expected = errc::cancelled;
  }
  SUBCASE("a deadline") {
    must(tenancy::migrate(place.owner_url(), place.with({table(1, "one")})));
    options.call = CallOptions::within(200ms);
    expected = errc::deadline_exceeded;
  }
  const auto outcome = tenancy::migrate(place.owner_url(), options);
  CHECK(code_of(outcome) == expected);
  if (expected == errc::cancelled) {
    CHECK(outcome.error().message().find("migration 2 'endless' of 'app'") == 0);
  }
  CHECK_FALSE(place.has_table("half"));
  CHECK(place.applied() == std::vector<std::int64_t>{1});
}

TEST_CASE("the wait for another process's transaction is bounded") {
  const Place place;
  must(tenancy::migrate(place.owner_url(), place.with({table(1, "one")})));
  SQLite::Database other{place.file().string(), SQLite::OPEN_READWRITE};
  other.exec("BEGIN IMMEDIATE");
  auto options = place.with(two);
  SUBCASE("by the longest wait") {
    options.store.max_wait = 50ms;
    CHECK(code_of(tenancy::migrate(place.owner_url(), options)) == errc::busy);
  }
  SUBCASE("by the deadline") {
    options.call = CallOptions::within(50ms);
    CHECK(code_of(tenancy::migrate(place.owner_url(), options)) == errc::deadline_exceeded);
  }
  // What needs no migration needs no lock.
  CHECK(tenancy::open(place.url(), place.with({table(1, "one")})).has_value());
  other.exec("ROLLBACK");
  must(tenancy::migrate(place.owner_url(), place.with(two)));
}

TEST_CASE("a process that is killed in the middle of a step leaves nothing of it and no lock") {
  const Place place;
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    static_cast<void>(
        tenancy::migrate(place.owner_url(), place.with({table(1, "one"), endless(2)})));
    ::_exit(0);
  }
  while (!place.is_at_work()) {
    std::this_thread::yield();
  }
  ::kill(child, SIGKILL);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  CHECK(must(tenancy::migrate(place.owner_url(), place.with(two))).size() == 1);
  CHECK_FALSE(place.has_table("half"));
  CHECK(place.applied() == std::vector<std::int64_t>{1, 2});
}

TEST_CASE("a process that waits for another one's step takes it as it finds it") {
  const Place place;
  must(tenancy::migrate(place.owner_url(), place.with({})));
  std::array<int, 2> begun{};
  REQUIRE(::pipe(begun.data()) == 0);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    auto options = place.with(two);
    options.on_migration = [&](const MigrationProgress& progress) {
      // Tells in the midst of the first step that it is.
      if (!progress.is_applied && progress.step.version == 1) {
        static_cast<void>(::write(begun[1], "b", 1));
      }
    };
    ::_exit(tenancy::migrate(place.owner_url(), options) ? 0 : 1);
  }
  char letter = 0;
  REQUIRE(::read(begun[0], &letter, 1) == 1);
  auto options = place.with(two);
  options.store.max_wait = 10min;
  const auto applied_here = must(tenancy::migrate(place.owner_url(), options)).size();
  CHECK(applied_here <= 1);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  CHECK(place.applied() == std::vector<std::int64_t>{1, 2});
  ::close(begun[0]);
  ::close(begun[1]);
}

TEST_CASE("a program that only verifies refuses what is not up to date, and writes nothing") {
  const Place place;
  auto options = place.with(two);
  options.schema = SchemaMode::verify;
  CHECK(code_of(tenancy::open(place.url(), options)) == errc::schema_mismatch);
  CHECK(place.contents().empty());
  CHECK(code_of(tenancy::open("sqlite::memory:", options)) == errc::schema_mismatch);

  must(tenancy::migrate(place.owner_url(), place.with({table(1, "one")})));
  const auto before = place.contents();
  const auto outcome = tenancy::open(place.url(), options);
  CHECK(code_of(outcome) == errc::schema_mismatch);
  CHECK(outcome.error().message() ==
        "migration 2 'two' of 'app' is not applied, and this program does not migrate "
        "(SchemaMode::verify): run the migrations first");
  CHECK(place.contents() == before);

  must(tenancy::migrate(place.owner_url(), place.with(two)));
  CHECK(tenancy::open(place.url(), options).has_value());
  options.migrations.pop_back();
  CHECK(code_of(tenancy::open(place.url(), options)) == errc::schema_mismatch);
}

TEST_CASE("the status tells how each step stands, and changes nothing") {
  const Place place;
  const auto fresh = must(tenancy::migration_status(place.url(), place.with(two)));
  CHECK(fresh.steps.size() > 2);
  for (const auto& step : fresh.steps) {
    CHECK(step.state == MigrationState::pending);
  }
  CHECK(place.contents().empty());

  must(tenancy::migrate(place.owner_url(),
                        place.with({table(1, "one"), table(2, "two"), table(5, "five")})));
  const auto before = place.contents();
  const auto report = must(tenancy::migration_status(
      place.url(), place.with({{1, "one", "SELECT 1"}, table(3, "three"), table(4, "four")})));
  using enum MigrationState;
  CHECK(states(report) == std::map<std::int64_t, MigrationState>{
                              {1, edited}, {2, missing}, {3, late}, {4, late}, {5, newer}});
  CHECK(report.has_conflicts());
  CHECK(must(tenancy::migration_status(
                 place.url(), place.with({table(1, "one"), table(2, "two"), table(5, "five")})))
            .is_up_to_date());
  CHECK(place.contents() == before);
  CHECK(code_of(tenancy::migration_status("sqlite:", {})) == errc::invalid_url);
  CHECK(code_of(tenancy::migration_status(
            place.url(), place.with({table(2, "b"), table(1, "a")}))) == errc::invalid_argument);
}

TEST_CASE(
    "the status of what is no store yet claims nothing, and of another program's is refused") {
  const Place place;
  std::ofstream{place.file()}.close();
  std::filesystem::permissions(place.file(), std::filesystem::perms{0600});
  CHECK_FALSE(must(tenancy::migration_status(place.url(), {})).is_up_to_date());
  CHECK(std::filesystem::file_size(place.file()) == 0);
  SQLite::Database{place.file().string(), SQLite::OPEN_READWRITE}.exec("CREATE TABLE theirs (id)");
  const auto before = place.contents();
  CHECK(code_of(tenancy::migration_status(place.url(), {})) == errc::foreign_store);
  CHECK(code_of(tenancy::dry_run_migrations(place.url(), {})) == errc::foreign_store);
  CHECK(place.contents() == before);
}

TEST_CASE("a dry run tells what would happen and leaves every byte as it is") {
  const Place place;
  must(tenancy::migrate(place.owner_url(), place.with({table(1, "one")})));
  auto options = place.with({table(1, "one"), table(2, "two"), table(3, "three")});
  const auto before = place.contents();
  SUBCASE("when all goes well") {
    const auto report = must(tenancy::dry_run_migrations(place.url(), options));
    CHECK_FALSE(report.failure.has_value());
    REQUIRE(report.steps.size() == 2);
    for (const auto& step : report.steps) {
      CHECK(step.outcome == DryRunOutcome::succeeded);
      CHECK(step.took > 0ns);
    }
    CHECK(report.steps[1].name == "three");
  }
  SUBCASE("when a step fails") {
    options.migrations[1].sql = "DROP TABLE one; INSERT INTO nowhere VALUES (1)";
    const auto report = must(tenancy::dry_run_migrations(place.url(), options));
    REQUIRE(report.failure.has_value());
    CHECK(*report.failure == errc::migration_failed);
    REQUIRE(report.steps.size() == 2);
    CHECK(report.steps[0].outcome == DryRunOutcome::failed);
    CHECK(report.steps[1].outcome == DryRunOutcome::not_run);
  }
  SUBCASE("when the steps do not belong to the store") {
    options.migrations[0].sql += " ";
    const auto report = must(tenancy::dry_run_migrations(place.url(), options));
    REQUIRE(report.failure.has_value());
    CHECK(*report.failure == errc::schema_mismatch);
    CHECK(report.steps.size() == 2);
  }
  SUBCASE("when it is stopped") {
    options.migrations.push_back(endless(4));
    options.call = CallOptions::within(300ms);
    CHECK(code_of(tenancy::dry_run_migrations(place.url(), options)) == errc::deadline_exceeded);
  }
  SUBCASE("when there is nothing to do") {
    const auto report =
        must(tenancy::dry_run_migrations(place.url(), place.with({table(1, "one")})));
    CHECK_FALSE(report.failure.has_value());
    CHECK(report.steps.empty());
  }
  CHECK(place.contents() == before);
}

TEST_CASE("a dry run where there is no store yet makes none") {
  const Place place;
  const auto report = must(tenancy::dry_run_migrations(place.url(), place.with(two)));
  CHECK_FALSE(report.failure.has_value());
  CHECK(report.steps.size() > 2);
  CHECK(place.contents().empty());
  CHECK_FALSE(
      must(tenancy::dry_run_migrations("sqlite::memory:", place.with(two))).failure.has_value());
}

TEST_CASE("a dry run beside another process, or over a log that another moves, changes neither") {
  const Place place;
  std::array<int, 2> ready{};
  std::array<int, 2> done{};
  REQUIRE(::pipe(ready.data()) == 0);
  REQUIRE(::pipe(done.data()) == 0);
  const bool is_open_elsewhere = [] {
    bool open = false;
    SUBCASE("another process has it open") { open = true; }
    SUBCASE("the log was left in place") {}
    return open;
  }();
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    ::close(done[1]);
    auto options = place.with({table(1, "one")});
    options.store.wal.checkpoints = tenancy::Checkpoints::external;
    auto opened = tenancy::open(place.url(), options);
    bool good = opened.has_value();
    if (good) {
      const auto registry = opened.value().registry(tenancy_test::tester());
      good = registry.create({"acme", "Acme"}).has_value();
    }
    if (!is_open_elsewhere) {
      opened = tenancy::Error{errc::internal, "closed"};
    }
    char letter = good ? 'g' : 'b';
    static_cast<void>(::write(ready[1], &letter, 1));
    static_cast<void>(::read(done[0], &letter, 1));
    ::_exit(0);
  }
  ::close(done[0]);
  char letter = 0;
  REQUIRE(::read(ready[0], &letter, 1) == 1);
  REQUIRE(letter == 'g');
  const auto before = place.contents();
  REQUIRE_FALSE(
      before.at(place.file().lexically_relative(place.folder().path()).string() + "-wal").empty());
  const auto report = must(tenancy::dry_run_migrations(place.url(), place.with(two)));
  CHECK_FALSE(report.failure.has_value());
  CHECK(report.steps.size() == 1);
  CHECK(must(tenancy::migration_status(place.url(), place.with(two))).steps.size() > 1);
  CHECK(place.contents() == before);
  ::close(done[1]);
  ::waitpid(child, nullptr, 0);
  ::close(ready[0]);
  ::close(ready[1]);
  // The rows of the log are still there.
  const auto authority = must(tenancy::open(place.url(), place.with(two)));
  must(authority.registry(tenancy_test::tester()).find(must(tenancy::Slug::parse("acme"))));
}
