#include "property/isolation/queries.hpp"

#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

#include "property/isolation/judgement.hpp"

namespace tenancy_test::isolation {
namespace {

using tenancy::field;
using tenancy::Predicate;

template <class Value>
Value plain(const std::optional<Value>& value) {
  return value.value();
}
template <class Value>
Value plain(const Value& value) {
  return value;
}

template <auto Member>
Predicate<Thing> comparison(const Term& term) {
  constexpr auto column = field<Member>;
  using Value = tenancy::detail::ValueOf<Member>;
  constexpr bool may_be_null = tenancy::detail::is_optional<Value>;
  const auto value_of = [](int number) {
    return plain(row_of({.id = number,
                         .title = number,
                         .note = number,
                         .points = number,
                         .weight = number,
                         .owner = number}).*
                 Member);
  };
  const auto value = value_of(term.value);
  switch (term.test) {
    case Test::equal:
      return column == value;
    case Test::not_equal:
      return column != value;
    case Test::less:
      return column < value;
    case Test::at_least:
      return column >= value;
    case Test::between:
      return column.between(value, value_of(term.other));
    case Test::one_of:
      return column.in(std::vector{value, value_of(term.other)});
    case Test::is_null:
      if constexpr (may_be_null) {
        return column.is_null();
      }
      break;
    case Test::prefix:
      if constexpr (std::is_same_v<decltype(value), const std::string>) {
        return column.prefix(value);
      }
      break;
    case Test::contains:
      if constexpr (std::is_same_v<decltype(value), const std::string>) {
        return column.contains(value);
      }
      break;
  }
  TENANCY_ASSERT(false, "a test that the column does not know");
  return {};
}

Predicate<Thing> comparison(const Term& term) {
  switch (term.column) {
    case Column::id:
      return comparison<&Thing::id>(term);
    case Column::title:
      return comparison<&Thing::title>(term);
    case Column::note:
      return comparison<&Thing::note>(term);
    case Column::points:
      return comparison<&Thing::points>(term);
    case Column::weight:
      return comparison<&Thing::weight>(term);
    case Column::owner:
      return comparison<&Thing::owner>(term);
  }
  return {};
}

}  // namespace

Predicate<Thing> predicate_of(const Condition& condition) {
  Predicate<Thing> all;
  for (const Term& term : condition.terms) {
    all = condition.is_either ? all || comparison(term) : all && comparison(term);
  }
  return condition.is_negated && !condition.terms.empty() ? Predicate<Thing>{!all} : all;
}

tenancy::Query<Thing> query_of(const Operation& list) {
  tenancy::Query<Thing> query;
  query.where(predicate_of(list.condition));
  for (const SortBy& term : list.order) {
    switch (term.column) {
      case Column::id:
        query.order_by(tenancy::SortTerm<&Thing::id>{term.descends});
        break;
      case Column::title:
        query.order_by(tenancy::SortTerm<&Thing::title>{term.descends});
        break;
      case Column::note:
        query.order_by(tenancy::SortTerm<&Thing::note>{term.descends});
        break;
      case Column::points:
        query.order_by(tenancy::SortTerm<&Thing::points>{term.descends});
        break;
      case Column::weight:
        query.order_by(tenancy::SortTerm<&Thing::weight>{term.descends});
        break;
      case Column::owner:
        query.order_by(tenancy::SortTerm<&Thing::owner>{term.descends});
        break;
    }
  }
  return query;
}

}  // namespace tenancy_test::isolation
