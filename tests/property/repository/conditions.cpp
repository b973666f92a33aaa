#include "property/repository/conditions.hpp"

#include <algorithm>
#include <type_traits>

namespace tenancy_test::repository {
namespace {

using tenancy::field;
using tenancy::Predicate;

template <auto Member, class Value, class Compare>
Judge judge_of(Value value, Compare compare) {
  return [=](const Item& item) -> Truth {
    const auto& member = item.*Member;
    if constexpr (tenancy::detail::is_optional<std::remove_cvref_t<decltype(member)>>) {
      return member ? Truth{compare(*member, value)} : std::nullopt;
    } else {
      return compare(member, value);
    }
  };
}

template <auto Member, class Value>
Condition compare(Dice& dice, const Value& value, bool is_ordered = true) {
  const auto column = field<Member>;
  switch (dice.below(is_ordered ? 6 : 2)) {
    case 0:
      return {column == value, judge_of<Member>(value, std::equal_to<>{})};
    case 1:
      return {column != value, judge_of<Member>(value, std::not_equal_to<>{})};
    default:
      break;
  }
  if constexpr (tenancy::detail::is_ordered<Value>) {
    switch (dice.below(4)) {
      case 0:
        return {column < value, judge_of<Member>(value, std::less<>{})};
      case 1:
        return {column <= value, judge_of<Member>(value, std::less_equal<>{})};
      case 2:
        return {column > value, judge_of<Member>(value, std::greater<>{})};
      default:
        return {column >= value, judge_of<Member>(value, std::greater_equal<>{})};
    }
  }
  return {column == value, judge_of<Member>(value, std::equal_to<>{})};
}

std::string lower(std::string text) {
  for (char& c : text) {
    c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return text;
}

template <auto Member>
Condition random_text_condition(Dice& dice, const std::string& text) {
  switch (dice.below(4)) {
    case 0:
      return {field<Member>.prefix(text),
              judge_of<Member>(text, [](const std::string& stored, const std::string& prefix) {
                return stored.starts_with(prefix);
              })};
    case 1:
      if (text.find('\0') == std::string::npos) {
        return {field<Member>.contains(text),
                judge_of<Member>(text, [](const std::string& stored, const std::string& part) {
                  // The engine reads texts up to a NUL here.
                  return lower(stored.substr(0, stored.find('\0'))).find(lower(part)) !=
                         std::string::npos;
                })};
      }
      [[fallthrough]];
    default:
      return compare<Member>(dice, text);
  }
}

Condition random_comparison(Dice& dice) {
  switch (dice.below(11)) {
    case 0:
      return random_text_condition<&Item::title>(dice, dice.of(titles));
    case 1:
      return random_text_condition<&Item::note>(dice, dice.of(notes).value_or("n"));
    case 2:
      return compare<&Item::points>(dice, std::int64_t{dice.below(5) - 2});
    case 3:
      return compare<&Item::weight>(dice, dice.of(weights).value_or(1.0));
    case 4:
      return compare<&Item::priority>(dice, dice.of(priorities), false);
    case 5:
      return compare<&Item::done>(dice, dice.one_in(2), false);
    case 6:
      return compare<&Item::number>(dice, random_number(dice));
    case 7:
      return compare<&Item::project>(dice, dice.of(projects));
    case 8:
      return {field<&Item::note>.is_null(), [](const Item& item) { return !item.note; }};
    case 9: {
      const std::int64_t least = random_number(dice);
      const std::int64_t greatest = random_number(dice);
      return {field<&Item::number>.between(least, greatest),
              [=](const Item& item) { return item.number >= least && item.number <= greatest; }};
    }
    default: {
      std::vector<double> values;
      for (int i = dice.below(5); i > 0; --i) {
        values.push_back(dice.of(weights).value_or(7.0));
      }
      return {field<&Item::weight>.in(values), [=](const Item& item) -> Truth {
                if (values.empty()) {
                  return false;
                }
                if (!item.weight) {
                  return std::nullopt;
                }
                return std::ranges::find(values, *item.weight) != values.end();
              }};
    }
  }
}

}  // namespace

Condition random_condition(Dice& dice, int depth) {
  if (depth == 0 || dice.one_in(3)) {
    return random_comparison(dice);
  }
  auto one = random_condition(dice, depth - 1);
  if (dice.one_in(4)) {
    return {!one.predicate, [judge = one.judge](const Item& item) -> Truth {
              const Truth truth = judge(item);
              return truth ? Truth{!*truth} : std::nullopt;
            }};
  }
  auto other = random_condition(dice, depth - 1);
  const bool both = dice.one_in(2);
  return {both ? Predicate<Item>{one.predicate && other.predicate}
               : Predicate<Item>{one.predicate || other.predicate},
          [both, left = one.judge, right = other.judge](const Item& item) -> Truth {
            const Truth l = left(item);
            const Truth r = right(item);
            if (l == !both || r == !both) {
              return !both;
            }
            return l && r ? Truth{both} : std::nullopt;
          }};
}

}  // namespace tenancy_test::repository
