#include "storage/sqlite/plain_query.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <sqlite3.h>

#include "storage/sqlite/query_program.hpp"
#include "storage/sqlite/word_list.hpp"

namespace tenancy::inline v0::detail::sqlite {
namespace {

constexpr std::size_t tables_of_query = 3;
/// With one to spare.
constexpr std::size_t tables_of_source = 4;

/// Of SQLite's keywords. None opens a table or has anything compiled more than once, but for
/// those that are counted.
constexpr auto plain_words = std::to_array<std::string_view>(
    {"and",   "as",     "asc",   "between", "by",      "case",  "cast",  "collate",
     "cross", "desc",   "else",  "end",     "escape",  "first", "from",  "glob",
     "group", "having", "inner", "is",      "isnull",  "join",  "key",   "last",
     "left",  "like",   "limit", "not",     "notnull", "null",  "nulls", "offset",
     "on",    "order",  "outer", "then",    "using",   "when",  "where"});
static_assert(std::ranges::is_sorted(plain_words));
constexpr WordList plain_keywords{plain_words};

bool is_keyword(const SqlToken& token) noexcept {
  return token.kind == SqlToken::Kind::word &&
         sqlite3_keyword_check(token.text.data(), static_cast<int>(token.text.size())) != 0;
}

bool is_plain(const SqlToken& token) noexcept {
  return !is_keyword(token) || plain_keywords.contains(token);
}

bool stands_before_source(const SqlToken& token) noexcept {
  return token.is(',') || token.is('(') || token.is("JOIN");
}

}  // namespace

std::optional<std::size_t> plain_cache_bytes(const SqlTokens& tokens) {
  if (tokens.empty() || !tokens.front().is("SELECT")) {
    return std::nullopt;
  }
  // Elsewhere DISTINCT is an aggregate's, and a table for each.
  const std::size_t begin = tokens.size() > 1 && tokens[1].is("DISTINCT") ? 2 : 1;
  std::size_t sources = 0;
  for (std::size_t at = begin; at < tokens.size(); ++at) {
    if (!is_plain(tokens[at])) {
      return std::nullopt;
    }
    if (tokens[at].is("FROM") || (sources > 0 && stands_before_source(tokens[at]))) {
      ++sources;
    }
  }
  return (tables_of_query + sources * tables_of_source) * table_cache_bytes;
}

}  // namespace tenancy::inline v0::detail::sqlite
