#include "property/repository/walk.hpp"

#include <algorithm>
#include <iterator>
#include <set>

#include <doctest/doctest.h>

#include "property/repository/asked.hpp"

namespace tenancy_test::repository {
namespace {

using tenancy::Order;
using tenancy::PageRequest;
using tenancy::Repository;

/// Keys whose rows came, went or moved during a walk.
class Moved {
 public:
  explicit Moved(const Asked& asked) : asked_{asked} {}

  void note(const Model& before, const Model& after) {
    for (const auto& [key, stored] : before.items) {
      const auto now = after.items.find(key);
      if (now == after.items.end() || asked_.judge(stored.row) != asked_.judge(now->second.row) ||
          asked_.compare(stored.row, now->second.row) != 0) {
        keys_.insert(key);
      }
    }
    for (const auto& [key, stored] : after.items) {
      if (!before.items.contains(key)) {
        keys_.insert(key);
      }
    }
  }
  [[nodiscard]] std::vector<Key> without(const std::vector<Item>& rows) const {
    std::vector<Key> keys;
    for (const Item& row : rows) {
      if (!keys_.contains(key_of(row))) {
        keys.push_back(key_of(row));
      }
    }
    return keys;
  }

 private:
  const Asked& asked_;
  std::set<Key> keys_;
};

}  // namespace

void walk(Dice& dice, const Repository<Item>& items, const Model& model,
          const std::function<void()>& meanwhile) {
  const Order order = dice.one_in(2) ? Order::newest_first : Order::oldest_first;
  const Asked asked = random_query(dice, order);
  PageRequest request{.limit = 1 + dice.below(6), .order = order};

  Moved moved{asked};
  const std::vector<Item> before = rows_of(model, asked);
  const int max_pages = dice.one_in(2) ? 1000 : 1 + dice.below(4);
  std::vector<Item> walked;
  tenancy::Page<Item> page;
  tenancy::Page<Item> last_page;
  bool at_end = false;
  for (int pages = 0; pages < max_pages && !at_end; ++pages) {
    page = must(items.list(asked.query, request));
    CHECK(page.items.size() <= static_cast<std::size_t>(request.limit));
    std::ranges::copy(page.items, std::back_inserter(walked));
    // Rows may move in front of a walk again and again, but not for ever.
    REQUIRE(walked.size() < 10'000);
    if (!page.items.empty()) {
      last_page = page;
    }
    at_end = !page.next_cursor.has_value();
    request.cursor = page.next_cursor;
    const Model former = model;
    meanwhile();
    moved.note(former, model);
  }
  std::vector<Key> expected = moved.without(before);
  const std::vector<Key> came = moved.without(walked);
  if (at_end) {
    CHECK(came == expected);
  } else {
    // As far as it went.
    REQUIRE(came.size() <= expected.size());
    expected.resize(came.size());
    CHECK(came == expected);
  }
  if (last_page.items.empty()) {
    return;
  }

  // Back from the first row of the last page.
  const Item place = last_page.items.front();
  Moved moved_back{asked};
  std::vector<Item> in_front;
  for (const Item& row : rows_of(model, asked)) {
    if (asked.compare(row, place) < 0) {
      in_front.push_back(row);
    }
  }
  std::vector<Item> back;
  request.cursor = last_page.previous_cursor;
  while (request.cursor) {
    page = must(items.list(asked.query, request));
    back.insert(back.begin(), page.items.begin(), page.items.end());
    REQUIRE(back.size() < 10'000);
    request.cursor = page.previous_cursor;
    const Model former = model;
    meanwhile();
    moved_back.note(former, model);
  }
  if (last_page.previous_cursor) {
    CHECK(moved_back.without(back) == moved_back.without(in_front));
  }
}

}  // namespace tenancy_test::repository
