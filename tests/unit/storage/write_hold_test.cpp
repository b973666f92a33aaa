// How long a write may hold the writer, alone and among others.

#include <chrono>
#include <memory>
#include <string>

#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"

#include "support/entities.hpp"
#include "support/report_log.hpp"
#include "support/test_store.hpp"
#include "unit/storage/batches.hpp"

using namespace std::chrono_literals;
using tenancy::BatchReport;
using tenancy::errc;
using tenancy::ReadRepository;
using tenancy::Repository;
using tenancy::Result;
using tenancy::success;
using tenancy::WriteTransaction;
using tenancy_test::all_but;
using tenancy_test::code_of;
using tenancy_test::ids_of;
using tenancy_test::insert_note;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::patient;
using tenancy_test::play_batch;
using tenancy_test::ReportLog;
using tenancy_test::sum;
using tenancy_test::Task;
using tenancy_test::TestStore;
using tenancy_test::waiting;

namespace {

/// Reads or writes for ever, or for so long that every budget is over meanwhile.
constexpr tenancy::detail::StaticSql endless_read{
    "WITH RECURSIVE n(i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"};
constexpr tenancy::detail::StaticSql endless_write{
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
    "INSERT INTO tasks SELECT ?1, max(i), NULL, 0, 0.0 FROM n"};
constexpr tenancy::detail::StaticSql long_write{
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400000) "
    "INSERT INTO tasks SELECT ?1, max(i), NULL, 0, 0.0 FROM n"};

Result<void> run(WriteTransaction& transaction, const tenancy::detail::StaticSql& sql) {
  BOOST_OUTCOME_TRY(auto statement, tenancy::detail::SessionAccess::of(transaction).prepare(sql));
  BOOST_OUTCOME_TRY(statement->step());
  return success();
}

tenancy::StoreOptions impatient(std::shared_ptr<ReportLog> log = nullptr) {
  auto options = patient(std::move(log));
  options.writes.max_unit_hold = 20ms;
  return options;
}

}  // namespace

TEST_CASE("a unit that holds the writer for too long is stopped at its next statement") {
  const TestStore test{impatient()};
  const auto acme = test.enter(test.acme);
  const auto outcome = test.store.write(acme, [](WriteTransaction& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(insert_note(tx, "lost"));
    while (true) {
      BOOST_OUTCOME_TRY(ReadRepository<Note>{tx}.count());
    }
  });
  CHECK(code_of(outcome) == errc::hold_budget_exceeded);
  CHECK(ids_of(test, acme).empty());
  must(Repository<Note>{test.store, acme}.insert({.title = "usable"}));
}

TEST_CASE("a statement that runs for too long is stopped in its middle while the unit is alone") {
  const TestStore test{impatient()};
  const auto acme = test.enter(test.acme);
  for (const auto* sql : {&endless_read, &endless_write}) {
    const auto outcome = test.store.write(acme, [&](WriteTransaction& tx) -> Result<void> {
      BOOST_OUTCOME_TRY(insert_note(tx, "lost"));
      return run(tx, *sql);
    });
    CHECK(code_of(outcome) == errc::hold_budget_exceeded);
    CHECK(ids_of(test, acme).empty());
  }
  must(Repository<Note>{test.store, acme}.insert({.title = "usable"}));
}

TEST_CASE("in company a read that runs for too long is stopped, but no statement that writes") {
  const auto log = std::make_shared<ReportLog>();
  const TestStore test{impatient(log)};
  log->forget_batches();
  const int position = waiting - 1;
  SUBCASE("a read") {
    const auto told = play_batch(test, position, [](WriteTransaction& tx) -> Result<void> {
      BOOST_OUTCOME_TRY(insert_note(tx, "lost"));
      return run(tx, endless_read);
    });
    CHECK(told.at(position).error == errc::hold_budget_exceeded);
  }
  SUBCASE("a write") {
    const auto told = play_batch(test, position, [](WriteTransaction& tx) -> Result<void> {
      BOOST_OUTCOME_TRY(run(tx, long_write));
      return insert_note(tx, "too late");
    });
    CHECK(told.at(position).error == errc::hold_budget_exceeded);
  }
  SUBCASE("a write, as the last statement") {
    const auto told =
        play_batch(test, position, [](WriteTransaction& tx) { return run(tx, long_write); });
    CHECK(told.at(position).is_success);
    CHECK(must(ReadRepository<Task>{test.store, test.enter(test.acme)}.count()) == 1);
  }
  const auto batches = log->await_transactions(waiting + 1);
  CHECK(batches.size() == 1);
  CHECK(sum(batches, &BatchReport::replayed) == 0);
  CHECK(ids_of(test, test.enter(test.acme)) == all_but(position));
}

TEST_CASE("a change of the schema may take longer than a write") {
  auto schema = tenancy_test::test_schema();
  schema.push_back({3, "much work",
                    "CREATE TABLE numbers (i INTEGER NOT NULL) STRICT;"
                    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                    "WHERE i < 2000000) INSERT INTO numbers SELECT max(i) FROM n;"
                    "INSERT INTO numbers VALUES (1)"});
  tenancy::StoreOptions options;
  options.writes.max_unit_hold = 50ms;
  const tenancy_test::TemporaryFolder folder;
  CHECK(
      tenancy::open(
          "sqlite:" + (folder / "store.db").string(),
          {.migrations = schema, .schema_policy = {.shared_tables = {"numbers"}}, .store = options})
          .has_value());
}
