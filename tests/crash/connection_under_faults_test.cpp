// A connection that opens in spite of a fault is set up as ever, and refuses what it refuses: to
// lose a setting or a look without a word would be to lose durability, references or the
// confinement of what tenants write.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include <doctest/doctest.h>
#include <sqlite3.h>

#include "storage/sqlite/connection.hpp"
#include "support/failing_memory.hpp"
#include "support/test_store.hpp"

using tenancy::Result;
using tenancy::detail::CallLimits;
using tenancy::detail::ScopedSchema;
using tenancy::detail::sqlite::Connection;
using tenancy::detail::sqlite::ConnectionMode;
using tenancy::detail::sqlite::ScopedTenant;
using tenancy_test::FailingMemory;
using tenancy_test::must;
using tenancy_test::TestStore;

namespace {

// Before anything uses SQLite.
const bool is_installed = (FailingMemory::install(), true);

/// What a statement gives, a row a line.
std::string rows_of(sqlite3* handle, const std::string& sql) {
  std::string rows;
  const auto add = [](void* text, int count, char** values, char** /*names*/) {
    for (int i = 0; i < count; ++i) {
      *static_cast<std::string*>(text) += std::string{values[i] == nullptr ? "-" : values[i]} + "|";
    }
    *static_cast<std::string*>(text) += "\n";
    return 0;
  };
  REQUIRE(sqlite3_exec(handle, sql.c_str(), add, &rows, nullptr) == SQLITE_OK);
  return rows;
}

/// All that opening sets, but for names that are secret.
std::string settings_of(const Connection& connection) {
  sqlite3* const handle = connection.handle();
  sqlite3_set_authorizer(handle, nullptr, nullptr);
  std::string settings = std::to_string(connection.frame_bytes()) + "\n";
  for (const char* const name : {"synchronous", "foreign_keys", "temp_store", "query_only",
                                 "main.cache_size", "main.page_size", "main.journal_mode"}) {
    settings += std::string{name} + " " + rows_of(handle, std::string{"PRAGMA "} + name);
  }
  for (int i = 2; const char* const name = sqlite3_db_name(handle, i); ++i) {
    settings += "attached " + rows_of(handle, std::string{"PRAGMA "} + name + ".cache_size");
  }
  // Functions that stand in the place of the engine's own, and one whose name is secret and long.
  return settings + rows_of(handle,
                            "SELECT iif(length(name) > 20, 'secret', name) AS called, narg FROM "
                            "pragma_function_list WHERE NOT builtin ORDER BY called, narg");
}

/// Opens with each allocation failing once.
template <class Open>
void try_each_allocation(const Open& open) {
  REQUIRE(is_installed);
  FailingMemory::arm(0);
  auto usual = open();
  const auto allocations = FailingMemory::disarm();
  const std::string settings = settings_of(*must(std::move(usual)));
  std::uint64_t refused = 0;
  for (std::uint64_t nth = 1; nth <= allocations; ++nth) {
    CAPTURE(nth);
    FailingMemory::arm(nth);
    auto opened = open();
    FailingMemory::disarm();
    if (opened) {
      CHECK(settings_of(*opened.value()) == settings);
    } else {
      ++refused;
    }
  }
  CHECK(refused > 0);
}

}  // namespace

TEST_CASE("under faults: a connection that opens is set up as ever") {
  const TestStore test;
  const tenancy::CallOptions options;
  const CallLimits limits{options, std::chrono::seconds{5}};
  for (const auto mode :
       {ConnectionMode::read_write, ConnectionMode::read_only, ConnectionMode::inspection}) {
    CAPTURE(static_cast<int>(mode));
    try_each_allocation([&] { return Connection::open(test.file(), mode, {}, limits); });
  }
}

TEST_CASE("under faults: a confined connection that opens is set up as ever") {
  const TestStore test;
  const tenancy::CallOptions options;
  const CallLimits limits{options, std::chrono::seconds{5}};
  const auto schema = std::make_shared<const ScopedSchema>(
      ScopedSchema{1, {{"notes", false, {"id", "title"}}}, {}});
  try_each_allocation([&] {
    return Connection::open_confined(test.file(), {}, {schema, {}}, limits);
  });
}

TEST_CASE("under faults: a query that is refused is refused") {
  const TestStore test;
  test.run_raw("ANALYZE; INSERT INTO sqlite_stat1 VALUES ('notes', 'notes', '1000 500 1')");
  const tenancy::CallOptions options;
  const CallLimits limits{options, std::chrono::seconds{5}};
  constexpr int unknown_engine = 3'999'000;
  const auto connection = must(Connection::open_confined(
      test.file(), {},
      {std::make_shared<const ScopedSchema>(ScopedSchema{1, {{"notes", false, {"id"}}}, {}}),
       {},
       unknown_engine},
      limits));
  const ScopedTenant tenant{*connection->scope(), test.acme.id};
  // With its filters, which are those of all tenants' rows.
  sqlite3_test_control(SQLITE_TESTCTRL_OPTIMIZATIONS, connection->handle(), 0);
  for (const std::string_view text :
       {"SELECT 1 FROM notes a, notes b, notes c, notes d, notes e, notes f",
        "SELECT 1; SELECT 2"}) {
    CAPTURE(text);
    FailingMemory::arm(0);
    CHECK_FALSE(connection->prepare_query(text).has_value());
    const auto allocations = FailingMemory::disarm();
    for (std::uint64_t nth = 1; nth <= allocations; ++nth) {
      CAPTURE(nth);
      FailingMemory::arm(nth);
      const bool is_compiled = connection->prepare_query(text).has_value();
      FailingMemory::disarm();
      CHECK_FALSE(is_compiled);
    }
  }
}
