#pragma once

#include <cstdint>
#include <optional>

#include "tenancy/core/export.hpp"

#include "storage/sql_tokens.hpp"

namespace tenancy::inline v0::detail::sqlite {

/// What a query may be compiled from at the most: some tens of megabytes and up to about a hundred
/// milliseconds.
inline constexpr std::uint64_t max_query_weight = 100'000;

/// How deeply parentheses may stand in each other, which is deeper than SQLite's parser goes.
inline constexpr unsigned max_query_nesting = 200;

/// About how many tokens a query comes to when SQLite has put into it all that its names stand for,
/// and about how many microseconds it takes to find a plan. It asks nobody meanwhile, and no limit
/// of its own stops it:
///
/// - a common table expression is written out wherever it is named;
/// - a column of a subquery is replaced by its expression wherever it is named, once the subquery
///   is made part of the query around it; a result column by its alias, and by its number in
///   ORDER BY and GROUP BY, however that is spelt;
/// - a window is copied to wherever it is named, with the subqueries in it;
/// - a query around a compound one is written out for each of its terms, and a condition for each
///   row of VALUES;
/// - tables of subqueries are joined with those around them, and time to plan goes up with the
///   square of how many there are, times the conditions, times the columns that are sorted by.
///
/// A text of a few hundred bytes that doubles something twenty times comes to a gigabyte. The
/// number is taken from the tokens alone and is rather too large; it saturates at `UINT64_MAX`,
/// which is also that of common table expressions that name each other in a circle. There is none
/// for a text whose parentheses stand in each other too deeply. Complexity: that of the text, times
/// how deeply subqueries stand in each other. It goes as deep as the text has queries, which
/// `exceeded_ceiling` bounds.
TENANCY_API std::optional<std::uint64_t> query_weight(const SqlTokens& tokens);

}  // namespace tenancy::inline v0::detail::sqlite
