// Random steps, and a life that is cut off at a random point: by a failing statement, by a kill, or
// by calls to the disk that fail from some point on. What is left is a beginning of the steps, each
// whole and recorded, and the next life goes on from there.

#include <csignal>
#include <cstddef>
#include <random>
#include <string>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tenancy/migrate/migrate.hpp"

#include "crash/seed.hpp"
#include "support/fault_vfs.hpp"
#include "support/must.hpp"
#include "support/temporary_folder.hpp"

using tenancy::Migration;
using tenancy_test::below;
using tenancy_test::Fault;
using tenancy_test::FaultKind;
using tenancy_test::FaultVfs;
using tenancy_test::must;
using tenancy_test::one_of;
using tenancy_test::TemporaryFolder;

namespace {

struct History {
  std::vector<Migration> steps;
  std::vector<int> tables;         ///< How many each step makes.
  std::size_t sound = 0;           ///< How many there are before the first that fails.
  tenancy::SchemaPolicy policy{};  ///< That lists all tables.
};

std::string table_name(std::int64_t version, int number) {
  return "t_" + std::to_string(version) + "_" + std::to_string(number);
}

History random_history(std::mt19937_64& random) {
  History history;
  const int count = 1 + below(random, 5);
  history.sound = static_cast<std::size_t>(count);
  std::int64_t version = 0;
  for (int i = 0; i < count; ++i) {
    version += 1 + below(random, 3);
    const int tables = 1 + below(random, 3);
    std::string sql;
    for (int number = 0; number < tables; ++number) {
      const auto name = table_name(version, number);
      sql += "CREATE TABLE " + name + " (n INTEGER NOT NULL) STRICT; INSERT INTO " + name +
             " VALUES (1), (2), (3);";
      history.policy.shared_tables.push_back(name);
    }
    if (below(random, 12) == 0) {
      sql += "INSERT INTO nowhere VALUES (1)";
      history.sound = std::min(history.sound, static_cast<std::size_t>(i));
    }
    history.steps.push_back({version, "step", sql});
    history.tables.push_back(tables);
  }
  return history;
}

tenancy::OpenOptions options_of(const History& history) {
  return {.migrations = history.steps, .schema_policy = history.policy};
}

/// How many steps are there, once it is clear that they are the first ones and whole.
std::size_t check_prefix(const std::filesystem::path& file, const History& history) {
  if (!std::filesystem::exists(file)) {
    return 0;
  }
  SQLite::Database database{file.string(), SQLite::OPEN_READWRITE};
  CHECK(database.execAndGet("PRAGMA integrity_check").getString() == "ok");
  std::size_t applied = 0;
  if (database.tableExists("tenancy_migrations")) {
    SQLite::Statement rows{
        database,
        "SELECT version FROM tenancy_migrations WHERE component = 'app' ORDER BY version"};
    for (; rows.executeStep(); ++applied) {
      REQUIRE(applied < history.steps.size());
      CHECK(rows.getColumn(0).getInt64() == history.steps[applied].version);
    }
  }
  int tables = 0;
  for (std::size_t i = 0; i < applied; ++i) {
    for (int number = 0; number < history.tables[i]; ++number, ++tables) {
      const auto name = table_name(history.steps[i].version, number);
      CHECK(database.execAndGet("SELECT count(*) FROM " + name).getInt() == 3);
    }
  }
  CHECK(database.execAndGet("SELECT count(*) FROM sqlite_schema WHERE name GLOB 't_[0-9]*'")
            .getInt() == tables);
  CHECK(applied <= history.sound);
  return applied;
}

/// A process that kills itself as it is told of something for the nth time.
void live_and_be_killed(const std::string& url, const History& history, std::uint64_t nth) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    auto options = options_of(history);
    std::uint64_t told = 0;
    options.on_migration = [&](const tenancy::MigrationProgress&) {
      if (++told == nth) {
        ::kill(::getpid(), SIGKILL);
      }
    };
    static_cast<void>(tenancy::migrate(url, options));
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
}

void live_with_faults(FaultVfs& vfs, const std::string& url, const History& history,
                      std::uint64_t nth) {
  vfs.arm({{.kind = FaultKind::power_off, .nth = nth}});
  static_cast<void>(tenancy::migrate(url, options_of(history)));
  vfs.disarm();
}

}  // namespace

TEST_CASE(
    "whatever cuts a migration off, a beginning of whole steps is left, and the rest follows") {
  const auto seed = tenancy_test::announced_seed();
  CAPTURE(seed);
  std::mt19937_64 random{seed};
  const int rounds = tenancy_test::is_long_run() ? 1000 : 60;
  FaultVfs vfs;
  for (int round = 0; round < rounds; ++round) {
    CAPTURE(round);
    const auto history = random_history(random);
    const TemporaryFolder folder;
    const auto file = folder / "store.db";
    const auto url = "sqlite:" + file.string();
    std::size_t applied = 0;
    const int lives = 1 + below(random, 3);
    for (int life = 0; life < lives; ++life) {
      constexpr std::uint64_t most_events = 20;
      constexpr std::uint64_t most_calls = 600;
      if (below(random, 2) == 0) {
        live_and_be_killed(url, history, one_of(random, most_events));
      } else {
        live_with_faults(vfs, url, history, one_of(random, most_calls));
      }
      const auto now = check_prefix(file, history);
      CHECK(now >= applied);
      applied = now;
    }
    const auto last = tenancy::migrate(url, options_of(history));
    CHECK(last.has_value() == (history.sound == history.steps.size()));
    CHECK(check_prefix(file, history) == history.sound);
  }
}
