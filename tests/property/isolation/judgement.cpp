#include "property/isolation/judgement.hpp"

#include <algorithm>
#include <optional>
#include <string>

namespace tenancy_test::isolation {
namespace {

/// True, false or unknown.
using Truth = std::optional<bool>;

/// A value of any column, in one form. At most one of the two is there.
struct Value {
  std::optional<double> number = {};
  std::optional<std::string> text = {};

  [[nodiscard]] bool is_null() const { return !number && !text; }
};

Value value_of(Column column, const Thing& row) {
  switch (column) {
    case Column::id:
      return {.number = static_cast<double>(row.id)};
    case Column::title:
      return {.text = row.title};
    case Column::note:
      return {.text = row.note};
    case Column::points:
      return {.number = static_cast<double>(row.points)};
    case Column::weight:
      return {.number = row.weight};
    case Column::owner:
      return {.text = row.owner};
  }
  return {};
}

Value value_of(Column column, int number) {
  Draft draft{.id = number,
              .title = number,
              .note = number,
              .points = number,
              .weight = number,
              .owner = number};
  return value_of(column, row_of(draft));
}

/// By bytes, without the sign that a char may have.
int compare_texts(const std::string& one, const std::string& other) {
  const auto less = [](char a, char b) {
    return static_cast<unsigned char>(a) < static_cast<unsigned char>(b);
  };
  if (std::ranges::lexicographical_compare(one, other, less)) {
    return -1;
  }
  return one == other ? 0 : 1;
}

int compare(const Value& one, const Value& other) {
  if (one.is_null() || other.is_null()) {
    return (one.is_null() ? 0 : 1) - (other.is_null() ? 0 : 1);
  }
  if (one.number) {
    return *one.number < *other.number ? -1 : *one.number > *other.number ? 1 : 0;
  }
  return compare_texts(*one.text, *other.text);
}

std::string without_case(std::string text) {
  for (char& letter : text) {
    if (letter >= 'A' && letter <= 'Z') {
      letter = static_cast<char>(letter - 'A' + 'a');
    }
  }
  return text;
}

Truth judge(const Term& term, const Thing& row) {
  const Value stored = value_of(term.column, row);
  if (term.test == Test::is_null) {
    return stored.is_null();
  }
  if (stored.is_null()) {
    return std::nullopt;
  }
  const Value value = value_of(term.column, term.value);
  const Value other = value_of(term.column, term.other);
  switch (term.test) {
    case Test::equal:
      return compare(stored, value) == 0;
    case Test::not_equal:
      return compare(stored, value) != 0;
    case Test::less:
      return compare(stored, value) < 0;
    case Test::at_least:
      return compare(stored, value) >= 0;
    case Test::between:
      return compare(stored, value) >= 0 && compare(stored, other) <= 0;
    case Test::one_of:
      return compare(stored, value) == 0 || compare(stored, other) == 0;
    case Test::prefix:
      return stored.text->starts_with(*value.text);
    case Test::contains:
      return without_case(*stored.text).find(without_case(*value.text)) != std::string::npos;
    case Test::is_null:
      break;
  }
  return std::nullopt;
}

Truth judge(const Condition& condition, const Thing& row) {
  bool is_unknown = false;
  for (const Term& term : condition.terms) {
    const Truth truth = judge(term, row);
    if (truth == condition.is_either) {
      return condition.is_either;
    }
    is_unknown = is_unknown || !truth;
  }
  return is_unknown ? std::nullopt : Truth{!condition.is_either};
}

}  // namespace

Thing row_of(const Draft& draft) {
  return {.id = draft.id,
          .title = title_of(draft.title),
          .note = note_of(draft.note),
          .points = points_of(draft.points),
          .weight = weight_of(draft.weight),
          .owner = owner_of(draft.owner)};
}

bool holds(const Condition& condition, const Thing& row) {
  if (condition.terms.empty()) {
    return true;
  }
  const Truth truth = judge(condition, row);
  return truth && *truth != condition.is_negated;
}

int compare(const Operation& list, const Thing& one, const Thing& other) {
  bool descends = list.newest_first;
  for (const SortBy& term : list.order) {
    descends = term.descends;
    const int result = compare(value_of(term.column, one), value_of(term.column, other));
    if (result != 0) {
      return descends ? -result : result;
    }
  }
  const int result = one.id < other.id ? -1 : one.id > other.id ? 1 : 0;
  return descends ? -result : result;
}

}  // namespace tenancy_test::isolation
