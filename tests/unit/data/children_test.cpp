#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"

#include "support/work.hpp"

using tenancy::errc;
using tenancy::field;
using tenancy::Query;
using tenancy_test::code_of;
using tenancy_test::Item;
using tenancy_test::must;
using tenancy_test::Person;
using tenancy_test::Priority;
using tenancy_test::Remark;
using tenancy_test::TestStore;
using tenancy_test::Work;

namespace {

using Numbers = std::vector<std::vector<std::int64_t>>;

Numbers numbers_of(const std::vector<std::vector<Item>>& children) {
  Numbers numbers;
  for (const auto& of_one : children) {
    numbers.emplace_back();
    for (const Item& item : of_one) {
      numbers.back().push_back(item.number);
    }
  }
  return numbers;
}

/// A parent whose key may have no stored form, and its child.
struct Level {
  Priority priority = Priority::normal;

  static constexpr auto tenancy_mapping() {
    return tenancy::mapping::entity("levels", tenancy::mapping::key("priority", &Level::priority));
  }
};
struct Step {
  std::int64_t id = 0;
  Priority level = Priority::normal;

  static constexpr auto tenancy_mapping() {
    namespace m = tenancy::mapping;
    return m::entity("steps", m::key("id", &Step::id), m::column("level", &Step::level),
                     m::foreign_key<Level>(&Step::level));
  }
};

const Person ann{"ann", "Ann"};
const Person bob{"bob", "Bob"};
const Person cat{"cat", "Cat"};

struct OwnedItems : Work {
  OwnedItems() {
    must(people.insert_many({ann, bob, cat}));
    const auto add = [&](std::int64_t number, std::optional<std::string> owner,
                         std::optional<std::string> reviewer) {
      must(items.insert({.project = "p",
                         .number = number,
                         .points = -number,
                         .owner = std::move(owner),
                         .reviewer = std::move(reviewer)}));
    };
    add(1, "ann", "bob");
    add(2, "bob", std::nullopt);
    add(3, "ann", "ann");
    add(4, std::nullopt, "bob");
    add(5, "ann", std::nullopt);
    const tenancy::Repository<Person> others{test.store, test.enter(test.globex)};
    must(others.insert(ann));
    must(items_of_globex.insert({.project = "p", .number = 6, .owner = "ann"}));
  }
};

}  // namespace

TEST_CASE("each parent has its children, in the order of the parents and of the query") {
  const OwnedItems work;
  const std::vector<Person> parents{bob, cat, ann};
  CHECK(numbers_of(must(work.items.children_of<&Item::owner>(parents))) ==
        Numbers{{2}, {}, {1, 3, 5}});
  CHECK(numbers_of(must(work.items.children_of<&Item::reviewer>(parents))) ==
        Numbers{{1, 4}, {}, {3}});
  CHECK(numbers_of(must(work.items.children_of<&Item::owner>(
            parents, Query<Item>{}.order_by(tenancy::ascending<&Item::points>)))) ==
        Numbers{{2}, {}, {5, 3, 1}});
  CHECK(numbers_of(must(work.items.children_of<&Item::owner>(
            parents, field<&Item::reviewer>.is_null() || field<&Item::number> == 3))) ==
        Numbers{{2}, {}, {3, 5}});
  CHECK(numbers_of(must(work.items.children_of<&Item::owner>(
            std::span<const Person>{parents}.subspan(2)))) == Numbers{{1, 3, 5}});
  CHECK(must(work.items.children_of<&Item::owner>(std::vector<Person>{})).empty());
}

TEST_CASE("of parents that are the same the first has the children") {
  const OwnedItems work;
  CHECK(numbers_of(must(work.items.children_of<&Item::owner>(std::vector<Person>{
            ann, bob, ann, {"ann", "another name"}, bob}))) == Numbers{{1, 3, 5}, {2}, {}, {}, {}});
}

TEST_CASE("a parent of another tenant, or of none, has no children") {
  const OwnedItems work;
  CHECK(numbers_of(must(work.items_of_globex.children_of<&Item::owner>(
            std::vector<Person>{ann, bob}))) == Numbers{{6}, {}});
  CHECK(numbers_of(must(work.items.children_of<&Item::owner>(std::vector<Person>{
            {"nobody", ""}, {"", ""}, {"ann'", ""}, {"ANN", ""}}))) == Numbers{{}, {}, {}, {}});
}

TEST_CASE("children by a key of several columns") {
  const OwnedItems work;
  must(work.items.insert({.project = "q", .number = 1}));
  const auto add = [&](std::int64_t id, std::optional<std::string> project,
                       std::optional<std::int64_t> item) {
    must(work.remarks.insert({id, std::move(project), item, "text"}));
  };
  add(1, "p", 1);
  add(2, "q", 1);
  add(3, "p", 1);
  add(4, std::nullopt, 1);
  add(5, "p", std::nullopt);
  add(6, "p", 3);
  const auto children =
      must(work.remarks.children_of(std::vector<Item>{{.project = "q", .number = 1},
                                                      {.project = "p", .number = 3},
                                                      {.project = "p", .number = 2},
                                                      {.project = "p", .number = 1}}));
  const auto ids = [](const std::vector<Remark>& remarks) {
    std::vector<std::int64_t> result;
    for (const Remark& remark : remarks) {
      result.push_back(remark.id);
    }
    return result;
  };
  using Ids = std::vector<std::int64_t>;
  REQUIRE(children.size() == 4);
  CHECK(ids(children[0]) == Ids{2});
  CHECK(ids(children[1]) == Ids{6});
  CHECK(ids(children[2]) == Ids{});
  CHECK(ids(children[3]) == Ids{1, 3});
}

TEST_CASE("six hundred parents, with one statement for up to 500 of them") {
  const Work work;
  std::vector<Person> parents;
  std::vector<Item> items;
  for (std::size_t i = 0; i < 600; ++i) {
    const std::string id = "person" + std::to_string(i);
    parents.push_back({id, id});
    for (std::size_t child = 0; child < i % 3; ++child) {
      items.push_back({.project = id, .number = static_cast<std::int64_t>(child), .owner = id});
    }
  }
  must(work.people.insert_many(parents));
  must(work.items.insert_many(items));
  for (const std::size_t size : {1U, 2U, 3U, 255U, 256U, 257U, 499U, 500U, 501U, 600U}) {
    CAPTURE(size);
    const auto children =
        must(work.items.children_of<&Item::owner>(std::span<const Person>{parents}.first(size)));
    REQUIRE(children.size() == size);
    for (std::size_t i = 0; i < size; ++i) {
      REQUIRE(children[i].size() == i % 3);
      for (std::size_t child = 0; child < children[i].size(); ++child) {
        CHECK(children[i][child].owner == parents[i].id);
        CHECK(children[i][child].number == static_cast<std::int64_t>(child));
      }
    }
  }
  // Repetitions behind the five hundredth.
  std::vector<Person> again{parents.begin(), parents.begin() + 500};
  again.insert(again.end(), parents.begin(), parents.begin() + 400);
  const auto children = must(work.items.children_of<&Item::owner>(again));
  REQUIRE(children.size() == 900);
  CHECK(children[2].size() == 2);
  CHECK(children[502].empty());
  CHECK(children[899].empty());
}

TEST_CASE("six hundred parents with keys of two columns") {
  const Work work;
  std::vector<Item> parents;
  std::vector<Remark> remarks;
  for (std::int64_t i = 0; i < 600; ++i) {
    parents.push_back({.project = std::to_string(i % 7), .number = i});
    if (i % 2 == 0) {
      remarks.push_back({i, parents.back().project, i, ""});
    }
  }
  must(work.items.insert_many(parents));
  must(work.remarks.insert_many(remarks));
  const auto children = must(work.remarks.children_of(parents));
  REQUIRE(children.size() == 600);
  for (std::size_t i = 0; i < children.size(); ++i) {
    CAPTURE(i);
    REQUIRE(children[i].size() == (i % 2 == 0 ? 1 : 0));
    CHECK((children[i].empty() || children[i][0].id == static_cast<std::int64_t>(i)));
  }
}

TEST_CASE("10,000 children are given, and one more is refused") {
  const Work work;
  must(work.people.insert_many({ann, bob}));
  std::vector<Item> items(10'001);
  for (std::size_t i = 0; i < items.size(); ++i) {
    items[i].number = static_cast<std::int64_t>(i);
    items[i].owner = i < 5000 ? "ann" : "bob";
  }
  must(work.items.insert_many(items));
  const std::vector<Person> both{ann, bob};
  CHECK(code_of(work.items.children_of<&Item::owner>(both)) == errc::invalid_argument);
  const auto fewer =
      must(work.items.children_of<&Item::owner>(both, field<&Item::number> < 10'000));
  CHECK(fewer[0].size() == 5000);
  CHECK(fewer[1].size() == 5000);
}

TEST_CASE("a child that refers to its parent by what only a collation takes for equal is told") {
  auto schema = tenancy_test::work_schema();
  auto& sql = schema[0].sql;
  for (const std::string column : {"id TEXT NOT NULL", "owner TEXT"}) {
    sql.replace(sql.find(column), column.size(), column + " COLLATE NOCASE");
  }
  const tenancy_test::TestStore test{{}, std::move(schema)};
  const tenancy::Repository<Person> people{test.store, test.enter(test.acme)};
  const tenancy::Repository<Item> items{test.store, test.enter(test.acme)};
  must(people.insert(ann));
  must(items.insert({.project = "p", .number = 1, .owner = "ANN"}));
  must(items.insert({.project = "p", .number = 2, .owner = "ann"}));
  CHECK(code_of(items.children_of<&Item::owner>(std::vector<Person>{ann})) == errc::invalid_row);
  CHECK(
      must(items.children_of<&Item::owner>(std::vector<Person>{ann}, field<&Item::number> == 2))[0]
          .size() == 1);
}

TEST_CASE("what a list would be refused for, children are too") {
  const OwnedItems work;
  const std::vector<Person> parents{ann};
  tenancy::Predicate<Item> long_one;
  for (int i = 0; i < 101; ++i) {
    long_one = long_one && field<&Item::number> != i;
  }
  CHECK(code_of(work.items.children_of<&Item::owner>(parents, long_one)) == errc::invalid_argument);
}

TEST_CASE("a parent whose key has no stored form is refused, wherever among others it stands") {
  const TestStore test{
      {},
      {{1, "levels",
        "CREATE TABLE levels (tenant_id INTEGER NOT NULL, priority TEXT NOT NULL, "
        "PRIMARY KEY (tenant_id, priority)) STRICT, WITHOUT ROWID; "
        "CREATE TABLE steps (tenant_id INTEGER NOT NULL, id INTEGER NOT NULL, level TEXT NOT NULL, "
        "PRIMARY KEY (tenant_id, id), "
        "FOREIGN KEY (tenant_id, level) REFERENCES levels (tenant_id, priority)) "
        "STRICT, WITHOUT ROWID"}}};
  const auto acme = test.enter(test.acme);
  const tenancy::Repository<Step> steps{test.store, acme};
  must(tenancy::Repository<Level>{test.store, acme}.insert({Priority::low}));
  must(steps.insert({1, Priority::low}));
  const Level good{Priority::low};
  const Level bad{Priority::unnamed};
  CHECK(must(steps.children_of(std::vector<Level>{good})).front().size() == 1);
  for (const auto& parents : {std::vector{bad}, {good, bad}, {bad, good}}) {
    CHECK(code_of(steps.children_of(parents)) == errc::invalid_value);
    CHECK(code_of(steps.children_of(parents, {}, 1)) == errc::invalid_value);
  }
}
