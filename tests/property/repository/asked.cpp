#include "property/repository/asked.hpp"

#include <algorithm>
#include <set>
#include <type_traits>

namespace tenancy_test::repository {
namespace {

using tenancy::Order;

template <class Value>
int compare_values(const Value& one, const Value& other) {
  return one < other ? -1 : other < one ? 1 : 0;
}

template <auto Member>
void sort_by(Asked& asked, bool descends, std::vector<Compare>& terms) {
  asked.query.order_by(tenancy::SortTerm<Member>{descends});
  terms.push_back([descends](const Item& one, const Item& other) {
    int order = 0;
    if constexpr (std::is_same_v<decltype(Member), Priority Item::*>) {
      order = compare_values(name_of(one.*Member), name_of(other.*Member));
    } else {
      order = compare_values(one.*Member, other.*Member);
    }
    return descends ? -order : order;
  });
}

}  // namespace

Asked random_query(Dice& dice, Order order) {
  Asked asked;
  asked.judge = [](const Item&) { return true; };
  if (!dice.one_in(3)) {
    Condition condition = random_condition(dice, 3);
    asked.query.where(condition.predicate);
    asked.judge = condition.judge;
  }
  std::vector<Compare> terms;
  bool descends = order == Order::newest_first;
  std::set<int> used;
  for (int i = dice.below(4); i > 0; --i) {
    const int column = dice.below(8);
    if (!used.insert(column).second) {
      continue;
    }
    descends = dice.one_in(2);
    switch (column) {
      case 0:
        sort_by<&Item::title>(asked, descends, terms);
        break;
      case 1:
        sort_by<&Item::note>(asked, descends, terms);
        break;
      case 2:
        sort_by<&Item::points>(asked, descends, terms);
        break;
      case 3:
        sort_by<&Item::weight>(asked, descends, terms);
        break;
      case 4:
        sort_by<&Item::priority>(asked, descends, terms);
        break;
      case 5:
        sort_by<&Item::done>(asked, descends, terms);
        break;
      case 6:
        sort_by<&Item::owner>(asked, descends, terms);
        break;
      default:
        sort_by<&Item::number>(asked, descends, terms);
        break;
    }
  }
  asked.compare = [terms, descends](const Item& one, const Item& other) {
    for (const Compare& term : terms) {
      if (const int result = term(one, other); result != 0) {
        return result;
      }
    }
    const int result = compare_values(key_of(one), key_of(other));
    return descends ? -result : result;
  };
  return asked;
}

std::vector<Item> rows_of(const Model& model, const Asked& asked) {
  std::vector<Item> rows;
  for (const auto& [key, stored] : model.items) {
    if (asked.judge(stored.row) == true) {
      rows.push_back(stored.row);
    }
  }
  std::ranges::sort(
      rows, [&](const Item& one, const Item& other) { return asked.compare(one, other) < 0; });
  return rows;
}

}  // namespace tenancy_test::repository
