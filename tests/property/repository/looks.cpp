#include "property/repository/looks.hpp"

#include <algorithm>
#include <set>

#include <doctest/doctest.h>

#include "property/repository/asked.hpp"

namespace tenancy_test::repository {
namespace {

using tenancy::Order;
using tenancy::Presence;

void compare_aggregates(const Repositories& rows, const Model& model, const Asked& asked) {
  std::int64_t sum = 0;
  std::optional<double> least;
  std::optional<std::string> greatest;
  std::map<std::optional<std::string>, std::int64_t> counts;
  for (const Item& row : rows_of(model, asked)) {
    sum += row.points;
    if (row.weight) {
      least = std::min(*row.weight, least.value_or(*row.weight));
    }
    greatest = std::max(row.title, greatest.value_or(row.title));
    ++counts[row.note];
  }
  CHECK(must(rows.items.aggregate(tenancy::sum_of<&Item::points>, asked.query)) == sum);
  CHECK(must(rows.items.aggregate(tenancy::min_of<&Item::weight>, asked.query)) == least);
  CHECK(must(rows.items.aggregate(tenancy::max_of<&Item::title>, asked.query)) == greatest);
  const auto groups = must(rows.items.aggregate_by<&Item::note>(tenancy::count_rows, asked.query));
  REQUIRE(groups.size() == counts.size());
  CHECK(std::ranges::equal(groups, counts, [](const auto& group, const auto& count) {
    return group.key == count.first && group.value == count.second;
  }));
}

void compare_children(Dice& dice, const Repositories& rows, const Model& model) {
  const Asked asked = random_query(dice, Order::oldest_first);
  std::vector<Person> parents;
  std::set<std::string> seen;
  std::vector<std::vector<Item>> expected;
  for (int i = dice.below(6); i > 0; --i) {
    const std::string id = "p" + std::to_string(dice.below(5));
    parents.push_back({id, ""});
    expected.emplace_back();
    if (seen.insert(id).second) {
      for (const Item& row : rows_of(model, asked)) {
        if (row.owner == id) {
          expected.back().push_back(row);
        }
      }
    }
  }
  CHECK((must(rows.items.children_of<&Item::owner>(parents, asked.query)) == expected));
}

}  // namespace

void look(Dice& dice, const Repositories& rows, const Model& model) {
  const Order order = dice.one_in(2) ? Order::newest_first : Order::oldest_first;
  switch (dice.below(6)) {
    case 0: {
      const Item item = random_item(dice);
      const auto found = model.items.find(key_of(item));
      const bool exists = found != model.items.end();
      const auto read = must(rows.items.find_versioned({item.project, item.number}));
      REQUIRE(read.has_value() == exists);
      CHECK(must(rows.items.exists({item.project, item.number})) ==
            (exists ? Presence::present : Presence::absent));
      if (exists) {
        CHECK((read->row == found->second.row));
        CHECK(read->version.value() == found->second.version);
        CHECK((must(rows.items.require({item.project, item.number})) == read->row));
      }
      return;
    }
    case 1: {
      const Asked asked = random_query(dice, order);
      const auto expected = rows_of(model, asked);
      CHECK(must(rows.items.count(asked.query)) == static_cast<std::int64_t>(expected.size()));
      CHECK(must(rows.items.exists(asked.query)) ==
            (expected.empty() ? Presence::absent : Presence::present));
      return;
    }
    case 2: {
      const Asked asked = random_query(dice, order);
      const auto expected = rows_of(model, asked);
      const std::int64_t limit = 1 + dice.below(10);
      const std::int64_t number = 1 + dice.below(3);
      const auto page =
          must(rows.items.list(asked.query, {.limit = limit, .number = number, .order = order}));
      const auto begin = std::min(expected.size(), static_cast<std::size_t>(limit * (number - 1)));
      const auto end = std::min(expected.size(), begin + static_cast<std::size_t>(limit));
      CHECK((page.items == std::vector<Item>(expected.begin() + static_cast<std::ptrdiff_t>(begin),
                                             expected.begin() + static_cast<std::ptrdiff_t>(end))));
      CHECK(page.numbers->total == static_cast<std::int64_t>(expected.size()));
      CHECK(page.has_next == (end < expected.size()));
      return;
    }
    case 3: {
      const Asked asked = random_query(dice, Order::oldest_first);
      std::vector<Item> visited;
      must(rows.items.for_each(asked.query, [&](const Item& item) { visited.push_back(item); }));
      CHECK((visited == rows_of(model, asked)));
      return;
    }
    case 4:
      return compare_aggregates(rows, model, random_query(dice, order));
    default:
      return compare_children(dice, rows, model);
  }
}

}  // namespace tenancy_test::repository
