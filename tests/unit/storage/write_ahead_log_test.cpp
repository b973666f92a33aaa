#include <algorithm>
#include <chrono>
#include <filesystem>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"

#include "storage/backend.hpp"
#include "storage/sqlite/checkpointer.hpp"
#include "support/entities.hpp"
#include "support/other_process.hpp"
#include "support/report_log.hpp"
#include "support/test_store.hpp"

using tenancy::CallOptions;
using tenancy::errc;
using tenancy::ReadRepository;
using tenancy::ReadTransaction;
using tenancy::Repository;
using tenancy::Result;
using tenancy::success;
using tenancy::detail::CallLimits;
using tenancy::detail::sqlite::Checkpointer;
using tenancy::detail::sqlite::Connection;
using tenancy::detail::sqlite::ConnectionMode;
using tenancy::detail::sqlite::WriterLock;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::OtherProcess;
using tenancy_test::ReportLog;
using tenancy_test::TestStore;

namespace {

using namespace std::chrono_literals;

constexpr std::size_t checkpoint_bytes = std::size_t{128} << 10U;
constexpr std::size_t max_bytes = std::size_t{512} << 10U;
/// What one write of these tests adds to the log, and more.
constexpr std::size_t one_write = std::size_t{64} << 10U;

tenancy::StoreOptions small_log(std::shared_ptr<ReportLog> log = nullptr) {
  tenancy::StoreOptions options{.max_wait = 10min, .observer = std::move(log)};
  options.wal.checkpoint_bytes = checkpoint_bytes;
  options.wal.max_bytes = max_bytes;
  return options;
}

std::size_t log_size(const std::filesystem::path& database) {
  return std::filesystem::file_size(database.string() + "-wal");
}

Result<void> write_much(const TestStore& test, const CallOptions& options, int number) {
  const Repository<Note> notes{test.store, test.enter(test.acme), options};
  const std::string link(one_write / 4, 'x');
  BOOST_OUTCOME_TRY(notes.insert({.title = std::to_string(number), .link = link}));
  return success();
}

/// Past the library: a reader that keeps the snapshot that is the newest now.
class OldReader {
 public:
  explicit OldReader(const TestStore& test) : connection_{test.raw()} {
    connection_.exec("BEGIN");
    static_cast<void>(connection_.execAndGet("SELECT count(*) FROM notes"));
  }
  void end() { connection_.exec("ROLLBACK"); }

 private:
  SQLite::Database connection_;
};

/// One on the file of a store that is open, so that it is not alone there. What it works on can be
/// opened or not.
struct SecondCheckpointer {
  SecondCheckpointer(const TestStore& test, const tenancy::StoreOptions& options, bool opens = true)
      : lock{must(WriterLock::open(test.file()))},
        checkpointer{[file = test.file().string(), opens](const CallLimits& limits) {
                       return opens ? Connection::open(file, ConnectionMode::read_write, {}, limits)
                                    : tenancy::Error{errc::cannot_open, "so the test wants it"};
                     },
                     lock, test.file(), options} {}

  const WriterLock lock;
  Checkpointer checkpointer;
};

/// Up to the ceiling, while a reader keeps it from starting over. Gives the next number.
int fill_log(const TestStore& test) {
  int number = 1;
  while (log_size(test.file()) < max_bytes) {
    must(write_much(test, {}, number++));
  }
  return number;
}

}  // namespace

TEST_CASE("the log stays short while much is written") {
  const auto log = std::make_shared<ReportLog>();
  const TestStore test{small_log(log)};
  for (int i = 0; i < 400; ++i) {
    must(write_much(test, {}, i));
    CHECK(log_size(test.file()) < max_bytes + one_write);
  }
  log->await_complete_checkpoint();
  for (const auto& checkpoint : log->checkpoints()) {
    CHECK(checkpoint.moved_bytes <= checkpoint.wal_bytes);
    CHECK(checkpoint.complete == (checkpoint.moved_bytes == checkpoint.wal_bytes));
  }
  for (const auto& batch : log->batches()) {
    CHECK(batch.wal_bytes < max_bytes + one_write);
  }
}

TEST_CASE("the log stays short although some reader is always there") {
  const TestStore test{small_log()};
  auto reader = std::make_unique<OldReader>(test);
  for (int i = 0; i < 200; ++i) {
    // Each reader begins before the one before it ends, so that never none is there.
    const auto written = write_much(test, CallOptions::within(50ms), i);
    CHECK((written || written.error() == errc::deadline_exceeded));
    auto next = std::make_unique<OldReader>(test);
    reader = std::move(next);
    REQUIRE(log_size(test.file()) < max_bytes + one_write);
  }
}

TEST_CASE("writes wait while the log is at its ceiling, and go on once readers let it shrink") {
  const auto log = std::make_shared<ReportLog>();
  auto options = small_log(log);
  options.max_wait = 300ms;
  const TestStore test{options};
  must(write_much(test, {}, 0));
  OldReader reader{test};
  int number = 1;
  Result<void> written = success();
  while (written && number < 1000) {
    written = write_much(test, {}, number++);
  }
  CHECK(code_of(written) == errc::overloaded);
  CHECK(log_size(test.file()) >= max_bytes);
  CHECK(log_size(test.file()) < max_bytes + one_write);
  CHECK(code_of(write_much(test, CallOptions::within(10ms), number)) == errc::deadline_exceeded);
  reader.end();
  do {
    written = write_much(test, {}, number);
  } while (!written && written.error() == errc::overloaded);
  must(written);
  CHECK(must(ReadRepository<Note>{test.store, test.enter(test.acme)}.count()) == number);
  // A log that has been moved whole is not moved again before there is more in it.
  const auto checkpoints = log->checkpoints();
  const auto complete = std::ranges::count_if(checkpoints, &tenancy::CheckpointReport::complete);
  CHECK(static_cast<std::size_t>(complete) <= log->batches().size());
}

TEST_CASE("a log at its ceiling does not grow though it has been moved, while a reader uses it") {
  const auto log = std::make_shared<ReportLog>();
  const TestStore test{small_log(log)};
  must(write_much(test, {}, 0));
  OldReader reader{test};
  const int number = fill_log(test);
  // All of the log may be moved for this one, which uses it nevertheless.
  OldReader next{test};
  reader.end();
  log->forget_batches();
  // For so long that it is also tried to make the reader let go.
  CHECK(code_of(write_much(test, CallOptions::within(3s), number)) == errc::deadline_exceeded);
  CHECK(log_size(test.file()) < max_bytes + one_write);
  // What never began is no batch.
  CHECK(log->batches().empty());
  next.end();
  must(write_much(test, {}, number));
}

TEST_CASE("tries in vain are forgotten when another connection moves the log") {
  const TestStore test{small_log()};
  const auto tries = [backend = tenancy::detail::StoreAccess::backend(test.store)] {
    return must(backend->status({})).log_tries_in_vain;
  };
  must(write_much(test, {}, 0));
  OldReader reader{test};
  for (int number = 1; tries() == 0 && log_size(test.file()) < max_bytes - one_write; ++number) {
    must(write_much(test, {}, number));
  }
  while (tries() == 0) {
    std::this_thread::yield();
  }
  reader.end();
  // A last try may still be on its way.
  for (int number = 0; tries() != 0 && number < 1000; ++number) {
    test.run_raw("PRAGMA wal_checkpoint(TRUNCATE)");
    must(Repository<Note>{test.store, test.enter(test.acme)}.insert(
        {.title = "short " + std::to_string(number)}));
  }
  CHECK(tries() == 0);
}

TEST_CASE("a log is moved beside another one's write only by a store that is alone on it") {
  const auto log = std::make_shared<ReportLog>();
  const TestStore test{small_log(log)};
  std::optional<OtherProcess> other;
  SUBCASE("alone") {}
  SUBCASE("beside another store") { other.emplace(test, test.acme); }
  must(write_much(test, {}, 0));
  OldReader reader{test};
  const int number = fill_log(test);
  auto writer = test.raw();
  writer.exec("BEGIN IMMEDIATE");
  log->forget_checkpoints();
  reader.end();
  auto held_up = std::async(std::launch::async, [&] { return write_much(test, {}, number); });
  if (other) {
    // Some of these press, and those between them do not.
    log->await_checkpoints(10);
    CHECK(std::ranges::none_of(log->checkpoints(), &tenancy::CheckpointReport::complete));
    CHECK(log->checkpoints().back().wal_bytes >= max_bytes);
  } else {
    log->await_complete_checkpoint();
  }
  writer.exec("ROLLBACK");
  must(held_up.get());
}

TEST_CASE("a log is moved also when the file of the writers' turns is not to be had") {
  const TestStore test{small_log()};
  const std::filesystem::path turns{test.file().string() + "-writer"};
  std::filesystem::remove(turns);
  std::filesystem::create_directory(turns);
  must(write_much(test, {}, 0));
  OldReader reader{test};
  const int number = fill_log(test);
  reader.end();
  must(write_much(test, {}, number));
  CHECK(must(ReadRepository<Note>{test.store, test.enter(test.acme)}.count()) == number + 1);
}

// SQLite's modes that take its write lock move the log all the same where a writer has it.
TEST_CASE("a log is not moved beside a writer whose turn does not end") {
  const TestStore test;
  must(write_much(test, {}, 0));
  const auto log = std::make_shared<ReportLog>();
  auto options = small_log(log);
  options.wal.checkpoint_bytes = 1;
  const CallOptions call;
  const CallLimits limits{call, options.max_wait};
  auto writer = must(WriterLock::open(test.file()));
  must(writer.acquire(limits));
  SecondCheckpointer second{test, options};
  second.checkpointer.log_grew_to(one_write);
  while (second.checkpointer.progress().tries_in_vain == 0 && log->checkpoints().empty()) {
    std::this_thread::yield();
  }
  CHECK(log->checkpoints().empty());
  writer.release();
  second.checkpointer.log_grew_to(2 * one_write);
  log->await_complete_checkpoint();
}

TEST_CASE("a log that readers keep is tried again when it has grown, and each try is counted") {
  const TestStore test{small_log()};
  must(write_much(test, {}, 0));
  OldReader reader{test};
  must(write_much(test, {}, 1));
  SecondCheckpointer second{test, small_log()};
  for (std::size_t tries = 1; tries < 4; ++tries) {
    second.checkpointer.log_grew_to(checkpoint_bytes + (tries - 1) * checkpoint_bytes / 4);
    while (second.checkpointer.progress().tries_in_vain != tries) {
      std::this_thread::yield();
    }
  }
  // It started over.
  second.checkpointer.log_grew_to(one_write);
  CHECK(second.checkpointer.progress().tries_in_vain == 0);
  reader.end();
}

TEST_CASE("a log that was moved whole is empty, and was not tried in vain") {
  const TestStore test{small_log()};
  must(write_much(test, {}, 0));
  auto options = small_log();
  options.wal.checkpoint_bytes = 1;
  SecondCheckpointer second{test, options};
  second.checkpointer.log_grew_to(1);
  while (second.checkpointer.progress().log_bytes != 0) {
    std::this_thread::yield();
  }
  CHECK(second.checkpointer.progress().tries_in_vain == 0);
}

TEST_CASE("who waits for room in a log that cannot be moved at all waits no longer than it may") {
  const TestStore test{small_log()};
  SecondCheckpointer second{test, small_log(), false};
  second.checkpointer.log_grew_to(max_bytes);
  const auto call = CallOptions::within(100ms);
  const CallLimits limits{call, 10min};
  CHECK(code_of(second.checkpointer.await_room(limits)) == errc::deadline_exceeded);
  CHECK(second.checkpointer.progress().tries_in_vain > 0);
  CHECK(second.checkpointer.progress().held_up == 0);
}

TEST_CASE("a reader that keeps its snapshot for too long is told so at its next statement") {
  tenancy::StoreOptions options;
  options.max_snapshot_age = 1s;
  const TestStore test{options};
  const auto acme = test.enter(test.acme);
  CHECK(code_of(test.store.read(acme, [](ReadTransaction& tx) -> Result<void> {
          while (true) {
            BOOST_OUTCOME_TRY(ReadRepository<Note>{tx}.count());
          }
        })) == errc::snapshot_too_old);
  static constexpr tenancy::detail::StaticSql endless{
      "WITH RECURSIVE n(i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"};
  CHECK(code_of(test.store.read(acme, [](ReadTransaction& tx) -> Result<void> {
          BOOST_OUTCOME_TRY(auto statement,
                            tenancy::detail::SessionAccess::of(tx).prepare(endless));
          BOOST_OUTCOME_TRY(statement->step());
          return success();
        })) == errc::snapshot_too_old);
  CHECK(must(ReadRepository<Note>{test.store, acme}.count()) == 0);
}

TEST_CASE("a log that another moves is left alone, also when the store closes") {
  const auto log = std::make_shared<ReportLog>();
  auto options = small_log(log);
  options.wal.checkpoints = tenancy::Checkpoints::external;
  const tenancy_test::TemporaryFolder folder;
  const auto file = folder / "store.db";
  const auto open = [&] {
    return must(tenancy::open("sqlite:" + file.string(),
                              {.migrations = tenancy_test::test_schema(), .store = options}));
  };
  std::size_t written = 0;
  {
    const auto authority = open();
    const auto tenant = must(authority.registry(tenancy_test::tester()).create({"acme", "Acme"}));
    const auto acme = must(authority.enter(tenant.id, tenancy_test::tester()));
    for (int i = 0; i < 100; ++i) {
      must(Repository<Note>{authority.store(), acme}.insert(
          {.title = std::to_string(i), .link = std::string(one_write / 4, 'x')}));
    }
    written = log_size(file);
    CHECK(written > 2 * max_bytes);
  }
  CHECK(log->checkpoints().empty());
  REQUIRE(std::filesystem::exists(file.string() + "-wal"));
  CHECK(log_size(file) == written);
  const auto again = open();
  const auto tenants = must(again.registry(tenancy_test::tester()).list({}));
  const auto acme = must(again.enter(tenants.items.front().id, tenancy_test::tester()));
  CHECK(must(ReadRepository<Note>{again.store(), acme}.count()) == 100);
}

TEST_CASE("the store moves its log into the database when it closes") {
  const tenancy_test::TemporaryFolder folder;
  const auto file = folder / "store.db";
  {
    const auto authority =
        must(tenancy::open("sqlite:" + file.string(), {.migrations = tenancy_test::test_schema()}));
    must(authority.registry(tenancy_test::tester()).create({"acme", "Acme"}));
    CHECK(log_size(file) > 0);
  }
  CHECK_FALSE(std::filesystem::exists(file.string() + "-wal"));
}
