#include "storage/sqlite/query_shape.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "storage/sqlite/word_list.hpp"

namespace tenancy::inline v0::detail::sqlite {
namespace {

constexpr auto never_name_words = std::to_array<std::string_view>(
    {"all",    "and",    "as",    "between", "case",   "collate", "distinct",  "else",  "escape",
     "except", "exists", "from",  "group",   "having", "in",      "intersect", "is",    "isnull",
     "join",   "limit",  "not",   "notnull", "null",   "on",      "or",        "order", "select",
     "then",   "union",  "using", "values",  "when",   "where"});
static_assert(std::ranges::is_sorted(never_name_words));

constexpr auto before_expression_words = std::to_array<std::string_view>(
    {"by", "glob", "groups", "like", "match", "offset", "range", "regexp", "rows"});
static_assert(std::ranges::is_sorted(before_expression_words));

/// Words that name nothing unless they are quoted.
constexpr WordList never_names{never_name_words};

/// Words that may be names, and behind which an expression may stand when they are none.
constexpr WordList before_expressions{before_expression_words};

constexpr auto behind_tables_words = std::to_array<std::string_view>(
    {"except", "group", "having", "intersect", "limit", "order", "union", "where"});
static_assert(std::ranges::is_sorted(behind_tables_words));

/// What ends the lists and tables of a SELECT.
constexpr WordList behind_tables{behind_tables_words};

/// How many columns NATURAL is taken to join by and DISTINCT to sort by: which there are is not
/// known here.
constexpr std::uint64_t columns_of_all = 16;

std::string folded_name(const SqlToken& token) {
  std::string name = token.name();
  std::ranges::transform(name, name.begin(), &lower_case);
  return name;
}

bool is_number(const SqlToken& token) noexcept {
  return token.text.front() >= '0' && token.text.front() <= '9';
}

bool is_parameter(const SqlToken& token) noexcept {
  constexpr std::string_view signs = "$@:#?";
  return signs.find(token.text.front()) != std::string_view::npos;
}

bool never_is_name(const SqlToken& token) {
  return token.kind == SqlToken::Kind::mark || is_number(token) || is_parameter(token) ||
         never_names.contains(token);
}

bool begins_term(const SqlToken& token) noexcept {
  return token.is("SELECT") || token.is("VALUES");
}

class ShapeReader {
 public:
  ShapeReader(const SqlTokens& tokens, unsigned max_nesting)
      : tokens_{tokens},
        max_nesting_{max_nesting},
        is_query_(tokens.size()),
        names_nothing_(tokens.size()) {
    std::vector<std::size_t> open;
    for (std::size_t at = 0; at < tokens_.size(); ++at) {
      names_nothing_[at] = never_is_name(tokens_[at]);
      if (tokens_[at].is('(')) {
        open.push_back(at);
      } else if (tokens_[at].is(')') && !open.empty()) {
        open.pop_back();
      } else if (begins_term(tokens_[at]) && !open.empty()) {
        is_query_[open.back()] = true;
      }
    }
  }

  std::vector<QueryShape> read() {
    Place top{open_query({})};
    while (at_ < tokens_.size()) {
      if (!read_group(top, 0)) {
        return {};
      }
      ++at_;  // A parenthesis that closes nothing.
    }
    return std::move(queries_);
  }

 private:
  enum class Part : std::uint8_t { list, tables, rest };

  /// Where the reading stands.
  struct Place {
    std::size_t query;
    Part part = Part::rest;
    bool in_query = true;  ///< And not in parentheses within it.
    bool in_tables = false;
    bool in_window = false;
    bool in_positions = false;  ///< Where numbers stand for columns.
    bool in_sorting = false;    ///< Where columns are sorted by, in windows too.
  };

  std::size_t open_query(std::optional<std::size_t> parent) {
    queries_.emplace_back().parent = parent;
    return queries_.size() - 1;
  }

  QueryTerm& term_at(const Place& place) {
    auto& terms = queries_[place.query].terms;
    return terms.empty() ? terms.emplace_back() : terms.back();
  }

  QueryPart& part_at(const Place& place) {
    QueryShape& query = queries_[place.query];
    return place.in_window ? query.windows : place.part == Part::list ? query.list : query.rest;
  }

  [[nodiscard]] bool is_behind(std::string_view keyword, std::size_t at) const {
    return at > 0 && tokens_[at - 1].is(keyword);
  }
  [[nodiscard]] bool is_behind(char mark, std::size_t at) const {
    return at > 0 && tokens_[at - 1].is(mark);
  }
  [[nodiscard]] bool is_before(char mark, std::size_t at) const {
    return at + 1 < tokens_.size() && tokens_[at + 1].is(mark);
  }

  /// Up to the parenthesis that closes, or to the end of the text.
  bool read_group(Place& place, unsigned depth) {
    if (depth > max_nesting_) {
      return false;
    }
    for (; at_ < tokens_.size() && !tokens_[at_].is(')'); ++at_) {
      if (!tokens_[at_].is('(')) {
        read_token(place);
      } else if (!read_parenthesis(place, depth + 1)) {
        return false;
      }
    }
    return true;
  }

  bool read_parenthesis(Place& place, unsigned depth) {
    const std::size_t opening = at_++;
    const bool is_source = stands_where_table_may(place, opening);
    if (!is_query_[opening]) {
      ++part_at(place).tokens;
      Place inner = place;
      inner.in_query = false;
      inner.in_tables = is_source;
      if (place.part == Part::tables && !is_source) {
        inner.part = Part::rest;
      }
      if (is_behind("AS", opening)) {
        inner.in_window = true;
        ++queries_[place.query].window_uses;
      }
      if (place.in_query && place.part == Part::list && is_behind(',', opening)) {
        ++queries_[place.query].rows;
      }
      return read_group(inner, depth);
    }
    const std::size_t query = open_query(place.query);
    if (const auto defined = name_defined_before(opening); !defined.empty()) {
      queries_[place.query].definitions.emplace(defined, query);
    } else if (is_source) {
      term_at(place).subqueries.push_back(query);
    } else {
      part_at(place).subqueries.push_back(query);
    }
    Place inner{query};
    return read_group(inner, depth);
  }

  /// The name in `name AS (`, `name (columns) AS MATERIALIZED (` and the like; empty when what
  /// the parenthesis is behind is none of these.
  [[nodiscard]] std::string name_defined_before(std::size_t opening) const {
    std::size_t at = opening;
    if (is_behind("MATERIALIZED", at)) {
      --at;
      if (is_behind("NOT", at)) {
        --at;
      }
    }
    if (!is_behind("AS", at) || --at == 0) {
      return {};
    }
    if (is_behind(')', at)) {
      while (at > 0 && !tokens_[at].is('(')) {
        --at;
      }
    }
    return at == 0 ? std::string{} : folded_name(tokens_[at - 1]);
  }

  void read_token(Place& place) {
    const SqlToken& token = tokens_[at_];
    if (place.in_query) {
      enter_part(place, token);
    }
    if (place.in_tables && token.is("ON")) {
      place.part = Part::rest;
    } else if (place.in_tables && (token.is("JOIN") || token.is(','))) {
      place.part = Part::tables;
    }
    place.in_sorting = place.in_sorting || token.is("ORDER") || token.is("GROUP") ||
                       token.is("PARTITION") || (token.is("DISTINCT") && is_behind("SELECT", at_));
    QueryPart& part = part_at(place);
    ++part.tokens;
    part.junctions += token.is("AND") || token.is("OR") ? 1U : 0U;
    if (token.is("OVER")) {
      ++queries_[place.query].window_uses;
    }
    if (stands_where_table_may(place, at_) && !names_nothing_[at_]) {
      term_at(place).tables.push_back(is_before('.', at_) ? std::string{} : folded_name(token));
    } else if (is_behind("IN", at_) && !names_nothing_[at_]) {
      part.tables.push_back(folded_name(token));
    }
    const bool is_position = place.in_positions && is_number(token);
    const bool is_column = !is_position && may_name_column();
    if (stands_for_all_columns(place)) {
      ++part.everything;
      term_at(place).names += token.is("NATURAL") ? columns_of_all : 0;
      term_at(place).sorted += place.in_sorting ? columns_of_all : 0;
    } else if (is_position || is_column) {
      // A number is the same one however it is spelt.
      part.names.add(is_position ? "1" : folded_name(token));
      ++term_at(place).names;
      term_at(place).sorted += std::uint64_t{place.in_sorting};
    }
  }

  void enter_part(Place& place, const SqlToken& token) {
    QueryShape& query = queries_[place.query];
    if (begins_term(token)) {
      query.terms.emplace_back();
      if (token.is("VALUES")) {
        ++query.rows;
      }
      place = Place{place.query, Part::list};
    } else if (token.is("FROM") && !is_behind("DISTINCT", at_)) {
      place.part = Part::tables;
      place.in_tables = true;
      place.in_sorting = false;
    } else if (behind_tables.contains(token)) {
      place.part = Part::rest;
      place.in_tables = false;
      place.in_positions = token.is("GROUP") || token.is("ORDER");
      query.is_grouped = query.is_grouped || token.is("GROUP");
    }
  }

  /// A table or a parenthesis with tables.
  [[nodiscard]] bool stands_where_table_may(const Place& place, std::size_t at) const {
    return place.part == Part::tables && (is_behind("FROM", at) || is_behind("JOIN", at) ||
                                          is_behind(',', at) || is_behind('(', at));
  }

  [[nodiscard]] bool stands_for_all_columns(const Place& place) const {
    return tokens_[at_].is("NATURAL") ||
           (tokens_[at_].is('*') && place.part == Part::list &&
            (is_behind(',', at_) || is_behind('.', at_) || is_behind("SELECT", at_) ||
             is_behind("DISTINCT", at_) || is_behind("ALL", at_)));
  }

  [[nodiscard]] bool may_name_column() const {
    const SqlToken& token = tokens_[at_];
    if (names_nothing_[at_] || token.kind == SqlToken::Kind::literal || is_before('.', at_) ||
        is_before('(', at_)) {
      return false;
    }
    if (token.is("BY") && (is_behind("GROUP", at_) || is_behind("ORDER", at_))) {
      return false;
    }
    if (token.is("PARTITION") && is_behind('(', at_) && is_followed_by("BY")) {
      return false;
    }
    return at_ == 0 || may_begin_behind(at_ - 1);
  }

  [[nodiscard]] bool is_followed_by(std::string_view keyword) const {
    return at_ + 1 < tokens_.size() && tokens_[at_ + 1].is(keyword);
  }

  /// Whether an expression may: there is none behind another one, whose alias it would be.
  [[nodiscard]] bool may_begin_behind(std::size_t at) const {
    const SqlToken& before = tokens_[at];
    if (names_nothing_[at]) {
      return !before.is(')') && !before.is("AS") && !is_number(before) && !is_parameter(before);
    }
    return before_expressions.contains(before);
  }

  const SqlTokens& tokens_;
  unsigned max_nesting_;
  std::vector<bool> is_query_;       ///< By the parenthesis that opens.
  std::vector<bool> names_nothing_;  ///< By token.
  std::size_t at_ = 0;
  std::vector<QueryShape> queries_;
};

}  // namespace

std::vector<QueryShape> query_shapes(const SqlTokens& tokens, unsigned max_nesting) {
  return ShapeReader{tokens, max_nesting}.read();
}

}  // namespace tenancy::inline v0::detail::sqlite
