#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tenancy/core/result.hpp"

namespace tenancy::inline v0::detail::postgres {

/// A part of an SQL text as PostgreSQL finds it, with no space or comment in it.
struct QueryToken {
  enum class Kind : std::uint8_t {
    word,     ///< A keyword or a bare name.
    quoted,   ///< `"a"`.
    literal,  ///< A text or bits, however it is quoted.
    number,
    parameter,  ///< `?`, `?1`, `$1` or `:name`.
    mark,       ///< `( ) [ ] , ; . : ::`
    operation,  ///< A run of the letters of operators.
  };

  Kind kind;
  std::string_view text;  ///< As it stands.
  std::string name;       ///< Of a word in small letters, of what is quoted without quotes.

  /// Whether it is this keyword, in small letters, which is never quoted.
  [[nodiscard]] bool is(std::string_view keyword) const noexcept {
    return kind == Kind::word && name == keyword;
  }
  [[nodiscard]] bool is_mark(std::string_view mark) const noexcept {
    return kind == Kind::mark && text == mark;
  }
  [[nodiscard]] bool is_name() const noexcept { return kind == Kind::word || kind == Kind::quoted; }
};

using QueryTokens = std::vector<QueryToken>;

/// The tokens of a query that a tenant wrote, which outlives them. What versions of PostgreSQL, or
/// its settings, read in different ways is refused, and so is what is not closed.
///
/// A question mark is a parameter; two are one in an operator (`??|`). Written one by one with a
/// space between, the tokens are read as the same again.
/// Errors: `invalid_query`.
/// Source: https://www.postgresql.org/docs/15/sql-syntax-lexical.html
Result<QueryTokens> query_tokens(std::string_view sql);

}  // namespace tenancy::inline v0::detail::postgres
