#include "storage/postgres/query_text.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "storage/postgres/query_tokens.hpp"
#include "storage/postgres/query_words.hpp"
#include "storage/scoped_limits.hpp"
#include "storage/sql_tokens.hpp"
#include "storage/sqlite/query_ceilings.hpp"
#include "storage/sqlite/query_weight.hpp"

namespace tenancy::inline v0::detail::postgres {
namespace {

using Kind = QueryToken::Kind;

constexpr std::size_t max_parameters = 1'000;

Error refused(std::string_view what) {
  return Error{
      errc::query_refused,
      "a tenant's query may not use " + std::string{what} +
          ": it is one SELECT over the tables and functions that docs/scoped-sql.md lists"};
}

/// A name of the text for a message.
std::string shown(std::string_view name) {
  constexpr std::size_t longest = 40;
  return "'" + std::string{name.substr(0, longest)} + "'";
}

bool is_one_of(const QueryToken& token, std::initializer_list<std::string_view> words) noexcept {
  return std::ranges::any_of(words, [&](std::string_view word) { return token.is(word); });
}

/// Whether the server, or the library, means something of its own by it. Types of numbers that are
/// shown as names of tables, roles and functions are not taken anywhere: a list of columns, which
/// may stand in many places, would read the catalogue by them.
bool is_name_of_server(std::string_view name) noexcept {
  constexpr std::array prefixes{std::string_view{"pg_"}, std::string_view{"tenancy_"},
                                std::string_view{"information_schema"}};
  constexpr auto types = std::to_array<std::string_view>(
      {"regclass", "regcollation", "regconfig", "regdictionary", "regnamespace", "regoper",
       "regoperator", "regproc", "regprocedure", "regrole", "regtype"});
  if (name.starts_with('_')) {
    name.remove_prefix(1);  // An array's type.
  }
  return std::ranges::any_of(prefixes,
                             [&](std::string_view prefix) {
                               return is_same_name(name.substr(0, prefix.size()), prefix);
                             }) ||
         std::ranges::any_of(types,
                             [&](std::string_view type) { return is_same_name(name, type); });
}

/// Whether a word behind a name says that the name is no column with its type.
bool goes_on(const QueryToken& token) noexcept {
  return is_one_of(
      token,
      {"and",       "as",     "asc",    "at",     "between", "by",     "collate",   "cross",
       "desc",      "else",   "end",    "escape", "except",  "filter", "for",       "from",
       "full",      "group",  "groups", "having", "ilike",   "in",     "inner",     "intersect",
       "is",        "isnull", "join",   "left",   "like",    "limit",  "natural",   "not",
       "notnull",   "nulls",  "offset", "on",     "or",      "order",  "over",      "placing",
       "preceding", "range",  "right",  "rows",   "similar", "then",   "unbounded", "union",
       "using",     "when",   "where",  "window", "within"});
}

/// Looks through the tokens of one text.
class Examiner {
 public:
  Examiner(const QueryTokens& tokens, const ScopedSqlOptions& options)
      : tokens_{tokens},
        options_{options},
        closing_(tokens.size(), 0),
        is_cast_(tokens.size()),
        is_definition_(tokens.size()) {}

  Result<void> examine() {
    BOOST_OUTCOME_TRY(look_at_beginning());
    BOOST_OUTCOME_TRY(match_parentheses());
    for (std::size_t at = 0; at < tokens_.size(); ++at) {
      // Elsewhere the word is none of these: WITH ORDINALITY, or the name of a column.
      if (tokens_[at].is("with") && (at == 0 || is_mark(at - 1, "("))) {
        mark_definitions(at);
      }
    }
    for (std::size_t at = 0; at < tokens_.size(); ++at) {
      BOOST_OUTCOME_TRY(look_at(at));
    }
    return success();
  }

 private:
  [[nodiscard]] bool is(std::size_t at, std::string_view keyword) const noexcept {
    return at < tokens_.size() && tokens_[at].is(keyword);
  }
  [[nodiscard]] bool is_mark(std::size_t at, std::string_view mark) const noexcept {
    return at < tokens_.size() && tokens_[at].is_mark(mark);
  }
  [[nodiscard]] bool is_behind(std::size_t at, std::string_view keyword) const noexcept {
    return at > 0 && is(at - 1, keyword);
  }

  Result<void> look_at_beginning() const {
    const auto first = std::ranges::find_if_not(
        tokens_, [](const QueryToken& token) { return token.is_mark("(") || token.is_mark(";"); });
    if (first == tokens_.end()) {
      return Error{errc::invalid_query, "the text holds no query"};
    }
    if (is_one_of(*first, {"select", "with", "values", "table"})) {
      return success();
    }
    return first->kind == Kind::word && contains(command_words(), first->name)
               ? refused("anything but to read")
               : Error{errc::invalid_query, "a query begins with SELECT, WITH, VALUES or TABLE"};
  }

  /// And how deeply everything stands.
  Result<void> match_parentheses() {
    std::vector<std::size_t> open;
    std::size_t cases = 0;
    std::size_t signs = 0;
    for (std::size_t at = 0; at < tokens_.size(); ++at) {
      const QueryToken& token = tokens_[at];
      const bool is_sign = token.is("not") || token.kind == Kind::operation;
      signs = is_sign ? signs + 1 : 0;
      if (token.is("case")) {
        ++cases;
      } else if (token.is("end") && cases > 0) {
        --cases;
      } else if (token.is_mark("(") || token.is_mark("[")) {
        open.push_back(at);
        is_cast_[at] = token.is_mark("(") && is_behind(at, "cast");
      } else if (token.is_mark(")") || token.is_mark("]")) {
        if (open.empty() || tokens_[open.back()].is_mark("(") != token.is_mark(")")) {
          return Error{errc::invalid_query, "a parenthesis closes nothing"};
        }
        closing_[open.back()] = at;
        open.pop_back();
      } else if (token.is("as") && !open.empty() && is_cast_[open.back()]) {
        // Of the word itself: what is behind it is a type.
        is_cast_[at] = true;
      }
      if (open.size() + cases + signs > options_.expression_depth) {
        return limit_error("depth", "the query is too deep");
      }
    }
    if (!open.empty()) {
      return Error{errc::invalid_query, "a parenthesis is not closed"};
    }
    return success();
  }

  /// The names of common table expressions behind this WITH.
  void mark_definitions(std::size_t at) {
    std::size_t name = at + (is(at + 1, "recursive") ? 2 : 1);
    while (name + 1 < tokens_.size() && tokens_[name].is_name()) {
      std::size_t next = name + 1;
      if (is_mark(next, "(")) {
        next = closing_[next] + 1;
      }
      if (!is(next, "as")) {
        return;
      }
      ++next;
      next += is(next, "not") ? 1U : 0U;
      next += is(next, "materialized") ? 1U : 0U;
      if (!is_mark(next, "(") || !begins_query(next + 1)) {
        return;
      }
      is_definition_[name] = true;
      if (!is_mark(closing_[next] + 1, ",")) {
        return;
      }
      name = closing_[next] + 2;
    }
  }

  Result<void> look_at(std::size_t at) const {
    const QueryToken& token = tokens_[at];
    if (token.is_mark(";")) {
      const bool is_last =
          std::all_of(tokens_.begin() + static_cast<std::ptrdiff_t>(at), tokens_.end(),
                      [](const QueryToken& behind) { return behind.is_mark(";"); });
      return is_last ? Result<void>{success()} : refused("a second statement");
    }
    if (token.is_mark("::")) {
      return look_at_type(at + 1);
    }
    if (!token.is_name()) {
      return success();
    }
    if (is_name_of_server(token.name)) {
      return refused(shown(token.name) + ", a name of the server's");
    }
    if (at > 0 && is_mark(at - 1, ".") && (at < 2 || !tokens_[at - 2].is_name())) {
      // The server takes `(x).f` for f(x), whatever x is.
      return refused("a name behind a dot that stands behind no name");
    }
    if (token.kind == Kind::word && contains(refused_words(), token.name)) {
      return refused(shown(token.name));
    }
    if (token.is("for") && locks_rows(at + 1)) {
      return refused("locks of rows");
    }
    if (token.is("as") && is_cast_[at]) {
      return look_at_type(at + 1);
    }
    if (token.is("as") && defines_columns(at)) {
      return look_at_columns(at + 1);
    }
    if (is_mark(at + 1, "(")) {
      return look_at_call(at);
    }
    if (at + 1 < tokens_.size() && tokens_[at + 1].kind == Kind::literal) {
      return look_at_literal(token);
    }
    return success();
  }

  [[nodiscard]] bool locks_rows(std::size_t at) const {
    return is(at, "share") || (is(at, "no") && is(at + 1, "key")) ||
           (is(at, "key") && is(at + 1, "share"));
  }

  Result<void> look_at_type(std::size_t at) const {
    if (at < tokens_.size() && tokens_[at].is_name() && contains(query_types(), tokens_[at].name)) {
      return success();
    }
    return refused(at < tokens_.size() && tokens_[at].is_name()
                       ? "the type " + shown(tokens_[at].name)
                       : std::string{"what is no type as one"});
  }

  /// Before a literal there is a keyword, or the literal's type.
  static Result<void> look_at_literal(const QueryToken& token) {
    const bool is_keyword = token.kind == Kind::word && (contains(query_keywords(), token.name) ||
                                                         is_one_of(token, {"precision"}));
    if (is_keyword || contains(query_types(), token.name)) {
      return success();
    }
    return refused("the type " + shown(token.name));
  }

  Result<void> look_at_call(std::size_t at) const {
    const QueryToken& token = tokens_[at];
    if (at > 0 && tokens_[at - 1].is_mark(".")) {
      return refused("a function by the name of its schema");
    }
    if (is_definition_[at]) {
      return success();
    }
    if (at > 0 && (is_mark(at - 1, ")") || is_behind(at, "ordinality"))) {
      // Perhaps an alias, by a name that is on a list, with columns.
      BOOST_OUTCOME_TRY(look_at_typed_names(at + 1));
    }
    if (is_behind(at, "as") && !is_cast_[at - 1]) {
      return token.is("materialized") && begins_query(at + 2) ? Result<void>{success()}
                                                              : look_at_columns(at + 1);
    }
    if (token.kind == Kind::word && contains(query_keywords(), token.name)) {
      return success();
    }
    if (!contains(query_functions(), token.name)) {
      return refused("the function " + shown(token.name));
    }
    return success();
  }

  /// VALUES may be the name of a column, too, which has no parenthesis behind it.
  [[nodiscard]] bool begins_query(std::size_t at) const noexcept {
    return is_mark(at, "(") || (is(at, "values") && is_mark(at + 1, "(")) ||
           (at < tokens_.size() && is_one_of(tokens_[at], {"select", "with", "table"}));
  }

  /// Whether a parenthesis behind this AS holds columns with their types: not a query, nor a
  /// window, which has its name before it, and another one or WINDOW before that.
  [[nodiscard]] bool defines_columns(std::size_t as) const {
    const bool is_of_window =
        as >= 2 && tokens_[as - 1].is_name() && (is(as - 2, "window") || is_mark(as - 2, ","));
    return is_mark(as + 1, "(") && !begins_query(as + 2) && !is_of_window;
  }

  /// Names behind an alias, each perhaps with a type.
  Result<void> look_at_columns(std::size_t open) const {
    std::size_t at = open + 1;
    while (at < closing_[open]) {
      if (!is_mark(at + 1, ",") && at + 1 != closing_[open]) {
        BOOST_OUTCOME_TRY(look_at_type(at + 1));
      }
      while (at < closing_[open] && !is_mark(at, ",")) {
        at = is_mark(at, "(") || is_mark(at, "[") ? closing_[at] + 1 : at + 1;
      }
      ++at;
    }
    return success();
  }

  /// In a parenthesis that may hold anything else as well: names that have a type behind them.
  Result<void> look_at_typed_names(std::size_t open) const {
    bool is_first = true;
    for (std::size_t at = open + 1; at + 1 < closing_[open];) {
      const bool may_be_column =
          is_first && tokens_[at].is_name() && tokens_[at + 1].is_name() &&
          !is_one_of(tokens_[at], {"all", "case", "distinct", "not", "select", "where", "with"});
      if (may_be_column && !goes_on(tokens_[at + 1])) {
        BOOST_OUTCOME_TRY(look_at_type(at + 1));
      }
      is_first = is_mark(at, ",");
      at = is_mark(at, "(") || is_mark(at, "[") ? closing_[at] + 1 : at + 1;
    }
    return success();
  }

  const QueryTokens& tokens_;
  const ScopedSqlOptions& options_;
  std::vector<std::size_t> closing_;  ///< For each that opens, the one that closes it.
  std::vector<bool> is_cast_;
  std::vector<bool> is_definition_;
};

/// Puts together what is sent.
class Writer {
 public:
  Result<QueryText> write(const QueryTokens& tokens) && {
    bool is_behind_dot = false;
    for (const QueryToken& token : tokens) {
      if (token.is_mark(";")) {
        continue;
      }
      if (is_behind_dot && token.is_name()) {
        text_.fields.push_back(token.name);
      }
      is_behind_dot = token.is_mark(".");
      if (!text_.sql.empty()) {
        text_.sql += ' ';
      }
      if (token.kind == Kind::parameter) {
        BOOST_OUTCOME_TRY(write_parameter(token.text));
      } else if (token.kind == Kind::operation) {
        write_operation(token.text);
      } else {
        text_.sql += token.text;
      }
    }
    text_.parameters = text_.used.size();
    return std::move(text_);
  }

 private:
  void write_operation(std::string_view letters) {
    for (std::size_t at = 0; at < letters.size(); at += letters[at] == '?' ? 2U : 1U) {
      text_.sql += letters[at];
    }
  }

  /// One without a number has the one behind the highest so far; names that stand there before have
  /// theirs.
  Result<void> write_parameter(std::string_view spelt) {
    std::size_t place = text_.used.size();
    if (spelt.size() > 1) {
      const std::string name{spelt};
      const auto known =
          std::ranges::find(text_.names, name, &std::pair<std::string, std::size_t>::first);
      if (known != text_.names.end()) {
        place = known->second;
      } else {
        if (spelt.front() != ':') {
          std::size_t number = 0;
          const auto read = std::from_chars(spelt.data() + 1, spelt.data() + spelt.size(), number);
          if (read.ec != std::errc{} || number == 0) {
            return Error{errc::invalid_query, "a parameter's number is out of range"};
          }
          place = number - 1;
        }
        text_.names.emplace_back(name, place);
      }
    }
    if (place >= max_parameters) {
      return limit_error("text", "the query has too many parameters");
    }
    if (text_.used.size() <= place) {
      text_.used.resize(place + 1);
    }
    text_.used[place] = true;
    text_.sql += "$" + std::to_string(place + 1);
    return success();
  }

  QueryText text_;
};

/// The same tokens as what bounds the size of queries knows them.
SqlTokens for_weighing(const QueryTokens& tokens) {
  SqlTokens same;
  same.reserve(tokens.size());
  for (const QueryToken& token : tokens) {
    SqlToken::Kind kind = SqlToken::Kind::word;
    if (token.kind == Kind::quoted) {
      kind = SqlToken::Kind::quoted;
    } else if (token.kind == Kind::literal) {
      kind = SqlToken::Kind::literal;
    } else if (token.kind == Kind::mark || token.kind == Kind::operation) {
      kind = SqlToken::Kind::mark;
    }
    same.push_back({kind, token.text, true});
  }
  return same;
}

Result<void> check_size(const QueryTokens& tokens) {
  const auto same = for_weighing(tokens);
  if (const auto exceeded = sqlite::exceeded_ceiling(same); !exceeded.empty()) {
    return limit_error("text", "the query has " + std::string{exceeded});
  }
  const auto weight = sqlite::query_weight(same);
  if (!weight) {
    return limit_error("depth", "the query is too deep");
  }
  if (*weight > sqlite::max_query_weight) {
    return limit_error("text",
                       "the query comes to too much once its subqueries, columns, windows and "
                       "common table expressions stand where they are named, or joins too many "
                       "tables under too many conditions");
  }
  return success();
}

}  // namespace

std::optional<std::size_t> QueryText::place_of(std::string_view name) const {
  const auto found = std::ranges::find_if(
      names, [&](const std::pair<std::string, std::size_t>& named) { return named.first == name; });
  return found == names.end() ? std::nullopt : std::optional{found->second};
}

Result<QueryText> read_query_text(std::string_view text, const ScopedSqlOptions& options) {
  if (text.size() > options.text_bytes) {
    return limit_error("text", "the query is too long");
  }
  BOOST_OUTCOME_TRY(const auto tokens, query_tokens(text));
  BOOST_OUTCOME_TRY((Examiner{tokens, options}.examine()));
  BOOST_OUTCOME_TRY(check_size(tokens));
  return Writer{}.write(tokens);
}

}  // namespace tenancy::inline v0::detail::postgres
