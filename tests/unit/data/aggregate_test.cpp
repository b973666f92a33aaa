#include "tenancy/data/aggregate.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"

#include "support/work.hpp"

using tenancy::count_rows;
using tenancy::errc;
using tenancy::field;
using tenancy::Group;
using tenancy::max_of;
using tenancy::min_of;
using tenancy::Query;
using tenancy::sum_of;
using tenancy::Timestamp;
using tenancy_test::Bytes;
using tenancy_test::code_of;
using tenancy_test::Item;
using tenancy_test::must;
using tenancy_test::Priority;
using tenancy_test::Work;

namespace {

constexpr auto least = std::numeric_limits<std::int64_t>::min();
constexpr auto greatest = std::numeric_limits<std::int64_t>::max();
constexpr auto infinity = std::numeric_limits<double>::infinity();

void put(const Work& work, const std::vector<std::int64_t>& points) {
  for (const Item& item : must(work.items.list({.limit = 500})).items) {
    must(work.items.erase({item.project, item.number}));
  }
  std::int64_t number = 0;
  for (const std::int64_t value : points) {
    must(work.items.insert({.project = "p", .number = number++, .points = value}));
  }
}

void put_weights(const Work& work, const std::vector<std::optional<double>>& weights) {
  put(work, {});
  std::int64_t number = 0;
  for (const auto& weight : weights) {
    must(work.items.insert({.project = "p", .number = number++, .weight = weight}));
  }
}

}  // namespace

static_assert(std::is_same_v<decltype(sum_of<&Item::points>)::Value, std::int64_t>);
static_assert(std::is_same_v<decltype(sum_of<&Item::weight>)::Value, double>);
static_assert(std::is_same_v<decltype(min_of<&Item::note>)::Value, std::optional<std::string>>);
static_assert(std::is_same_v<decltype(max_of<&Item::points>)::Value, std::optional<std::int64_t>>);

TEST_CASE("aggregates over no rows") {
  const Work work;
  must(work.items_of_globex.insert({.project = "p", .number = 1, .points = 5, .weight = 5}));
  CHECK(must(work.items.aggregate(count_rows)) == 0);
  CHECK(must(work.items.aggregate(sum_of<&Item::points>)) == 0);
  CHECK(must(work.items.aggregate(sum_of<&Item::weight>)) == 0);
  CHECK_FALSE(must(work.items.aggregate(min_of<&Item::points>)).has_value());
  CHECK_FALSE(must(work.items.aggregate(max_of<&Item::title>)).has_value());
  CHECK(must(work.items.aggregate_by<&Item::title>(count_rows)).empty());
}

TEST_CASE("each aggregate of the same rows is its own, one after another") {
  const Work work;
  put(work, {5, 7});
  for (int round = 0; round < 2; ++round) {
    CHECK(must(work.items.aggregate(count_rows)) == 2);
    CHECK(must(work.items.aggregate(sum_of<&Item::points>)) == 12);
    CHECK(must(work.items.aggregate(min_of<&Item::points>)) == 5);
    CHECK(must(work.items.aggregate(max_of<&Item::points>)) == 7);
    CHECK(must(work.items.list(Query<Item>{})).items.size() == 2);
  }
  CHECK(must(work.items.erase_where(field<&Item::points> > 0)) == 2);
  CHECK(must(work.items.aggregate(count_rows)) == 0);
}

TEST_CASE("sums are exact to the ends of 64 bits, and fail beyond") {
  const Work work;
  const auto sum = [&] { return work.items.aggregate(sum_of<&Item::points>); };
  put(work, {1, 2, 3});
  CHECK(must(sum()) == 6);
  put(work, {greatest, 0});
  CHECK(must(sum()) == greatest);
  put(work, {least});
  CHECK(must(sum()) == least);
  put(work, {greatest, least});
  CHECK(must(sum()) == -1);
  // Beyond what a double can tell.
  put(work, {(std::int64_t{1} << 53) + 1, 1});
  CHECK(must(sum()) == (std::int64_t{1} << 53) + 2);
  put(work, {greatest, 1});
  CHECK(code_of(sum()) == errc::invalid_value);
  put(work, {least, -1});
  CHECK(code_of(sum()) == errc::invalid_value);
  CHECK(code_of(work.items.aggregate_by<&Item::project>(sum_of<&Item::points>)) ==
        errc::invalid_value);
  // The store goes on.
  CHECK(must(work.items.count()) == 2);
}

TEST_CASE("sums of real numbers leave NULL out, and tell what is none") {
  const Work work;
  const auto sum = [&] { return work.items.aggregate(sum_of<&Item::weight>); };
  put_weights(work, {0.5, std::nullopt, 1.0});
  CHECK(must(sum()) == 1.5);
  put_weights(work, {2.0});
  CHECK(must(sum()) == 2.0);
  put_weights(work, {std::nullopt, std::nullopt});
  CHECK(must(sum()) == 0);
  put_weights(work, {infinity, 1.0});
  CHECK(must(sum()) == infinity);
  put_weights(work, {1e308, 1e308});
  CHECK(must(sum()) == infinity);
  // Not a number, and surely not 0.
  put_weights(work, {infinity, -infinity});
  CHECK(code_of(sum()) == errc::invalid_value);
  CHECK(code_of(work.items.aggregate_by<&Item::project>(sum_of<&Item::weight>)) ==
        errc::invalid_value);
}

TEST_CASE("the least and the greatest leave NULL out, whatever the type") {
  const Work work;
  must(work.items.insert({.project = "a", .number = 1, .title = "b", .points = least}));
  must(work.items.insert({.project = "a",
                          .number = 2,
                          .title = "B",
                          .note = "x",
                          .points = greatest,
                          .weight = -0.5,
                          .payload = Bytes(2, std::byte{1}),
                          .due = Timestamp::from_microseconds(7)}));
  must(work.items.insert({.project = "b",
                          .number = 1,
                          .title = "",
                          .note = "y",
                          .points = 0,
                          .weight = 2.0,
                          .payload = Bytes(1, std::byte{2})}));
  const auto& items = work.items;
  CHECK(must(items.aggregate(min_of<&Item::points>)) == least);
  CHECK(must(items.aggregate(max_of<&Item::points>)) == greatest);
  CHECK(must(items.aggregate(min_of<&Item::title>)) == "");
  CHECK(must(items.aggregate(max_of<&Item::title>)) == "b");
  CHECK(must(items.aggregate(min_of<&Item::note>)) == "x");
  CHECK(must(items.aggregate(min_of<&Item::weight>)) == -0.5);
  CHECK(must(items.aggregate(max_of<&Item::weight>)) == 2.0);
  CHECK(must(items.aggregate(min_of<&Item::payload>)) == Bytes{});
  CHECK(must(items.aggregate(max_of<&Item::payload>)) == Bytes(1, std::byte{2}));
  CHECK(must(items.aggregate(max_of<&Item::due>)) == Timestamp::from_microseconds(7));
  CHECK(must(items.aggregate(max_of<&Item::created_at>)) == work.test.clock->now());
  CHECK_FALSE(must(items.aggregate(min_of<&Item::note>, field<&Item::note>.is_null())).has_value());
  CHECK(must(items.aggregate(max_of<&Item::points>, field<&Item::points> < 5)) == 0);
  CHECK(must(items.aggregate(count_rows, field<&Item::project> == "a")) == 2);
}

TEST_CASE("groups come in the order of their keys, NULL first") {
  const Work work;
  const auto add = [&](std::int64_t number, std::optional<std::string> note, Priority priority,
                       std::int64_t points) {
    must(work.items.insert({.project = "p",
                            .number = number,
                            .note = std::move(note),
                            .points = points,
                            .priority = priority}));
  };
  add(1, "b", Priority::low, 1);
  add(2, std::nullopt, Priority::high, 2);
  add(3, "a", Priority::low, 4);
  add(4, std::nullopt, Priority::low, 8);
  add(5, "", Priority::normal, 16);
  must(work.items_of_globex.insert({.project = "p", .number = 9, .note = "z", .points = 99}));

  using ByNote = std::vector<Group<std::optional<std::string>, std::int64_t>>;
  CHECK((must(work.items.aggregate_by<&Item::note>(count_rows)) ==
         ByNote{{std::nullopt, 2}, {"", 1}, {"a", 1}, {"b", 1}}));
  CHECK((must(work.items.aggregate_by<&Item::note>(sum_of<&Item::points>)) ==
         ByNote{{std::nullopt, 10}, {"", 16}, {"a", 4}, {"b", 1}}));
  CHECK((must(work.items.aggregate_by<&Item::note>(count_rows, field<&Item::points> > 2)) ==
         ByNote{{std::nullopt, 1}, {"", 1}, {"a", 1}}));
  using ByPriority = std::vector<Group<Priority, std::optional<std::int64_t>>>;
  CHECK((must(work.items.aggregate_by<&Item::priority>(max_of<&Item::points>)) ==
         ByPriority{{Priority::high, 2}, {Priority::low, 8}, {Priority::normal, 16}}));
  using ByPoints = std::vector<Group<std::int64_t, std::optional<std::string>>>;
  CHECK((must(work.items.aggregate_by<&Item::points>(min_of<&Item::note>,
                                                     field<&Item::points> <= 2)) ==
         ByPoints{{1, "b"}, {2, std::nullopt}}));
  // An order of the query's own has no meaning here.
  CHECK(must(work.items.aggregate_by<&Item::note>(
                 count_rows, Query<Item>{}.order_by(tenancy::descending<&Item::points>)))
            .size() == 4);
}

TEST_CASE("10,000 groups are given, and one more is refused") {
  const Work work;
  std::vector<Item> items(10'001);
  for (std::size_t i = 0; i < items.size(); ++i) {
    items[i].number = static_cast<std::int64_t>(i);
  }
  must(work.items.insert_many(items));
  CHECK(code_of(work.items.aggregate_by<&Item::number>(count_rows)) == errc::invalid_argument);
  CHECK(must(work.items.aggregate_by<&Item::number>(count_rows, field<&Item::number> < 10'000))
            .size() == 10'000);
  CHECK(must(work.items.aggregate_by<&Item::project>(count_rows)).at(0).value == 10'001);
}

TEST_CASE("a group or an aggregate that does not fit its member is an invalid row") {
  tenancy_test::TestStore test{
      {},
      {{1, "loose",
        "CREATE TABLE loose (tenant_id INTEGER NOT NULL, id TEXT NOT NULL, value, "
        "PRIMARY KEY (tenant_id, id))"}}};
  struct Loose {
    std::string id;
    std::int64_t value = 0;
    static constexpr auto tenancy_mapping() {
      namespace m = tenancy::mapping;
      return m::entity("loose", m::key("id", &Loose::id), m::column("value", &Loose::value));
    }
  };
  const tenancy::Repository<Loose> rows{test.store, test.enter(test.acme)};
  must(rows.insert({"a", 1}));
  test.run_raw("UPDATE loose SET value = 'many'");
  CHECK(code_of(rows.aggregate(min_of<&Loose::value>)) == errc::invalid_row);
  const auto grouped = rows.aggregate_by<&Loose::value>(count_rows);
  CHECK(code_of(grouped) == errc::invalid_row);
  CHECK(grouped.error().subject() == "value");
  test.run_raw("UPDATE loose SET value = 1.5");
  CHECK(code_of(rows.aggregate(sum_of<&Loose::value>)) == errc::invalid_row);
}
