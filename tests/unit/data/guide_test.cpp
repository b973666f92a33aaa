// What docs/repository.md shows.

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/data/json.hpp"
#include "tenancy/migrate/tenant_table.hpp"
#include "tenancy/tenancy.hpp"

#include "support/test_store.hpp"

using tenancy::errc;
using tenancy::Result;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::TestStore;

enum class Priority : std::uint8_t { low, normal, urgent };

constexpr auto tenancy_names(std::type_identity<Priority>) {
  return std::array{std::pair{Priority::low, "low"}, std::pair{Priority::normal, "normal"},
                    std::pair{Priority::urgent, "urgent"}};
}

struct Project {
  std::string id = {};
  std::string name = {};
};

constexpr auto tenancy_mapping(std::type_identity<Project>) {
  namespace m = tenancy::mapping;
  return m::entity("projects", m::generated_key("id", &Project::id),
                   m::column("name", &Project::name));
}

struct Task {
  std::string project = {};
  std::int64_t number = 0;
  std::string title = {};
  Priority priority = Priority::normal;
  std::optional<double> hours = {};
  tenancy::Timestamp created_at = {};
  tenancy::Timestamp changed_at = {};
};

constexpr auto tenancy_mapping(std::type_identity<Task>) {
  namespace m = tenancy::mapping;
  return m::entity("tasks", m::key("project", &Task::project), m::key("number", &Task::number),
                   m::column("title", &Task::title), m::column("priority", &Task::priority),
                   m::column("hours", &Task::hours), m::created_at("created_at", &Task::created_at),
                   m::updated_at("changed_at", &Task::changed_at), m::row_version("version"),
                   m::foreign_key<Project>(&Task::project));
}

// A task with little more than its title, for long lists.
struct TaskTitle {
  std::string project = {};
  std::int64_t number = 0;
  std::string title = {};

  static constexpr auto tenancy_mapping() {
    namespace m = tenancy::mapping;
    return m::entity("tasks", m::key("project", &TaskTitle::project),
                     m::key("number", &TaskTitle::number), m::column("title", &TaskTitle::title));
  }
};

template <>
struct tenancy::Codec<std::chrono::minutes> {
  static constexpr StorageClass stored = StorageClass::integer;

  static void bind(const ParameterWriter& parameter, std::chrono::minutes value) {
    parameter.int64(value.count());
  }
  static bool read(const ColumnReader& column, std::chrono::minutes& value) {
    const auto held = column.int64();
    value = std::chrono::minutes{held.value_or(0)};
    return held.has_value();
  }
};

class Timer {
 public:
  Timer() = default;
  Timer(std::string name, std::chrono::minutes length, nlohmann::json sounds)
      : name_{std::move(name)}, length_{length}, sounds_(std::move(sounds)) {}

  static constexpr auto tenancy_mapping() {
    namespace m = tenancy::mapping;
    return m::entity("timers", m::key("name", &Timer::name_), m::column("length", &Timer::length_),
                     m::column("sounds", &Timer::sounds_));
  }

  [[nodiscard]] std::chrono::minutes length() const { return length_; }
  [[nodiscard]] const nlohmann::json& sounds() const { return sounds_; }

 private:
  std::string name_;
  std::chrono::minutes length_{0};
  nlohmann::json sounds_;
};

namespace {

using tenancy::field;
using tenancy::Repository;

std::vector<tenancy::Migration> schema() {
  using enum tenancy::ColumnType;
  std::vector<tenancy::Migration> steps;
  const auto add = [&](const tenancy::TenantTable& table) {
    steps.push_back({static_cast<std::int64_t>(steps.size() + 1), table.name,
                     must(create_tenant_table(table, tenancy::Dialect::sqlite))});
  };
  add({.name = "projects",
       .columns = {{.name = "id", .type = text}, {.name = "name", .type = text}},
       .key = {"id"},
       .unique = {{"name"}}});
  add({.name = "tasks",
       .columns = {{.name = "project", .type = text},
                   {.name = "number", .type = integer},
                   {.name = "title", .type = text},
                   {.name = "priority", .type = text, .check = "priority <> 'secret'"},
                   {.name = "hours", .type = real, .is_nullable = true},
                   {.name = "created_at", .type = timestamp},
                   {.name = "changed_at", .type = timestamp},
                   {.name = "version", .type = integer}},
       .key = {"project", "number"},
       .references = {{.columns = {"project"}, .table = "projects", .to = {"id"}}},
       .indexes = {{{"priority", "number"}}}});
  add({.name = "timers",
       .columns = {{.name = "name", .type = text},
                   {.name = "length", .type = integer},
                   {.name = "sounds", .type = json}},
       .key = {"name"}});
  return steps;
}

/// What all the guide's snippets stand on.
struct Guide {
  TestStore test{{}, schema()};
  tenancy::Store store = test.store;
  tenancy::TenantContext acme = test.enter(test.acme);
  Project house = must(Repository<Project>(store, acme).insert({.name = "House"}));
  Project garden = must(Repository<Project>(store, acme).insert({.name = "Garden"}));

  void add_tasks() const {
    std::vector<Task> tasks;
    for (std::int64_t i = 1; i <= 20; ++i) {
      tasks.push_back({.project = i % 2 == 0 ? house.id : garden.id,
                       .number = i,
                       .title = i % 5 == 0 ? "Paint 100%" : "Sweep",
                       .priority = i % 4 == 0 ? Priority::urgent : Priority::low});
      if (i > 10) {
        tasks.back().hours = static_cast<double>(i) / 2;
      }
    }
    must(Repository<Task>(store, acme).insert_many(std::move(tasks)));
  }
};

Result<Task> move_task(const tenancy::Store& store, const tenancy::TenantContext& context,
                       const Project& from, const Project& to, std::int64_t number) {
  return store.write(context, [&](tenancy::WriteTransaction& transaction) -> Result<Task> {
    const Repository<Task> tasks{transaction};
    BOOST_OUTCOME_TRY(auto task, tasks.require({from.id, number}));
    BOOST_OUTCOME_TRY(tasks.erase({from.id, number}));
    task.project = to.id;
    return tasks.insert(std::move(task));
  });
}

Result<tenancy::Page<Task>> search(const Repository<Task>& tasks, const std::string& text,
                                   std::optional<Priority> priority, bool latest_first) {
  tenancy::Query<Task> query;
  if (!text.empty()) {
    query.where(field<&Task::title>.contains(text));
  }
  if (priority) {
    query.where(field<&Task::priority> == *priority);
  }
  query.order_by(tenancy::SortTerm<&Task::changed_at>{latest_first});
  return tasks.list(query);
}

Result<void> print_all(const Repository<Task>& tasks, const tenancy::Query<Task>& query,
                       std::ostream& out) {
  tenancy::PageRequest request{.limit = 6};
  while (true) {
    BOOST_OUTCOME_TRY(const auto page, tasks.list(query, request));
    for (const Task& task : page.items) {
      out << task.number << ' ' << task.title << '\n';
    }
    if (!page.next_cursor) {
      return tenancy::success();
    }
    request.cursor = page.next_cursor;
  }
}

Result<int> retitle(const Repository<Task>& tasks, const Project& project) {
  while (true) {
    BOOST_OUTCOME_TRY(auto seen, tasks.require_versioned({project.id, 2}));
    seen.row.title += "!";
    const auto stored = tasks.update(seen);
    if (stored) {
      return static_cast<int>(stored.value().version.value());
    }
    if (stored.error() != errc::version_conflict) {
      return stored.error();
    }
  }
}

}  // namespace

TEST_CASE("the guide's store holds mapped tables against their mappings") {
  const tenancy_test::TemporaryFolder folder;
  const std::string url = "sqlite:" + (folder / "guide.db").string();
  tenancy::OpenOptions options;
  options.migrations = schema();
  options.mappings = tenancy::mappings<Project, Task, Timer>();
  auto authority = tenancy::open(url, std::move(options));

  CHECK(authority.has_value());
}

TEST_CASE("the guide's operations") {
  const Guide guide;
  const auto& [store, acme, house] = std::tie(guide.store, guide.acme, guide.house);
  const Repository<Task> tasks{store, acme};

  auto task = tasks.insert({.project = house.id, .number = 1, .title = "Paint the fence"});
  auto found = tasks.find({house.id, 1});        // a Result of an optional
  auto required = tasks.require({house.id, 2});  // not_found when there is none

  CHECK(must(task).created_at != tenancy::Timestamp{});
  CHECK(must(found)->title == "Paint the fence");
  CHECK(code_of(required) == errc::not_found);

  const auto moved = must(move_task(store, acme, house, guide.garden, 1));
  CHECK(moved.project == guide.garden.id);
  CHECK(must(tasks.count()) == 1);
}

TEST_CASE("the guide's own types in columns") {
  const Guide guide;
  const Repository<Timer> timers{guide.store, guide.acme};
  must(timers.insert({"tea", std::chrono::minutes{4}, {{"end", "bell"}}}));
  CHECK(must(timers.require("tea")).length() == std::chrono::minutes{4});
  CHECK(must(timers.require("tea")).sounds()["end"] == "bell");
}

TEST_CASE("the guide's queries") {
  const Guide guide;
  guide.add_tasks();
  const Repository<Task> tasks{guide.store, guide.acme};

  auto urgent = tasks.list(field<&Task::priority> == Priority::urgent);
  auto query =
      tenancy::Query<Task>{}
          .where(field<&Task::hours> > 2 || field<&Task::hours>.is_null())
          .where(field<&Task::title>.contains("100%"))
          .order_by(tenancy::descending<&Task::priority>, tenancy::ascending<&Task::number>);

  CHECK(must(urgent).items.size() == 5);
  CHECK(must(tasks.list(query)).items.front().number == 20);
  CHECK(must(tasks.count(query)) == 4);
  CHECK(must(search(tasks, "paint", Priority::urgent, true)).items.size() == 1);
  CHECK(must(search(tasks, "", {}, false)).items.size() == 20);

  CHECK(must(tasks.count(field<&Task::hours> > 2)) == 10);
  CHECK(must(tasks.count(!(field<&Task::hours> > 2))) == 0);
  CHECK(must(tasks.count(field<&Task::hours>.is_null())) == 10);
  CHECK(must(tasks.count(field<&Task::title>.like("P%\\%"))) == 4);
  CHECK(must(tasks.count(field<&Task::title>.prefix("paint"))) == 0);
  CHECK(must(tasks.count(field<&Task::priority>.in({Priority::low, Priority::normal}))) == 15);
  CHECK(must(Repository<TaskTitle>(guide.store, guide.acme).list()).items.size() == 20);
}

TEST_CASE("the guide's pages") {
  const Guide guide;
  guide.add_tasks();
  const Repository<Task> tasks{guide.store, guide.acme};
  const auto query = tenancy::Query<Task>{}.order_by(tenancy::ascending<&Task::number>);

  auto third = tasks.list(query, {.limit = 6, .number = 3});  // with numbers->total
  auto first = tasks.list(query, {.limit = 6});
  auto second = tasks.list(query, {.limit = 6, .cursor = first.value().next_cursor});
  auto back = tasks.list(query, {.limit = 6, .cursor = second.value().previous_cursor});

  CHECK(must(third).numbers->total == 20);
  CHECK(must(third).items.front().number == 13);
  CHECK(must(second).items.front().number == 7);
  CHECK(must(back).items.front().number == 1);
  std::ostringstream out;
  must(print_all(tasks, query, out));
  const std::string lines = out.str();
  CHECK(std::count(lines.begin(), lines.end(), '\n') == 20);
  CHECK(code_of(tasks.list({.cursor = first.value().next_cursor})) == errc::invalid_cursor);
}

TEST_CASE("the guide's versions") {
  const Guide guide;
  guide.add_tasks();
  const Repository<Task> tasks{guide.store, guide.acme};
  const auto& house = guide.house;

  auto seen = tasks.require_versioned({house.id, 2});
  seen.value().row.title = "Sweep twice";
  auto stored = tasks.update(seen.value());
  auto late = tasks.update(seen.value());  // version_conflict: the row has version 2 by now

  CHECK(must(stored).version == tenancy::RowVersion{2});
  CHECK(code_of(late) == errc::version_conflict);
  CHECK(must(retitle(tasks, house)) == 3);
  CHECK(code_of(tasks.erase({house.id, 2}, tenancy::RowVersion{1})) == errc::version_conflict);
}

TEST_CASE("the guide's partial updates and upserts") {
  const Guide guide;
  guide.add_tasks();
  const Repository<Task> tasks{guide.store, guide.acme};
  const auto& house = guide.house;

  tenancy::Changes<Task> changes;
  changes.set<&Task::priority>(Priority::urgent);
  changes.set<&Task::hours>(std::nullopt);
  auto changed = tasks.update({house.id, 12}, changes);
  auto imported = tasks.upsert({.project = house.id, .number = 12, .title = "From elsewhere"});

  must(changed);
  CHECK(must(imported).priority == Priority::normal);
  CHECK(must(tasks.require_versioned({house.id, 12})).version == tenancy::RowVersion{3});
  CHECK(code_of(tasks.update({house.id, 99}, changes)) == errc::not_found);
}

TEST_CASE("the guide's aggregates") {
  const Guide guide;
  guide.add_tasks();
  const Repository<Task> tasks{guide.store, guide.acme};

  auto by_priority = tasks.aggregate_by<&Task::priority>(tenancy::count_rows);
  auto hours = tasks.aggregate(tenancy::sum_of<&Task::hours>);
  auto longest =
      tasks.aggregate(tenancy::max_of<&Task::hours>, field<&Task::priority> == Priority::low);

  CHECK(must(by_priority).front().key == Priority::low);
  CHECK(must(by_priority).front().value == 15);
  CHECK(must(hours) == doctest::Approx{77.5});
  CHECK(must(longest) == 9.5);
}

TEST_CASE("the guide's children") {
  const Guide guide;
  guide.add_tasks();
  const auto& [store, acme] = std::tie(guide.store, guide.acme);

  auto projects = Repository<Project>(store, acme).list();
  const auto latest_first = tenancy::Query<Task>{}.order_by(tenancy::descending<&Task::number>);
  auto latest = Repository<Task>(store, acme).children_of(projects.value().items, latest_first, 3);

  REQUIRE(must(latest).size() == 2);
  CHECK(latest.value()[0].size() == 3);
  CHECK(latest.value()[0].front().project == projects.value().items[0].id);
}

TEST_CASE("the guide's stream") {
  const Guide guide;
  guide.add_tasks();
  const Repository<Task> tasks{guide.store, guide.acme};

  std::map<std::string, int> titles;
  auto visited = tasks.for_each(field<&Task::hours>.is_null(), [&](const Task& task) {
    ++titles[task.title];
    return titles.size() < 100 ? tenancy::Visit::next : tenancy::Visit::stop;
  });

  must(visited);
  CHECK(titles["Sweep"] == 8);
}

TEST_CASE("the guide's errors") {
  const Guide guide;
  const auto& [store, acme] = std::tie(guide.store, guide.acme);

  auto taken = Repository<Project>(store, acme).insert({.name = "House"});
  if (taken.has_error() && taken.error() == errc::already_exists) {
    CHECK(taken.error().subject() == "name");
  }

  REQUIRE(taken.has_error());
  CHECK(taken.error() == tenancy::Condition::conflict);
  const Repository<Task> tasks{store, acme};
  const auto orphan = tasks.insert({.project = "none", .number = 1});
  CHECK(code_of(orphan) == errc::reference_violation);
  const auto bad = tasks.insert({.project = guide.house.id, .priority = Priority{9}});
  CHECK(code_of(bad) == errc::invalid_value);
  CHECK(bad.error().subject() == "priority");
  must(tasks.insert({.project = guide.house.id, .number = 1}));
  CHECK(code_of(Repository<Project>(store, acme).erase(guide.house.id)) ==
        errc::reference_violation);
}
