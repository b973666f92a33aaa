#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tenancy::inline v0::detail::sqlite {

/// What a query may be compiled from at the most: some tens of megabytes and of milliseconds.
inline constexpr std::uint64_t max_query_weight = 100'000;

/// How deeply parentheses may stand in each other, which is deeper than SQLite's parser goes.
inline constexpr unsigned max_query_nesting = 200;

/// About how many tokens a query comes to when SQLite has put into it all that its names stand for.
/// It asks nobody while it does, and no limit of its own stops it:
///
/// - a common table expression is written out wherever it is named;
/// - a column of a subquery is replaced by its expression wherever it is named, once the subquery
/// is
///   made part of the query around it; a result column by its alias, and by its number in ORDER BY;
/// - a query around a compound one is written out for each of its terms.
///
/// A text of a few hundred bytes that doubles something twenty times comes to a gigabyte. The
/// number is taken from the tokens alone and is rather too large; it saturates at `UINT64_MAX`.
/// There is none for a text whose parentheses stand in each other too deeply. Complexity: that of
/// the text, times how deeply subqueries stand in each other.
std::optional<std::uint64_t> query_weight(std::string_view sql);

}  // namespace tenancy::inline v0::detail::sqlite
