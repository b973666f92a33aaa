#include "tenancy/testing/isolation_check.hpp"

#include <algorithm>
#include <string>

#include <doctest/doctest.h>

#include "support/entities.hpp"
#include "support/must.hpp"
#include "support/test_store.hpp"

using namespace tenancy_test;
using tenancy::TenantContext;
using tenancy::testing::Factory;
using tenancy::testing::IsolationCheck;
using tenancy::testing::IsolationReport;
using tenancy::testing::TemporaryStore;

namespace {

Factory<Note> notes() {
  return Factory<Note>{[](Note& note, std::size_t number) {
    note.title = "Title " + std::to_string(1000 + number);
    note.stars = 1;
  }};
}

Factory<Task> tasks(std::string note) {
  return Factory<Task>{[note = std::move(note)](Task& task, std::size_t number) {
    task = Task{static_cast<std::int64_t>(number), note, false, static_cast<double>(number)};
  }};
}

/// Whether a finding speaks of it.
bool tells(const IsolationReport& report, std::string_view of) {
  return std::ranges::any_of(report.findings, [&](const auto& finding) {
    return (finding.subject + finding.step + finding.what).find(of) != std::string::npos;
  });
}

}  // namespace

TEST_CASE("repositories and functions that keep tenants apart pass") {
  const TemporaryStore store{{.migrations = test_schema()}};
  IsolationCheck check{store};
  const auto rows = check.repository(notes());
  CHECK(rows.size() == 3);
  check.repository(tasks(rows.front().id));
  check.operation("titles", [&](const TenantContext& context) -> tenancy::Result<std::string> {
    BOOST_OUTCOME_TRY(const auto page, (tenancy::Repository<Note>{store.store(), context}.list()));
    std::string titles;
    for (const Note& note : page.items) {
      titles += note.title;
    }
    return titles;
  });
  const auto report = check.finish();
  CHECK_MESSAGE(report.holds(), report.to_string());
  CHECK(report.checked == std::vector<std::string>{"notes", "tasks", "titles"});
}

TEST_CASE("a table that nobody checked is found, unless it is left out") {
  const TemporaryStore store{{.migrations = test_schema()}};
  IsolationCheck check{store};
  check.repository(notes());
  CHECK(tells(check.finish(), "tasks"));
  check.leave_out("tasks");
  CHECK(check.finish().holds());
}

TEST_CASE("rows that cannot be told apart are found") {
  const TemporaryStore store{{.migrations = {test_schema()[0]}}};
  IsolationCheck check{store};
  check.repository(Factory<Note>{
      [](Note& note, std::size_t number) { note.title = "Title " + std::to_string(number % 3); }});
  CHECK(tells(check.finish(), "cannot be told apart"));
}

TEST_CASE("a trigger that reaches across tenants is found") {
  auto steps = test_schema();
  const TemporaryStore store{{.migrations = steps}};
  SQLite::Database{store.file().string(), SQLite::OPEN_READWRITE}.exec(
      "CREATE TRIGGER all_of_them AFTER UPDATE ON notes BEGIN "
      "UPDATE notes SET stars = stars + 1 WHERE tenant_id <> NEW.tenant_id; END");
  IsolationCheck check{store};
  check.repository(notes());
  CHECK(tells(check.finish(), "not what they were"));
}

TEST_CASE("a view that shows a table in the place of the tenant's rows is found by its function") {
  const TemporaryStore store{{.migrations = test_schema()}};
  IsolationCheck check{store};
  check.repository(notes());
  check.operation("everybody's", [&](const TenantContext&) -> tenancy::Result<std::string> {
    std::string titles;
    SQLite::Database database{store.file().string()};
    SQLite::Statement all{database, "SELECT title FROM notes"};
    while (all.executeStep()) {
      titles += all.getColumn(0).getString();
    }
    return titles;
  });
  CHECK(tells(check.finish(), "only the other tenant's rows hold"));
}

TEST_CASE("a function that keeps answers without the tenant is found") {
  const TemporaryStore store{{.migrations = test_schema()}};
  IsolationCheck check{store};
  check.repository(notes());
  std::string cached;
  check.operation("cached", [&](const TenantContext& context) -> tenancy::Result<std::string> {
    if (cached.empty()) {
      BOOST_OUTCOME_TRY(const auto page,
                        (tenancy::Repository<Note>{store.store(), context}.list()));
      cached = page.items.front().title;
    }
    return cached;
  });
  CHECK(tells(check.finish(), "only the other tenant's rows hold"));
}
