#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tenancy/core/result.hpp"
#include "tenancy/storage/sql_limits.hpp"

namespace tenancy::inline v0::detail::postgres {

/// A query that a tenant wrote, as it is sent.
struct QueryText {
  std::string sql;              ///< Of the tokens that were looked at, and no others.
  std::size_t parameters = 0;   ///< How many there are: `$1` and so on.
  std::vector<bool> used = {};  ///< Those that stand in the text.
  std::vector<std::pair<std::string, std::size_t>> names = {};  ///< With places from 0.
  std::vector<std::string> fields = {};  ///< Names behind a dot, which may call a function.

  [[nodiscard]] std::optional<std::size_t> place_of(std::string_view name) const;
};

/// Looks whether a text is one query that reads, by tables' plain names and with functions, types
/// and words that are on the lists of query_words.hpp, and not too large.
///
/// Isolation: none rests on it. It keeps out what tells of the server, the session and the
/// catalogue, and what takes time or memory out of proportion.
/// Errors: `invalid_query`, `query_refused`, `query_limit_exceeded`. Messages hold words of the
/// text alone.
/// Complexity: that of the text, times how deeply queries stand in it.
Result<QueryText> read_query_text(std::string_view text, const ScopedSqlOptions& options);

}  // namespace tenancy::inline v0::detail::postgres
