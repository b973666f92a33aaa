#include "storage/sqlite/query_weight.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>

#include "storage/sql_tokens.hpp"

namespace tenancy::inline v0::detail::sqlite {
namespace {

using Weight = std::uint64_t;
constexpr Weight most = std::numeric_limits<Weight>::max();

Weight plus(Weight one, Weight other) noexcept { return one > most - other ? most : one + other; }
Weight times(Weight one, Weight other) noexcept {
  return one != 0 && other > most / one ? most : one * other;
}

/// Words that name nothing unless they are quoted. In alphabetical order.
constexpr auto reserved = std::to_array<std::string_view>(
    {"all",    "and",    "as",     "between", "case",    "cast",   "collate", "distinct",
     "else",   "escape", "exists", "from",    "group",   "having", "in",      "is",
     "isnull", "join",   "limit",  "not",     "notnull", "null",   "on",      "or",
     "order",  "select", "then",   "union",   "using",   "values", "when",    "where"});
static_assert(std::ranges::is_sorted(reserved));

/// How often each name stands in a part of a query.
class Names {
 public:
  void add(const std::string& name) { most_ = std::max(most_, ++counts_[name]); }
  void add(const Names& other) {
    for (const auto& [name, count] : other.counts_) {
      most_ = std::max(most_, counts_[name] += count);
    }
  }
  /// That of the one that stands there most often.
  [[nodiscard]] Weight most_often() const noexcept { return most_; }

 private:
  boost::unordered_flat_map<std::string, Weight> counts_;
  Weight most_ = 0;
};

/// A SELECT with all its terms, as it stands.
struct Query {
  Weight tokens = 0;
  Weight list_tokens = 0;  ///< Of them, in the lists of result columns.
  Weight terms = 0;
  Names all_names;                  ///< Everywhere in it.
  Names names;                      ///< Wherever columns may be named that it selects from.
  Names list_names;                 ///< In the lists of result columns.
  Names rest_names;                 ///< Outside of them, and the columns named by number.
  std::vector<std::size_t> from;    ///< Subqueries that it selects from.
  std::vector<std::size_t> listed;  ///< Other subqueries, in its lists.
  std::vector<std::size_t> others;  ///< And elsewhere.
  std::vector<std::string> tables;  ///< Names that stand where a table may.
};

/// What a query comes to.
struct Size {
  Weight whole = 0;
  Weight columns = 0;  ///< The expressions that its columns are replaced by.
  Weight terms = 1;
};

class QueryReader {
 public:
  explicit QueryReader(const SqlTokens& tokens) : tokens_{tokens} {}

  /// Reads the whole text; false when it goes too deep.
  bool read() {
    top_ = open_query();
    State state{top_};
    return read_group(state, 0);
  }

  Weight weigh() { return size_of(top_).whole; }

 private:
  enum class Part : std::uint8_t { other, list, from, by };

  /// Where the reading stands in a query.
  struct State {
    std::size_t query;
    Part part = Part::other;
  };

  std::size_t open_query() {
    queries_.emplace_back();
    return queries_.size() - 1;
  }

  /// Up to the parenthesis that closes, or to the end of the text.
  bool read_group(State& state, unsigned depth) {
    if (depth > max_query_nesting) {
      return false;
    }
    while (at_ < tokens_.size()) {
      const SqlToken& token = tokens_[at_];
      if (token.is(')')) {
        return true;
      }
      if (token.is('(')) {
        ++at_;
        if (!read_parenthesis(state, depth + 1)) {
          return false;
        }
        at_ = std::min(at_ + 1, tokens_.size());
        continue;
      }
      read_token(state, token);
      ++at_;
    }
    return true;
  }

  /// What stands in parentheses: a query of its own, or a part of the one around it.
  bool read_parenthesis(State& state, unsigned depth) {
    const bool is_query =
        at_ < tokens_.size() &&
        (tokens_[at_].is("SELECT") || tokens_[at_].is("WITH") || tokens_[at_].is("VALUES"));
    if (!is_query) {
      State inner = state;
      return read_group(inner, depth);
    }
    const std::string defined = name_defined_here();
    const std::size_t query = open_query();
    State inner{query};
    if (!read_group(inner, depth)) {
      return false;
    }
    Query& outer = queries_[state.query];
    const Query& inner_query = queries_[query];
    // Within a subquery that is no source, columns may be named of whatever is around it.
    outer.all_names.add(inner_query.all_names);
    if (!defined.empty()) {
      definitions_[defined].push_back(query);
    } else if (state.part == Part::from) {
      outer.from.push_back(query);
    } else {
      outer.names.add(inner_query.all_names);
      const bool is_listed = state.part == Part::list;
      (is_listed ? outer.listed : outer.others).push_back(query);
      (is_listed ? outer.list_names : outer.rest_names).add(inner_query.all_names);
    }
    return true;
  }

  /// The name in `name AS (`, `name (columns) AS MATERIALIZED (` and the like, before the place
  /// that was reached; empty when it is none of these.
  [[nodiscard]] std::string name_defined_here() const {
    std::size_t at = at_ - 1;  // The parenthesis.
    const auto steps_back_over = [&](std::string_view keyword) {
      if (at > 0 && tokens_[at - 1].is(keyword)) {
        --at;
        return true;
      }
      return false;
    };
    if (steps_back_over("MATERIALIZED")) {
      steps_back_over("NOT");
    }
    if (!steps_back_over("AS") || at == 0) {
      return {};
    }
    if (tokens_[at - 1].is(')')) {
      while (at > 0 && !tokens_[at - 1].is('(')) {
        --at;
      }
      at = at == 0 ? 0 : at - 1;
    }
    return at == 0 ? std::string{} : folded(tokens_[at - 1]);
  }

  void read_token(State& state, const SqlToken& token) {
    Query& query = queries_[state.query];
    ++query.tokens;
    query.list_tokens += state.part == Part::list ? 1 : 0;
    if (token.is("SELECT") || token.is("VALUES")) {
      ++query.terms;
      state.part = Part::list;
    } else if (token.is("FROM")) {
      state.part = Part::from;
    } else if (token.is("BY")) {
      state.part = Part::by;
    } else if (ends_part(token)) {
      state.part = Part::other;
    }
    if (stands_where_table_may(state)) {
      query.tables.push_back(folded(token));
    }
    if (names_column(state, token)) {
      const std::string name = folded(token);
      query.all_names.add(name);
      query.names.add(name);
      (state.part == Part::list ? query.list_names : query.rest_names).add(name);
    }
  }

  static bool ends_part(const SqlToken& token) {
    constexpr std::array<std::string_view, 9> keywords{
        "WHERE", "GROUP", "ORDER", "HAVING", "LIMIT", "WINDOW", "UNION", "INTERSECT", "EXCEPT"};
    return std::ranges::any_of(keywords, [&](auto keyword) { return token.is(keyword); });
  }

  [[nodiscard]] bool stands_where_table_may(const State& state) const {
    const SqlToken& token = tokens_[at_];
    if (at_ == 0 || token.kind == SqlToken::Kind::mark) {
      return false;
    }
    const SqlToken& before = tokens_[at_ - 1];
    return before.is("FROM") || before.is("JOIN") || before.is("IN") ||
           (state.part == Part::from && (before.is(',') || before.is('(')));
  }

  [[nodiscard]] bool names_column(const State& state, const SqlToken& token) const {
    const auto next_is = [&](char mark) {
      return at_ + 1 < tokens_.size() && tokens_[at_ + 1].is(mark);
    };
    switch (token.kind) {
      case SqlToken::Kind::mark:
        // All columns, and not a product.
        return token.is('*') && state.part == Part::list && at_ > 0 &&
               (tokens_[at_ - 1].is(',') || tokens_[at_ - 1].is('.') ||
                tokens_[at_ - 1].is("SELECT") || tokens_[at_ - 1].is("DISTINCT") ||
                tokens_[at_ - 1].is("ALL"));
      case SqlToken::Kind::literal:
        return false;
      case SqlToken::Kind::quoted:
        return !next_is('.');
      case SqlToken::Kind::word:
        if (token.text.front() >= '0' && token.text.front() <= '9') {
          return state.part == Part::by;
        }
        return !next_is('.') && !next_is('(') &&
               !std::ranges::binary_search(reserved, std::string_view{folded(token)});
    }
    return true;
  }

  static std::string folded(const SqlToken& token) {
    std::string name = token.name();
    std::ranges::transform(name, name.begin(), [](char letter) {
      return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
    });
    return name;
  }

  /// That of a query within itself is nothing: what recurs is not written out again.
  const Size& size_of(std::size_t index) {
    static constexpr Size within_itself{0, 0, 1};
    if (sizes_.empty()) {
      sizes_.resize(queries_.size());
      states_.resize(queries_.size(), Weighing::unweighed);
    }
    if (states_[index] == Weighing::begun) {
      return within_itself;
    }
    if (states_[index] == Weighing::unweighed) {
      states_[index] = Weighing::begun;
      sizes_[index] = weigh(queries_[index]);
      states_[index] = Weighing::done;
    }
    return sizes_[index];
  }

  Size weigh(const Query& query) {
    Weight whole = 0;
    Weight selected = 0;  // What its columns may be replaced by.
    Weight terms_below = 1;
    const auto add_source = [&](std::size_t source) {
      const Size& size = size_of(source);
      whole = plus(whole, size.whole);
      selected = plus(selected, size.columns);
      terms_below = std::max(terms_below, size.terms);
    };
    std::ranges::for_each(query.from, add_source);
    for (const std::string& table : query.tables) {
      if (const auto defined = definitions_.find(table); defined != definitions_.end()) {
        std::ranges::for_each(defined->second, add_source);
      } else {
        selected = plus(selected, 1);
      }
    }
    const auto all_of = [&](const std::vector<std::size_t>& subqueries) {
      Weight sum = 0;
      for (const std::size_t subquery : subqueries) {
        sum = plus(sum, size_of(subquery).whole);
      }
      return sum;
    };
    const Weight list = plus(query.list_tokens, all_of(query.listed));
    const Weight own = plus(plus(query.tokens, all_of(query.listed)), all_of(query.others));
    const Weight replaced = times(query.names.most_often(), selected);
    const Weight aliases = times(query.rest_names.most_often(), list);
    whole = plus(whole, times(terms_below, plus(own, plus(replaced, aliases))));
    return {whole, plus(list, times(query.list_names.most_often(), selected)),
            times(std::max<Weight>(query.terms, 1), terms_below)};
  }

  enum class Weighing : std::uint8_t { unweighed, begun, done };

  const SqlTokens& tokens_;
  std::size_t at_ = 0;
  std::size_t top_ = 0;
  std::vector<Query> queries_;
  /// The queries of common table expressions, by name.
  boost::unordered_flat_map<std::string, std::vector<std::size_t>> definitions_;
  std::vector<Size> sizes_;
  std::vector<Weighing> states_;
};

}  // namespace

std::optional<std::uint64_t> query_weight(std::string_view sql) {
  const SqlTokens tokens = sql_tokens(sql);
  QueryReader reader{tokens};
  return reader.read() ? std::optional{reader.weigh()} : std::nullopt;
}

}  // namespace tenancy::inline v0::detail::sqlite
