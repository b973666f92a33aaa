#include "storage/sqlite/query_weight.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "storage/sqlite/query_shape.hpp"

namespace tenancy::inline v0::detail::sqlite {
namespace {

using Weight = std::uint64_t;
constexpr Weight most_weight = std::numeric_limits<Weight>::max();

Weight plus(Weight one, Weight other) noexcept {
  return one > most_weight - other ? most_weight : one + other;
}
template <class... More>
Weight plus(Weight one, Weight other, Weight third, More... more) noexcept {
  Weight sum = plus(one, other);
  for (const Weight next : {third, Weight{more}...}) {
    sum = plus(sum, next);
  }
  return sum;
}
Weight times(Weight one, Weight other) noexcept {
  return one != 0 && other > most_weight / one ? most_weight : one * other;
}

/// What a query comes to when everything stands where it is named.
struct Size {
  Weight whole = 0;          ///< Of all of it.
  Weight columns = 1;        ///< Of the expressions that its columns stand for.
  Weight names_columns = 0;  ///< How often one name stands in these.
  Weight names = 0;          ///< And in all of it.
  Weight terms = 1;          ///< SELECTs that a query around it is written out for.
  Weight levels = 0;         ///< Of subqueries in it, into which a condition on it is put.
  Weight selects = 0;        ///< SELECTs and rows of VALUES in these.
  Weight tables = 1;         ///< That it has a query around it join.
  Weight conditions = 0;     ///< Names in what it has it plan for.
  Weight sorted = 0;         ///< And columns in what it has it sort by.
  Weight junctions = 0;      ///< AND and OR in the expressions of its columns.
};

constexpr Size size_of_table{};
constexpr Size too_large{most_weight, most_weight, most_weight, most_weight,
                         most_weight, most_weight, most_weight, most_weight,
                         most_weight, most_weight, most_weight};

/// SQLite tries orders of the tables, for each the indexes that each condition allows, and looks
/// which of them sort; and each condition is compared with the others. The factors are measured.
Weight weight_of_planning(const Size& joined) noexcept {
  const Weight orders =
      times(times(joined.tables, joined.tables), times(joined.conditions, joined.sorted / 2 + 2));
  return plus(orders, times(joined.conditions, joined.conditions) / 8);
}

/// Of several queries together.
struct Sum {
  Weight whole = 0;
  Weight names = 0;
};

class Scales {
 public:
  explicit Scales(const std::vector<QueryShape>& queries)
      : queries_{queries}, sizes_(queries.size()), states_(queries.size(), State::unweighed) {}

  /// A query within itself is refused by SQLite, unless it recurs: that is looked for before.
  const Size& size_of(std::size_t index) {
    if (states_[index] == State::begun) {
      return too_large;
    }
    if (states_[index] == State::unweighed) {
      states_[index] = State::begun;
      sizes_[index] = weigh(index);
      states_[index] = State::done;
    }
    return sizes_[index];
  }

 private:
  enum class State : std::uint8_t { unweighed, begun, done };

  /// The common table expression of that name, which is a table within itself.
  const Size& size_of_named(const std::string& name, std::size_t within) {
    std::vector<std::size_t> around;
    for (std::optional<std::size_t> at = within; at; at = queries_[*at].parent) {
      around.push_back(*at);
      const auto found = queries_[*at].definitions.find(name);
      if (found != queries_[*at].definitions.end()) {
        return std::ranges::find(around, found->second) == around.end() ? size_of(found->second)
                                                                        : size_of_table;
      }
    }
    return size_of_table;
  }

  Sum sum_of(const QueryPart& part, std::size_t within) {
    Sum sum{part.tokens, plus(part.everything, part.names.most_often())};
    const auto add = [&](const Size& size) {
      sum = {plus(sum.whole, size.whole), plus(sum.names, size.names)};
    };
    for (const std::size_t subquery : part.subqueries) {
      add(size_of(subquery));
    }
    for (const std::string& table : part.tables) {
      add(size_of_named(table, within));
    }
    return sum;
  }

  std::vector<const Size*> sources_of(const QueryTerm& term, std::size_t within) {
    std::vector<const Size*> sources;
    for (const std::size_t subquery : term.subqueries) {
      sources.push_back(&size_of(subquery));
    }
    for (const std::string& table : term.tables) {
      sources.push_back(&size_of_named(table, within));
    }
    return sources;
  }

  Size weigh(std::size_t index) {
    const QueryShape& query = queries_[index];
    const Sum window = sum_of(query.windows, index);
    const Sum windows{times(query.window_uses, window.whole),
                      times(query.window_uses, window.names)};
    Sum list = sum_of(query.list, index);
    list = {plus(list.whole, windows.whole), plus(list.names, windows.names)};
    Sum rest = sum_of(query.rest, index);
    rest = {plus(rest.whole, windows.whole), plus(rest.names, windows.names)};

    Size below;  // Of its sources: of all terms, or of the largest one.
    below.columns = 0;
    Weight copies = 1;
    Weight planning = 0;
    Size size;
    size.terms = 0;
    size.selects = query.rows;
    for (const QueryTerm& term : query.terms) {
      Size joined = size_of(term, index);
      // A condition may be a column's, whose expression is many.
      const Weight junctions = plus(query.list.junctions, times(list.names, joined.junctions));
      joined.conditions =
          plus(joined.conditions, times(times(rest.names, 2), plus(junctions, joined.junctions)));
      size.junctions = std::max(size.junctions, junctions);
      planning = plus(planning, times(joined.terms, weight_of_planning(joined)));
      copies = std::max(copies, joined.terms);
      size.terms = plus(size.terms, joined.terms);
      size.levels = std::max(size.levels, plus(joined.levels, 1));
      size.selects = plus(size.selects, joined.selects, 1);
      size.tables = std::max(size.tables, joined.tables);
      size.conditions = std::max(size.conditions, joined.conditions);
      size.sorted = std::max(size.sorted, joined.sorted);
      below.whole = plus(below.whole, joined.whole);
      below.columns = std::max(below.columns, joined.columns);
      below.names_columns = std::max(below.names_columns, joined.names_columns);
      below.names = plus(below.names, joined.names);
      below.levels = std::max(below.levels, joined.levels);
      below.selects = std::max(below.selects, joined.selects);
    }
    size.terms = std::max<Weight>(size.terms, 1);
    if (query.is_grouped && query.terms.size() == 1) {
      // It is joined as it is, and not by what it joins itself.
      size.tables = 1;
      size.conditions = 0;
      size.sorted = 0;
    }
    const Weight times_named = plus(below.names_columns, 1);
    size.columns = plus(list.whole, times(list.names, below.columns));
    size.names_columns = times(list.names, times_named);
    size.names = times(copies, plus(times(plus(list.names, rest.names), times_named),
                                    times(rest.names, size.names_columns), below.names));
    const Weight replaced = times(rest.names, plus(below.columns, size.columns));
    size.whole = plus(below.whole, times(copies, plus(size.columns, rest.whole, replaced)),
                      times(below.levels, replaced), times(below.selects, rest.whole), planning);
    return size;
  }

  /// What one term selects from.
  Size size_of(const QueryTerm& term, std::size_t within) {
    const auto sources = sources_of(term, within);
    Size all{0, 0, 0, 0, 1, 0, 0, 0, term.names, term.sorted, 0};
    for (const Size* source : sources) {
      all.columns = plus(all.columns, source->columns);
      all.names_columns = plus(all.names_columns, source->names_columns);
      all.names = plus(all.names, source->names);
      all.terms = times(all.terms, source->terms);
      all.levels = std::max(all.levels, source->levels);
      all.selects = plus(all.selects, source->selects);
      all.tables = plus(all.tables, source->tables);
      all.conditions = plus(all.conditions, source->conditions);
      all.sorted = plus(all.sorted, source->sorted);
      all.junctions = plus(all.junctions, source->junctions);
    }
    for (const Size* source : sources) {
      // Written out anew for the terms of all others.
      all.whole = plus(all.whole, times(source->whole, all.terms / source->terms));
    }
    return all;
  }

  const std::vector<QueryShape>& queries_;
  std::vector<Size> sizes_;
  std::vector<State> states_;
};

}  // namespace

std::optional<std::uint64_t> query_weight(const SqlTokens& tokens) {
  const auto queries = query_shapes(tokens, max_query_nesting);
  return queries.empty() ? std::nullopt : std::optional{Scales{queries}.size_of(0).whole};
}

}  // namespace tenancy::inline v0::detail::sqlite
