#include "tenancy/testing/isolation_check.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "support/entities.hpp"
#include "support/must.hpp"
#include "support/test_store.hpp"
#include "support/work.hpp"

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

/// Notes and tasks with one more object, a view or trigger that the policy lists.
std::unique_ptr<TemporaryStore> store_with(const std::string& object) {
  auto steps = test_schema();
  steps.push_back({3, "object", object});
  const auto name_at = object.find(' ', std::string_view{"CREATE "}.size()) + 1;
  return std::make_unique<TemporaryStore>(tenancy::OpenOptions{
      .migrations = steps,
      .schema_policy = {.allowed_views_and_triggers = {
                            {object.substr(name_at, object.find(' ', name_at) - name_at),
                             tenancy::schema_text_hash(object)}}}});
}

/// What the codec below has read first, whosever it was.
std::string& kept_title() {
  static std::string title;
  return title;
}

struct StickyTitle {
  std::string text;
};

}  // namespace

template <>
struct tenancy::Codec<StickyTitle> {
  static void bind(const ParameterWriter& parameter, const StickyTitle& title) {
    parameter.text(title.text);
  }
  static bool read(const ColumnReader& column, StickyTitle& title) {
    if (kept_title().empty()) {
      kept_title() = column.text().value_or("");
    }
    title.text = kept_title();
    return true;
  }
};

namespace {

struct StickyNote {
  std::string id = {};
  StickyTitle title = {};
  std::int64_t stars = 0;
  tenancy::Timestamp created_at = {};
  tenancy::Timestamp updated_at = {};
};

constexpr auto tenancy_mapping(std::type_identity<StickyNote>) {
  namespace m = tenancy::mapping;
  return m::entity("notes", m::generated_key("id", &StickyNote::id),
                   m::column("title", &StickyNote::title), m::column("stars", &StickyNote::stars),
                   m::created_at("created_at", &StickyNote::created_at),
                   m::updated_at("updated_at", &StickyNote::updated_at));
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

TEST_CASE("rows that cannot be stored are found, and the rest is checked all the same") {
  const TemporaryStore store{{.migrations = test_schema()}};
  IsolationCheck check{store};
  CHECK(check.repository(tasks("no note")).size() == 3);
  check.repository(notes());
  const auto report = check.finish();
  CHECK(tells(report, "tasksset-upfailed: reference_violation"));
  CHECK_FALSE(tells(report, "notes"));
}

TEST_CASE("keys of several columns, versions and references pass") {
  const TemporaryStore store{{.migrations = tenancy_test::work_schema()}};
  IsolationCheck check{store};
  const auto people = check.repository(Factory<Person>{[](Person& person, std::size_t number) {
    person = {.id = "person-" + std::to_string(number), .name = "Name " + std::to_string(number)};
  }});
  const auto items = check.repository(Factory<Item>{[&](Item& item, std::size_t number) {
    item.project = "project";
    item.number = static_cast<std::int64_t>(number);
    item.title = "Title " + std::to_string(number);
    item.owner = people.front().id;
  }});
  check.repository(Factory<Remark>{[&](Remark& remark, std::size_t number) {
    remark.id = static_cast<std::int64_t>(number);
    remark.project = items.front().project;
    remark.item = items.front().number;
    remark.text = "Text " + std::to_string(number);
  }});
  const auto report = check.finish();
  CHECK_MESSAGE(report.holds(), report.to_string());
}

TEST_CASE("a listed trigger that changes rows of other tenants is found") {
  const auto store = store_with(
      "CREATE TRIGGER all_of_them AFTER UPDATE ON notes BEGIN "
      "UPDATE notes SET stars = stars + 1 WHERE tenant_id <> NEW.tenant_id; END");
  IsolationCheck check{*store};
  check.repository(notes());
  CHECK(tells(check.finish(), "'notes' are not what they were"));
}

TEST_CASE("a listed trigger that copies rows across tenants is found") {
  const auto store = store_with(
      "CREATE TRIGGER copies AFTER UPDATE OF title ON notes BEGIN "
      "INSERT OR REPLACE INTO tasks SELECT DISTINCT tenant_id, 77, NULL, 0, 0.0 FROM notes "
      "WHERE tenant_id <> NEW.tenant_id; END");
  IsolationCheck check{*store};
  check.repository(notes());
  CHECK(tells(check.finish(), "'tasks' are not what they were"));
}

TEST_CASE("a trigger that writes where all tenants read is found, unless its table is left out") {
  auto steps = test_schema();
  const std::string trigger =
      "CREATE TRIGGER tells AFTER INSERT ON notes BEGIN "
      "INSERT INTO news VALUES (NEW.title); END";
  steps.push_back({3, "news", "CREATE TABLE news (title TEXT NOT NULL) STRICT; " + trigger});
  const tenancy::OpenOptions store_options{
      .migrations = steps,
      .schema_policy = {
          .shared_tables = {"news"},
          .allowed_views_and_triggers = {{"tells", tenancy::schema_text_hash(trigger)}}}};
  const TemporaryStore store{store_options};
  IsolationCheck check{store};
  check.repository(notes());
  CHECK(tells(check.finish(), "'news' are not what they were"));

  const TemporaryStore another{store_options};
  IsolationCheck lenient{another};
  lenient.leave_out("news").leave_out("tasks");
  lenient.repository(notes());
  const auto report = lenient.finish();
  CHECK_MESSAGE(report.holds(), report.to_string());
}

TEST_CASE("a schema that is not safe any more is found") {
  const TemporaryStore store{{.migrations = test_schema()}};
  SQLite::Database{store.file().string(), SQLite::OPEN_READWRITE}.exec(
      "CREATE VIEW everybodys AS SELECT title FROM notes");
  IsolationCheck check{store};
  check.leave_out("notes").leave_out("tasks");
  CHECK(tells(check.finish(), "everybodysschema"));
}

TEST_CASE("a function that reads a listed view past the library is found") {
  const auto store = store_with("CREATE VIEW everybodys AS SELECT title FROM notes");
  IsolationCheck check{*store};
  check.repository(notes());
  check.operation("everybody's", [&](const TenantContext&) -> tenancy::Result<std::string> {
    std::string titles;
    SQLite::Database database{store->file().string()};
    SQLite::Statement all{database, "SELECT title FROM everybodys"};
    while (all.executeStep()) {
      titles += all.getColumn(0).getString();
    }
    return titles;
  });
  CHECK(tells(check.finish(), "only the other tenant's rows hold"));
}

TEST_CASE("a function that changes another tenant's rows is found") {
  const TemporaryStore store{{.migrations = test_schema()}};
  IsolationCheck check{store};
  check.repository(notes());
  check.operation("stars", [&](const TenantContext& /*context*/) -> tenancy::Result<std::string> {
    SQLite::Database{store.file().string(), SQLite::OPEN_READWRITE}.exec(
        "UPDATE notes SET stars = stars + 1");
    return "";
  });
  CHECK(tells(check.finish(), "'notes' are not what they were"));
}

TEST_CASE("a function is not held against nothing") {
  const TemporaryStore store{{.migrations = test_schema()}};
  IsolationCheck check{store};
  check.leave_out("notes").leave_out("tasks");
  check.operation("early", [](const TenantContext&) -> tenancy::Result<std::string> { return ""; });
  CHECK(tells(check.finish(), "check repositories first"));
}

TEST_CASE("a codec that keeps what it read is found") {
  const TemporaryStore store{{.migrations = {test_schema()[0]}}};
  kept_title().clear();
  IsolationCheck check{store};
  check.repository(Factory<StickyNote>{[](StickyNote& note, std::size_t number) {
    note.title.text = "Title " + std::to_string(1000 + number);
  }});
  const auto report = check.finish();
  CHECK(tells(report, "came back in 'title'"));
  // The report goes to logs.
  CHECK_FALSE(tells(report, "Title 1"));
}

TEST_CASE("a unique key without the tenant is found, though the table's shape is not looked at") {
  const auto rows = [](std::string_view unique) {
    return TemporaryStore{
        {.migrations = {{1, "people",
                         "CREATE TABLE people (tenant_id INTEGER NOT NULL, id TEXT NOT NULL, "
                         "name TEXT NOT NULL, PRIMARY KEY (tenant_id, id), " +
                             std::string{unique} + ") STRICT, WITHOUT ROWID"}},
         .schema_policy = {.unsafe_tables = {"people"}}}};
  };
  const auto people = [] {
    return Factory<Person>{[](Person& person, std::size_t number) {
      person = {.id = "person-" + std::to_string(number), .name = "Name " + std::to_string(number)};
    }};
  };
  const TemporaryStore apart = rows("UNIQUE (tenant_id, name)");
  IsolationCheck good{apart};
  CHECK(tells(good.finish(), "no repository was checked for table 'people'"));
  good.repository(people());
  CHECK_FALSE(tells(good.finish(), "is refused"));

  const TemporaryStore together = rows("UNIQUE (name)");
  IsolationCheck bad{together};
  bad.repository(people());
  CHECK(tells(bad.finish(), "only the other tenant has is refused: already_exists"));
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
