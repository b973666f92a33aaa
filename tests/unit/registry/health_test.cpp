#include "tenancy/registry/health.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "tenancy/data/repository.hpp"
#include "tenancy/registry/health_json.hpp"

#include "support/child_process.hpp"
#include "support/entities.hpp"
#include "support/fault_vfs.hpp"
#include "support/held_reader.hpp"
#include "support/held_writer.hpp"
#include "support/mounts.hpp"
#include "support/report_log.hpp"
#include "support/stopper.hpp"
#include "support/test_store.hpp"
#include "unit/registry/health_findings.hpp"

using tenancy::CallOptions;
using tenancy::HealthReport;
using tenancy::HealthState;
using tenancy::Repository;
using tenancy::WriteProbe;
using tenancy_test::any_disk;
using tenancy_test::check_of;
using tenancy_test::FaultKind;
using tenancy_test::FaultVfs;
using tenancy_test::figure_of;
using tenancy_test::Findings;
using tenancy_test::findings_of;
using tenancy_test::HeldReader;
using tenancy_test::HeldWriter;
using tenancy_test::lines_of;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::says;
using tenancy_test::size_of;
using tenancy_test::TestStore;
using tenancy_test::VfsCall;

namespace {

using namespace std::chrono_literals;

/// What a monitor is told, and whether the service should be sent requests.
std::pair<nlohmann::json, bool> look_at(const tenancy::Authority& authority) {
  const tenancy::HealthReport report = authority.health({.max_time = std::chrono::seconds{2}});
  return {report, report.state() != tenancy::HealthState::failed};
}

}  // namespace

TEST_CASE("a store that is well has all checks, and all of them are ok") {
  const TestStore test;
  const auto report = test.authority.health(any_disk());
  CHECK(findings_of(report) == Findings{});
  CHECK(report.state() == HealthState::ok);
  std::vector<std::string_view> names;
  for (const auto& check : report.checks) {
    names.push_back(check.name);
    CHECK_MESSAGE(check.message.empty(), check.message);
  }
  CHECK(names == std::vector<std::string_view>{"store", "schema", "keys", "disk", "wal", "clock"});
  CHECK(report.checked_at == test.clock->now());
  const auto& store = check_of(report, "store");
  CHECK(figure_of(store, "file_bytes") == static_cast<std::int64_t>(size_of(test, "")));
  CHECK(figure_of(store, "pages") > 10);
  CHECK(figure_of(store, "readers") == 4);
  CHECK(figure_of(store, "readers_in_use") == 0);
  CHECK(figure_of(store, "isolation_alarms") == 0);
  CHECK(figure_of(store, "writes_waiting") == 0);
  CHECK(figure_of(check_of(report, "schema"), "host_steps_applied") == 2);
  CHECK(figure_of(check_of(report, "keys"), "ring_newest_version") == 1);
  CHECK(figure_of(check_of(report, "disk"), "free_bytes") > 0);
  CHECK(figure_of(check_of(report, "wal"), "log_bytes") > 0);
  CHECK(report.find("nothing") == nullptr);
}

TEST_CASE(
    "rows of other tenants that came back are counted, and are a finding until it is reopened") {
  const auto log = std::make_shared<tenancy_test::ReportLog>();
  const TestStore test{{.observer = log}};
  const auto acme = test.enter(test.acme);
  must(Repository<Note>{test.store, acme}.insert({.id = "a", .title = "of acme"}));
  test.mix_up_notes();
  const auto alarms_of = [](const tenancy::Authority& authority) {
    return figure_of(check_of(authority.health(any_disk()), "store"), "isolation_alarms");
  };
  CHECK(alarms_of(test.authority) == 0);

  const tenancy::ReadRepository<Note> notes{test.store, acme};
  for (std::int64_t hits = 0; hits < 3;) {
    if (!notes.find("a")) {
      ++hits;
      CHECK(alarms_of(test.authority) == hits);
    }
  }
  const auto report = test.authority.health(any_disk());
  CHECK(findings_of(report) == Findings{"store warning"});
  CHECK(says(check_of(report, "store"), "3 times"));
  CHECK(log->alarms() == 3);

  test.sort_out_notes();
  const auto reopened = test.open_again();
  CHECK(alarms_of(reopened) == 0);
}

TEST_CASE("the probe is a write that is committed and grows nothing but the log, by a page") {
  const TestStore test;
  static_cast<void>(test.authority.health(any_disk()));
  auto watcher = test.raw();
  const auto version = [&] { return watcher.execAndGet("PRAGMA data_version").getInt(); };
  const auto pages = [&] { return watcher.execAndGet("PRAGMA page_count").getInt(); };
  const int version_before = version();
  const int pages_before = pages();
  const auto log_before = size_of(test, "-wal");
  constexpr int probes = 20;
  for (int i = 0; i < probes; ++i) {
    CHECK(test.authority.health(any_disk()).state() == HealthState::ok);
  }
  CHECK(version() != version_before);
  CHECK(pages() == pages_before);
  CHECK(size_of(test, "-wal") <= log_before + probes * (4096 + 24));
  CHECK(watcher.execAndGet("SELECT count(*) FROM tenancy_health_probe").getInt() == 1);

  const int version_after = version();
  CHECK(test.authority.health(any_disk({.write_probe = WriteProbe::none})).state() ==
        HealthState::ok);
  CHECK(version() == version_after);
}

TEST_CASE("readers that are all in use are a finding, and the report comes in time") {
  const TestStore test{{.readers = 1}};
  const auto acme = test.enter(test.acme);
  HeldReader reader{test.store, acme};
  const auto report = test.authority.health(any_disk({.max_time = 2s}));
  reader.finish();
  CHECK(findings_of(report) == Findings{"store warning", "schema warning", "keys warning"});
  const auto& store = check_of(report, "store");
  CHECK(says(store, "cannot be read: deadline_exceeded"));
  CHECK(figure_of(store, "readers_in_use") == 1);
  CHECK_FALSE(says(store, "reads wait"));
  // The other half of the time was left for the write.
  CHECK(figure_of(store, "write_microseconds") >= 0);
  CHECK(test.authority.health(any_disk()).state() == HealthState::ok);
}

TEST_CASE("a read that waits for others is a finding") {
  const TestStore test{{.readers = 1, .max_wait = 60s}};
  const auto acme = test.enter(test.acme);
  HeldReader reader{test.store, acme};
  std::thread waiting{[&] { must(tenancy::ReadRepository<Note>{test.store, acme}.count()); }};
  HealthReport report;
  do {
    report = test.authority.health(any_disk({.max_time = 10ms, .write_probe = WriteProbe::none}));
  } while (figure_of(check_of(report, "store"), "reads_waiting") == 0);
  reader.finish();
  waiting.join();
  CHECK(
      says(check_of(report, "store"), "all 1 connections for reading are in use and 1 reads wait"));
}

TEST_CASE("a writer that is held is a finding, and reads are looked at all the same") {
  const TestStore test;
  HeldWriter held{test.store, test.enter(test.acme)};
  const auto report = test.authority.health(any_disk({.max_time = 40ms}));
  CHECK(findings_of(report) == Findings{"store warning"});
  CHECK(says(check_of(report, "store"), "cannot be written: deadline_exceeded"));
  CHECK(test.authority.health(any_disk({.write_probe = WriteProbe::none})).state() ==
        HealthState::ok);
  must(held.finish());
  CHECK(test.authority.health(any_disk()).state() == HealthState::ok);
}

TEST_CASE("a report that is stopped, or that comes too late, is a report") {
  const TestStore test;
  const tenancy_test::Stopper stopper;
  stopper.request_stop();
  const auto stopped = test.authority.health(any_disk({.call = stopper.options()}));
  CHECK(findings_of(stopped) == Findings{"store warning", "schema warning", "keys warning"});
  CHECK(says(check_of(stopped, "store"), "cancelled"));
  const auto late = test.authority.health(any_disk({.call = CallOptions::within(0s)}));
  CHECK(findings_of(late) == Findings{"store warning", "schema warning", "keys warning"});
  CHECK(says(check_of(late, "store"), "deadline_exceeded"));
}

TEST_CASE("a journal or a probe that fails in the midst of its statement is a finding") {
  const TestStore test;
  test.run_raw(
      "CREATE TRIGGER refuses BEFORE INSERT ON tenancy_health_probe BEGIN SELECT RAISE(ABORT, "
      "'no'); END");
  const auto of_probe = test.authority.health(any_disk());
  CHECK(check_of(of_probe, "store").state == HealthState::failed);
  CHECK(says(check_of(of_probe, "store"), "the store cannot be written"));
  test.run_raw("DROP TRIGGER refuses");
  CHECK(test.authority.health(any_disk()).state() == HealthState::ok);

  test.run_raw(
      "ALTER TABLE tenancy_migrations RENAME TO kept; CREATE VIEW tenancy_migrations AS SELECT "
      "component, abs(-9223372036854775807 - version) AS version, applied_at FROM kept");
  const auto of_journal = test.authority.health(any_disk());
  CHECK(check_of(of_journal, "schema").state != HealthState::ok);
  CHECK(says(check_of(of_journal, "schema"), "cannot be read"));
}

TEST_CASE("a clock that was set is a finding") {
  const TestStore test;
  const auto opened = test.clock->now();
  test.clock->set(opened - 9s);
  CHECK(test.authority.health(any_disk()).state() == HealthState::ok);
  test.clock->set(opened - 1h);
  auto report = test.authority.health(any_disk());
  CHECK(findings_of(report) == Findings{"clock warning"});
  CHECK(check_of(report, "clock").message ==
        "the clock is 3600 s behind what was written to the store before: it was set back, or was "
        "ahead then; the clock was set by -3600 s since the store was opened");
  CHECK(figure_of(check_of(report, "clock"), "behind_microseconds") == 3'600'000'000);

  test.clock->set(opened + 1h);
  report = test.authority.health(any_disk());
  CHECK(findings_of(report) == Findings{"clock warning"});
  CHECK(figure_of(check_of(report, "clock"), "behind_microseconds") == 0);
  CHECK(says(check_of(report, "clock"), "since the store was opened"));
  CHECK(test.authority.health(any_disk({.max_clock_step = 2h})).state() == HealthState::ok);

  test.clock->set(must(tenancy::Timestamp::parse("2019-12-31T23:59:59Z")));
  CHECK(findings_of(test.authority.health(any_disk())) == Findings{"clock failed"});
}

TEST_CASE("a clock that is behind another program's is a finding, whatever was written by it") {
  const char* const writes[] = {
      "UPDATE tenancy_tenants SET created_at = created_at + 20000000 WHERE slug = 'acme'",
      "UPDATE tenancy_migrations SET applied_at = applied_at + 20000000 WHERE component = 'app'",
      "UPDATE tenancy_key_checks SET created_at = created_at + 20000000",
      ("INSERT INTO tenancy_crossings (principal, purpose, explanation, created_at) "
       "SELECT 'a', 'support', 'b', max(created_at) + 20000000 FROM tenancy_tenants"),
  };
  for (const char* const write : writes) {
    CAPTURE(write);
    const TestStore test;
    test.run_raw(write);
    CHECK(findings_of(test.authority.health(any_disk())) == Findings{"clock warning"});
  }
}

TEST_CASE("a schema that a newer program migrated is a warning, one that lost steps a failure") {
  const TestStore test;
  {
    auto schema = tenancy_test::test_schema();
    schema.push_back({3, "more",
                      "CREATE TABLE more (tenant_id INTEGER NOT NULL PRIMARY KEY REFERENCES "
                      "tenancy_tenants) STRICT, WITHOUT ROWID"});
    must(tenancy::open(test.url(), {.migrations = schema}));
  }
  const auto newer = test.authority.health(any_disk({.max_clock_step = std::chrono::hours{99999}}));
  CHECK(findings_of(newer) == Findings{"schema warning"});
  CHECK(says(check_of(newer, "schema"), "upgrade"));
  CHECK(figure_of(check_of(newer, "schema"), "host_steps_applied") == 3);
  CHECK(figure_of(check_of(newer, "schema"), "host_steps_known") == 2);

  const TestStore lost;
  lost.run_raw("DELETE FROM tenancy_migrations WHERE component = 'app' AND version = 2");
  CHECK(findings_of(lost.authority.health(any_disk())) == Findings{"schema failed"});
  const TestStore gap;
  gap.run_raw("UPDATE tenancy_migrations SET version = 3 WHERE component = 'app' AND version = 2");
  CHECK(findings_of(gap.authority.health(any_disk())) == Findings{"schema failed"});
  const TestStore own;
  own.run_raw(
      "INSERT INTO tenancy_migrations SELECT component, max(version) + 1, name, checksum, "
      "applied_at FROM tenancy_migrations WHERE component = 'tenancy'");
  CHECK(findings_of(own.authority.health(any_disk())) == Findings{"schema warning"});
}

TEST_CASE("a key ring that was rotated elsewhere is a warning, another store's a failure") {
  const TestStore test;
  must(tenancy::KeyRing::rotate(test.file().string() + ".keys"));
  CHECK(test.authority.health(any_disk()).state() == HealthState::ok);
  static_cast<void>(test.open_again());
  const auto rotated = test.authority.health(any_disk());
  CHECK(findings_of(rotated) == Findings{"keys warning"});
  CHECK(says(check_of(rotated, "keys"), "restart"));
  CHECK(figure_of(check_of(rotated, "keys"), "recorded_newest_version") == 2);

  test.run_raw("DELETE FROM tenancy_key_checks");
  CHECK(findings_of(test.authority.health(any_disk())) == Findings{"keys warning"});
  test.run_raw("INSERT INTO tenancy_key_checks VALUES (1, zeroblob(32), 0)");
  CHECK(findings_of(test.authority.health(any_disk())) == Findings{"keys failed"});
}

TEST_CASE("a store that is deleted or replaced under the program is a failure") {
  for (const char* const suffix : {"", "-wal"}) {
    CAPTURE(suffix);
    const TestStore test;
    std::filesystem::rename(test.file().string() + suffix, test.file().string() + ".away");
    const auto report = test.authority.health(any_disk());
    CHECK(findings_of(report) == Findings{"store failed"});
    CHECK(says(check_of(report, "store"), "deleted or moved away"));
    std::filesystem::rename(test.file().string() + ".away", test.file().string() + suffix);
    CHECK(test.authority.health(any_disk()).state() == HealthState::ok);
  }
  const TestStore test;
  std::filesystem::copy_file(test.file(), test.file().string() + ".copy");
  std::filesystem::rename(test.file(), test.file().string() + ".away");
  std::filesystem::rename(test.file().string() + ".copy", test.file());
  const auto report = test.authority.health(any_disk());
  CHECK(findings_of(report) == Findings{"store failed"});
  CHECK(says(check_of(report, "store"), "another file"));
}

TEST_CASE("a journal or check values that cannot be read are failures of their own") {
  const TestStore test;
  test.run_raw("ALTER TABLE tenancy_migrations RENAME COLUMN component TO part");
  auto report = test.authority.health(any_disk());
  CHECK(findings_of(report) == Findings{"schema failed"});
  CHECK(says(check_of(report, "schema"), "the journal of migrations cannot be read"));
  test.run_raw(
      "ALTER TABLE tenancy_migrations RENAME COLUMN part TO component;"
      "ALTER TABLE tenancy_key_checks RENAME COLUMN tag TO label");
  report = test.authority.health(any_disk());
  CHECK(findings_of(report) == Findings{"keys failed"});
  CHECK(says(check_of(report, "keys"), "the check values of the keys cannot be read"));
}

TEST_CASE("a name that is no UTF-8 is told as far as it can be, and any other as it is") {
  const tenancy_test::TemporaryFolder folder;
  const auto told = [&](const std::string& name) {
    const auto file = folder / name;
    const auto authority = must(tenancy::open("sqlite:" + file.string()));
    std::filesystem::rename(file, folder / "away");
    const nlohmann::json report = authority.health(any_disk());
    const auto text = nlohmann::json::parse(report.dump());
    return text.at("checks").at(0).at("message").get<std::string>();
  };
  CHECK(told("caf\xC3\xA9.db").starts_with((folder / "caf\xC3\xA9.db").string() + " or its log"));
  CHECK(told("\xC3\xA9_\xFF.db").starts_with((folder / "??_?.db").string() + " or its log"));
}

TEST_CASE("a disk that cannot be looked at is a finding") {
  const tenancy_test::TemporaryFolder folder;
  std::filesystem::create_directory(folder / "here");
  const auto authority = must(tenancy::open("sqlite:" + (folder / "here/store.db").string()));
  std::filesystem::rename(folder / "here", folder / "there");
  const auto report = authority.health(any_disk());
  CHECK(findings_of(report) == Findings{"disk warning", "store failed"});
  CHECK(says(check_of(report, "disk"), "cannot be looked at"));
}

TEST_CASE("calls to the disk that fail are findings, and pass with the fault") {
  FaultVfs vfs;
  const TestStore test;
  for (const VfsCall call : {VfsCall::write, VfsCall::sync, VfsCall::shm_lock}) {
    CAPTURE(to_string(call));
    CHECK(test.authority.health(any_disk()).state() == HealthState::ok);
    vfs.arm({{.kind = FaultKind::io_error, .nth = 1, .only = call, .persistent = true}});
    const auto report = test.authority.health(any_disk({.max_time = 200ms}));
    CHECK(vfs.failed() > 0);
    vfs.disarm();
    CHECK(check_of(report, "store").state == HealthState::failed);
    CHECK(report.checks.size() == 6);
  }
  CHECK(test.authority.health(any_disk()).state() == HealthState::ok);
}

TEST_CASE("a damaged page is a finding") {
  const TestStore test;
  test.run_raw("PRAGMA wal_checkpoint(TRUNCATE)");
  auto raw = test.raw();
  const auto page =
      raw.execAndGet(
             "SELECT rootpage FROM sqlite_schema WHERE name = 'tenancy_tenants_by_creation'")
          .getInt();
  {
    std::fstream file{test.file(), std::ios::in | std::ios::out | std::ios::binary};
    file.seekp((page - 1) * 4096);
    file << std::string(4096, '\x7f');
  }
  const auto report = test.open_again().health(any_disk());
  CHECK(check_of(report, "store").state == HealthState::failed);
  CHECK(says(check_of(report, "store"), "corrupt_store"));
}

TEST_CASE("a forked process is told so by its report") {
  const TestStore test;
  CHECK(tenancy_test::text_from_child([&] {
          const auto report = test.authority.health(any_disk());
          return lines_of(report) +
                 (says(*report.find("store"), "forked_process") ? "told" : "not told");
        }) == "disk failed\nkeys warning\nschema warning\nstore failed\nwal failed\ntold");
}

TEST_CASE("a report is JSON for scripts") {
  const TestStore test;
  test.clock->advance(-1h);
  const nlohmann::json document = test.authority.health(any_disk());
  CHECK(document.at("state") == "warning");
  CHECK(document.at("checked_at") == test.clock->now().to_string());
  CHECK(document.at("took_microseconds").is_number_integer());
  REQUIRE(document.at("checks").size() == 6);
  const auto& clock = document.at("checks").at(5);
  CHECK(clock.at("name") == "clock");
  CHECK(clock.at("state") == "warning");
  CHECK(clock.at("message").is_string());
  CHECK(clock.at("figures").at("behind_microseconds") == 3'600'000'000);
  const std::string text = document.dump();
  for (const char* const secret : {"acme", "globex", "Acme"}) {
    CHECK(text.find(secret) == std::string::npos);
  }
}

TEST_CASE("a monitor is told the state and whether to send requests") {
  const TestStore test;
  const auto well = look_at(test.authority);
  CHECK(well.second == (well.first.at("state") != "failed"));
  test.clock->set(tenancy::Timestamp{});
  const auto sick = look_at(test.authority);
  CHECK(sick.first.at("state") == "failed");
  CHECK_FALSE(sick.second);
}

TEST_CASE("states have names and an order") {
  CHECK(to_string(HealthState::ok) == "ok");
  CHECK(to_string(HealthState::warning) == "warning");
  CHECK(to_string(HealthState::failed) == "failed");
  HealthReport report;
  CHECK(report.state() == HealthState::ok);
  report.checks = {{.name = "a", .state = HealthState::failed},
                   {.name = "b", .state = HealthState::warning}};
  CHECK(report.state() == HealthState::failed);
}
