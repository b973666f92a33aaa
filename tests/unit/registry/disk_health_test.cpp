// What health tells of the disk and of the write-ahead log.

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <latch>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"
#include "tenancy/registry/health.hpp"

#include "support/child_process.hpp"
#include "support/entities.hpp"
#include "support/mounts.hpp"
#include "support/test_store.hpp"
#include "unit/registry/health_findings.hpp"

using namespace std::chrono_literals;
using tenancy::HealthOptions;
using tenancy::HealthState;
using tenancy::Repository;
using tenancy::WriteProbe;
using tenancy_test::any_disk;
using tenancy_test::check_of;
using tenancy_test::figure_of;
using tenancy_test::Findings;
using tenancy_test::findings_of;
using tenancy_test::lines_of;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::says;
using tenancy_test::TestStore;

TEST_CASE("a disk that is full, or nearly, is a finding, and so is a log without room") {
  const tenancy_test::TemporaryFolder folder;
  const auto seen = tenancy_test::text_from_child([&] {
    tenancy_test::enter_private_mounts();
    tenancy_test::mount_tmpfs(folder.path());
    tenancy::OpenOptions options;
    options.store.wal = {.checkpoint_bytes = 1U << 20U, .max_bytes = 2U << 20U};
    const auto authority =
        must(tenancy::open("sqlite:" + (folder / "store.db").string(), std::move(options)));
    const HealthOptions limits{.low_disk_bytes = 2U << 20U, .full_disk_bytes = 1U << 20U};
    const auto look = [&] {
      const auto report = authority.health(limits);
      const auto& disk = report.find("disk")->message;
      const bool is_low = disk.find("are free for") != std::string::npos;
      return lines_of(report) + (is_low ? "low\n" : "") + "-\n";
    };
    const auto leave = [&](std::uintmax_t bytes) {
      std::filesystem::remove(folder / "ballast");
      const auto free = std::filesystem::space(folder.path()).available;
      std::ofstream{folder / "ballast"} << std::string(free - bytes, 'x');
    };
    std::string lines = look();
    leave(1'200'000);
    lines += look();
    leave(100'000);
    lines += look();
    leave(0);
    // The log was written to its present end once, and begins anew: to grow it there is no room.
    std::string last;
    for (int i = 0; i < 100 && last.find("store") == std::string::npos; ++i) {
      const auto report = authority.health(limits);
      last = lines_of(report);
      if (last.find("store") != std::string::npos) {
        last += std::string{report.find("store")->message.find("storage_full") != std::string::npos
                                ? "full"
                                : report.find("store")->message};
      }
    }
    std::filesystem::remove(folder / "ballast");
    return lines + last + "\n-\n" + lines_of(authority.health(limits));
  });
  CHECK(seen ==
        "-\ndisk warning\nlow\n-\ndisk failed\nlow\n-\ndisk failed\nstore failed\nfull\n-\n");
}

TEST_CASE("a log that may grow beyond what the disk has is a finding") {
  tenancy::StoreOptions options;
  options.wal.max_bytes = std::size_t{1} << 62U;
  const TestStore test{options};
  const auto report = test.authority.health(any_disk());
  CHECK(findings_of(report) == Findings{"disk warning"});
  CHECK(says(check_of(report, "disk"), "may still grow"));
  // What a replicator moves has no such bound.
  options.wal.checkpoints = tenancy::Checkpoints::external;
  CHECK(findings_of(TestStore{options}.authority.health(any_disk())) == Findings{});
}

TEST_CASE("a log that is being moved is no finding, however long it is") {
  /// Holds whoever moves the log when it has, once.
  class Holder final : public tenancy::StoreObserver {
   public:
    void on_checkpoint(const tenancy::CheckpointReport& /*report*/) noexcept override {
      if (!has_held_.exchange(true)) {
        moved.count_down();
        looked.wait();
      }
    }
    std::latch moved{1};
    std::latch looked{1};

   private:
    std::atomic<bool> has_held_{false};
  };
  const auto holder = std::make_shared<Holder>();
  tenancy::StoreOptions options{.observer = holder};
  options.wal = {.checkpoint_bytes = 1U << 20U, .max_bytes = 64U << 20U};
  const TestStore test{options};
  must(Repository<Note>{test.store, test.enter(test.acme)}.insert(
      {.title = "long", .link = std::string(3U << 20U, 'x')}));
  holder->moved.wait();
  const auto report = test.authority.health(any_disk({.write_probe = WriteProbe::none}));
  holder->looked.count_down();
  const auto& log = check_of(report, "wal");
  CHECK(figure_of(log, "log_bytes") >= 3 << 20);
  CHECK(figure_of(log, "tries_in_vain") == 0);
  CHECK_MESSAGE(log.state == HealthState::ok, log.message);
}

TEST_CASE("a log that a reader keeps from starting over is a finding before it is at its ceiling") {
  tenancy::StoreOptions options{.max_wait = 100ms};
  options.wal = {.checkpoint_bytes = 128U << 10U, .max_bytes = 1U << 20U};
  const TestStore test{options};
  const auto acme = test.enter(test.acme);
  const Repository<Note> notes{test.store, acme};
  // Once there is a reader, the first try to move the log may be in vain at once.
  std::set<HealthState> states{check_of(test.authority.health(any_disk()), "wal").state};
  auto reader = test.raw();
  // Making the store filled the log beyond the size at which it is moved.
  while (reader.execAndGet("PRAGMA wal_checkpoint(TRUNCATE)").getInt() != 0) {
    std::this_thread::yield();
  }
  reader.exec("BEGIN");
  static_cast<void>(reader.execAndGet("SELECT count(*) FROM notes"));
  std::string warnings;
  bool is_seen_short = false;
  for (int i = 0; i < 2000 && !states.contains(HealthState::failed); ++i) {
    static_cast<void>(
        notes.insert({.title = std::to_string(i), .link = std::string(16U << 10U, 'x')}));
    // A look that writes would make the log longer.
    const auto look = [&test] {
      return test.authority.health(any_disk({.max_time = 2s, .write_probe = WriteProbe::none}));
    };
    auto report = look();
    // Moving it is tried by another thread, which may not have come to it.
    while (figure_of(check_of(report, "wal"), "log_bytes") >= 128 << 10 &&
           figure_of(check_of(report, "wal"), "tries_in_vain") == 0) {
      report = look();
    }
    const auto& log = check_of(report, "wal");
    states.insert(log.state);
    if (figure_of(log, "log_bytes") < 256 << 10) {
      // However often it was tried in vain: it is not long yet.
      is_seen_short |= figure_of(log, "tries_in_vain") > 0;
      CHECK_MESSAGE(log.state == HealthState::ok, log.message);
    }
    if (log.state == HealthState::warning) {
      warnings += log.message;
      CHECK(figure_of(log, "log_bytes") < 1 << 20);
    }
  }
  CHECK(states == std::set{HealthState::ok, HealthState::warning, HealthState::failed});
  CHECK(is_seen_short);
  CHECK(warnings.find("keeps an old snapshot") != std::string::npos);
  CHECK(warnings.find("the write-ahead log grows") != std::string::npos);
  CHECK(warnings.find("at more than half of its ceiling") != std::string::npos);

  reader.exec("ROLLBACK");
  while (check_of(test.authority.health(any_disk()), "wal").state != HealthState::ok) {
    std::this_thread::yield();
  }
}

TEST_CASE("a log that is left to a replicator is told when it gets long") {
  tenancy::StoreOptions options;
  options.wal = {.checkpoints = tenancy::Checkpoints::external,
                 .checkpoint_bytes = 4U << 10U,
                 .max_bytes = 256U << 10U};
  const TestStore test{options};
  CHECK(test.authority.health(any_disk()).state() == HealthState::ok);
  for (int i = 0; i < 20; ++i) {
    must(Repository<Note>{test.store, test.enter(test.acme)}.insert(
        {.title = std::to_string(i), .link = std::string(16U << 10U, 'x')}));
  }
  const auto report = test.authority.health(any_disk());
  CHECK(findings_of(report) == Findings{"wal warning"});
  CHECK(says(check_of(report, "wal"), "replicator"));
}
