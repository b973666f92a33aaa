#include "tenancy/registry/maintenance.hpp"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <SQLiteCpp/Statement.h>
#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"
#include "tenancy/migrate/verify_schema.hpp"

#include "support/entities.hpp"
#include "support/fault_vfs.hpp"
#include "support/held_writer.hpp"
#include "support/report_log.hpp"
#include "support/split_process.hpp"
#include "support/stopper.hpp"
#include "support/test_store.hpp"

using tenancy::AnalysisProgress;
using tenancy::CallOptions;
using tenancy::CrossingPurpose;
using tenancy::CrossingReason;
using tenancy::CrossTenantContext;
using tenancy::errc;
using tenancy::Maintenance;
using tenancy::Repository;
using tenancy::Result;
using tenancy_test::code_of;
using tenancy_test::FaultKind;
using tenancy_test::FaultVfs;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::ReportLog;
using tenancy_test::tester;
using tenancy_test::TestStore;
using tenancy_test::VfsCall;

namespace {

/// A store with notes of two tenants, and the permission to look after it.
struct Kept {
  explicit Kept(tenancy::StoreOptions options = {}) : test{std::move(options)} {
    for (const auto& tenant : {test.acme, test.globex}) {
      const Repository<Note> notes{test.store, test.enter(tenant)};
      std::vector<Note> rows;
      for (int i = 0; i < 200; ++i) {
        rows.push_back({.title = std::to_string(i), .link = std::string(1000, 'x')});
      }
      must(notes.insert_many(rows));
    }
  }

  [[nodiscard]] std::uintmax_t size() const { return std::filesystem::file_size(test.file()); }
  [[nodiscard]] std::uintmax_t log_size() const {
    return std::filesystem::file_size(test.file().string() + "-wal");
  }

  TestStore test;
  CrossTenantContext crossing = must(test.authority.cross_tenants(
      tester(), must(CrossingReason::create(CrossingPurpose::maintenance, "weekly upkeep"))));
  Maintenance maintenance = test.authority.maintenance(crossing);
};

/// A sink of the host's, which is told of each work just before it begins, when its record is in
/// the log already. Does once what a test wants then.
class Acting final : public tenancy::CrossingAuditSink {
 public:
  Result<void> record(const tenancy::CrossingRecord& record, const CallOptions&) override {
    if (record.use == tenancy::CrossingUse::maintenance && action) {
      std::exchange(action, nullptr)();
    }
    return tenancy::success();
  }
  std::function<void()> action;
};

/// A store with that sink.
struct Watched {
  static tenancy::RegistryOptions options(std::shared_ptr<tenancy::CrossingAuditSink> sink) {
    tenancy::RegistryOptions options;
    options.crossing_sink = std::move(sink);
    return options;
  }

  std::shared_ptr<Acting> sink = std::make_shared<Acting>();
  TestStore test{
      {.max_wait = std::chrono::milliseconds{200}}, tenancy_test::test_schema(), {}, options(sink)};
  CrossTenantContext crossing = must(test.authority.cross_tenants(
      tester(), must(CrossingReason::create(CrossingPurpose::maintenance, "weekly upkeep"))));
  Maintenance maintenance = test.authority.maintenance(crossing);
};

template <class T>
Result<void> as_done(const Result<T>& result) {
  return result ? Result<void>{tenancy::success()} : Result<void>{result.error()};
}

}  // namespace

TEST_CASE("an analysis looks at every table and tells how far it is") {
  const Kept kept;
  kept.test.run_raw("CREATE TABLE \"quoted\"\"name\" (id INTEGER PRIMARY KEY)");
  std::vector<std::string> tables;
  must(kept.maintenance.analyze({.progress = [&](const AnalysisProgress& progress) {
    tables.emplace_back(progress.table);
    CHECK(progress.done == tables.size());
    // Between two tables the store is free.
    must(Repository<Note>{kept.test.store, kept.test.enter(kept.test.acme)}.insert(
        {.title = "analysed " + tables.back()}));
  }}));
  CHECK(std::ranges::count(tables, "notes") == 1);
  CHECK(std::ranges::count(tables, "tenancy_tenants") == 1);
  CHECK(std::ranges::count(tables, "quoted\"name") == 1);
  auto raw = kept.test.raw();
  SQLite::Statement figures{raw, "SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'notes'"};
  REQUIRE(figures.executeStep());
  CHECK(figures.getColumn(0).getInt() == 2);
}

TEST_CASE("a store that was analysed is as safe, is opened, migrated, backed up and kept again") {
  const Kept kept;
  must(kept.maintenance.analyze());
  must(kept.maintenance.analyze());
  CHECK(must(tenancy::verify_schema(kept.test.url(), {})).is_safe());
  const auto again = kept.test.open_again();
  const auto context = must(again.enter(kept.test.acme.id, tester()));
  CHECK(must(tenancy::ReadRepository<Note>{again.store(), context}.count()) == 200);
  must(kept.maintenance.check());
  const auto target = kept.test.file().parent_path() / "copy.db";
  must(kept.test.authority.backup(target));
  must(tenancy::verify_backup(target));
}

TEST_CASE("an analysis that is stopped ends, and what its callback throws reaches the caller") {
  const Kept kept;
  const tenancy_test::Stopper stopper;
  int tables = 0;
  CHECK(code_of(kept.maintenance.analyze(
            {.call = stopper.options(), .progress = [&](const AnalysisProgress&) {
               ++tables;
               stopper.request_stop();
             }})) == errc::cancelled);
  CHECK(tables == 1);
  CHECK_THROWS_AS(
      static_cast<void>(kept.maintenance.analyze(
          {.progress = [](const AnalysisProgress&) { throw std::runtime_error{"a bug"}; }})),
      std::runtime_error);
  must(kept.maintenance.analyze());
}

TEST_CASE("a sound store is found sound, a damaged one is not, and no value is told") {
  const Kept kept;
  must(kept.maintenance.check());
  kept.test.run_raw(
      "PRAGMA foreign_keys = OFF; "
      "INSERT INTO tasks VALUES (17, 1, 'secret note', 0, 0.5)");
  const auto checked = kept.maintenance.check();
  REQUIRE_FALSE(checked.has_value());
  CHECK(checked.error() == errc::corrupt_store);
  CHECK(checked.error().message().find("tasks") != std::string::npos);
  CHECK(checked.error().message().find("secret") == std::string::npos);
}

TEST_CASE("a page that was overwritten is found") {
  const Kept kept;
  must(kept.maintenance.checkpoint());
  {
    std::fstream file{kept.test.file(), std::ios::in | std::ios::out | std::ios::binary};
    // The last page is one of notes.
    file.seekp(-4096, std::ios::end);
    file.write(std::string(4096, '\x5A').data(), 4096);
  }
  CHECK(code_of(kept.maintenance.check()) == errc::corrupt_store);
}

TEST_CASE("a checkpoint empties the log, and says when a reader keeps it from that") {
  // For so long it waits for the reader.
  const Kept kept{{.max_wait = std::chrono::milliseconds{500}}};
  const auto size_before = kept.log_size();
  REQUIRE(size_before > 0);
  const auto report = must(kept.maintenance.checkpoint());
  CHECK(report.complete);
  CHECK(report.wal_bytes > 0);
  CHECK(report.wal_bytes <= size_before + 16'384);
  CHECK(report.moved_bytes == report.wal_bytes);
  CHECK(kept.log_size() == 0);

  must(Repository<Note>{kept.test.store, kept.test.enter(kept.test.acme)}.insert({.title = "new"}));
  const auto context = kept.test.enter(kept.test.acme);
  must(kept.test.store.read(context, [&](tenancy::ReadTransaction& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(tenancy::ReadRepository<Note>{tx}.count());
    // The record of the next one is behind what this snapshot sees.
    CHECK_FALSE(must(kept.maintenance.checkpoint()).complete);
    return tenancy::success();
  }));
  CHECK(must(kept.maintenance.checkpoint()).complete);
}

TEST_CASE("a log that is moved whole but still read is not complete") {
  Watched watched;
  auto reader = watched.test.raw();
  watched.sink->action = [&] { reader.exec("BEGIN; SELECT count(*) FROM notes"); };
  const auto report = must(watched.maintenance.checkpoint());
  CHECK_FALSE(report.complete);
  CHECK(report.wal_bytes > 0);
  CHECK(report.moved_bytes == report.wal_bytes);
  watched.sink->action = [&] { reader.exec("COMMIT"); };
  CHECK(must(watched.maintenance.checkpoint()).complete);
}

TEST_CASE("a checkpoint that fails says so") {
  FaultVfs vfs;
  const Kept kept;
  vfs.arm({{.kind = FaultKind::io_error, .nth = 1, .only = VfsCall::truncate}});
  CHECK(code_of(kept.maintenance.checkpoint()) == errc::io_error);
  vfs.disarm();
  CHECK(must(kept.maintenance.checkpoint()).complete);
}

TEST_CASE("a replicator's log is left alone") {
  const Kept kept{{.wal = {.checkpoints = tenancy::Checkpoints::external}}};
  const auto before = kept.log_size();
  CHECK(code_of(kept.maintenance.checkpoint()) == errc::invalid_argument);
  CHECK(kept.log_size() >= before);
}

TEST_CASE("a store that is written anew is smaller and has the same rows") {
  const Kept kept;
  must(kept.maintenance.checkpoint());
  const auto full = kept.size();
  const Repository<Note> notes{kept.test.store, kept.test.enter(kept.test.acme)};
  must(notes.erase_where(tenancy::field<&Note::title> != "7"));
  const auto left = must(notes.list());
  const auto report = must(kept.maintenance.vacuum());
  CHECK(report.bytes_after < report.bytes_before);
  must(kept.maintenance.checkpoint());
  CHECK(kept.size() == report.bytes_after);
  CHECK(kept.size() < full);
  CHECK(must(notes.list()).items == left.items);
  const Repository<Note> others{kept.test.store, kept.test.enter(kept.test.globex)};
  CHECK(must(others.count()) == 200);
  must(kept.maintenance.check());
  must(notes.insert({.title = "afterwards"}));
}

TEST_CASE("maintenance waits for its turn, and gives up with the call") {
  const Kept kept;
  tenancy_test::HeldWriter held{kept.test.store, kept.test.enter(kept.test.acme)};
  // Its record waits for the writer.
  CHECK(code_of(kept.maintenance.vacuum(CallOptions::within(std::chrono::milliseconds{20}))) ==
        errc::deadline_exceeded);
  must(held.finish());
  must(kept.maintenance.vacuum());
}

TEST_CASE("a stop during the work leaves the store as it was") {
  Watched watched;
  const auto& test = watched.test;
  const auto& maintenance = watched.maintenance;
  using Work = std::function<Result<void>(const CallOptions&)>;
  const std::vector<Work> works{
      [&](const CallOptions& call) { return as_done(maintenance.vacuum(call)); },
      [&](const CallOptions& call) { return maintenance.check(call); },
      [&](const CallOptions& call) { return as_done(maintenance.checkpoint(call)); },
      [&](const CallOptions& call) { return maintenance.analyze({.call = call}); }};
  for (const Work& work : works) {
    const tenancy_test::Stopper stopper;
    watched.sink->action = [&] { stopper.request_stop(); };
    const auto size = std::filesystem::file_size(test.file());
    CHECK(code_of(work(stopper.options())) == errc::cancelled);
    CHECK(std::filesystem::file_size(test.file()) == size);
    CHECK(std::filesystem::file_size(test.file().string() + "-wal") > 0);
    CHECK_FALSE(test.raw().tableExists("sqlite_stat1"));
  }
  for (const Work& work : works) {
    must(work({}));
  }
}

TEST_CASE("a child that is forked off with the record of a work does not do it") {
  Watched watched;
  const std::vector<std::function<Result<void>()>> works{
      [&] { return as_done(watched.maintenance.vacuum()); },
      [&] { return watched.maintenance.check(); },
      [&] { return as_done(watched.maintenance.checkpoint()); },
      [&] { return watched.maintenance.analyze(); }};
  for (const auto& work : works) {
    tenancy_test::SplitProcess process;
    watched.sink->action = [&] { process.split(); };
    const auto outcome = work();
    if (process.is_child()) {
      process.say(outcome ? "done" : std::string{tenancy::to_string(outcome.error().code())});
    }
    must(outcome);
    CHECK(process.let_go() == "forked_process");
  }
}

TEST_CASE("a log is not moved, nor its store written anew, in another one's turn") {
  Watched watched;
  const auto again = watched.test.open_again();
  const auto acme = must(again.enter(watched.test.acme.id, tester()));
  std::optional<tenancy_test::HeldWriter> held;
  const auto fails_beside = [&](const auto& work) {
    watched.sink->action = [&] { held.emplace(again.store(), acme); };
    const auto size = std::filesystem::file_size(watched.test.file());
    CHECK(code_of(work(CallOptions::within(std::chrono::milliseconds{100}))) ==
          errc::deadline_exceeded);
    CHECK(std::filesystem::file_size(watched.test.file()) == size);
    must(held->finish());
    held.reset();
  };
  fails_beside([&](const CallOptions& call) { return watched.maintenance.checkpoint(call); });
  fails_beside([&](const CallOptions& call) { return watched.maintenance.vacuum(call); });
}

TEST_CASE("a checkpoint in vain until its deadline is told as late") {
  const Kept kept;
  auto reader = kept.test.raw();
  reader.exec("BEGIN");
  static_cast<void>(reader.execAndGet("SELECT count(*) FROM notes"));
  must(Repository<Note>{kept.test.store, kept.test.enter(kept.test.acme)}.insert({.title = "new"}));
  CHECK(code_of(kept.maintenance.checkpoint(CallOptions::within(std::chrono::milliseconds{300}))) ==
        errc::deadline_exceeded);
}

TEST_CASE("the observer is told of a checkpoint that somebody asked for") {
  const auto log = std::make_shared<ReportLog>();
  const Kept kept{{.observer = log}};
  const auto before = static_cast<std::ptrdiff_t>(log->checkpoints().size());
  const auto report = must(kept.maintenance.checkpoint());
  const auto told = log->checkpoints();
  CHECK(std::any_of(told.begin() + before, told.end(), [&](const auto& checkpoint) {
    return checkpoint.moved_bytes == report.moved_bytes && checkpoint.complete == report.complete;
  }));
}
