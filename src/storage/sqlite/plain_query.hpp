#pragma once

#include <cstddef>
#include <optional>

#include "storage/sql_tokens.hpp"

namespace tenancy::inline v0::detail::sqlite {

/// What the intermediate tables of a plain query may hold together without a file, at the most, as
/// `read_program` counts it; nothing for any other query.
///
/// A plain query is one SELECT with no other in it, and of SQLite's keywords it has none but those
/// of a list: it neither lists values nor tells terms apart, recurs, computes windows, keeps rows
/// of a right side or joins alternatives. So SQLite compiles each part of it once, and each part
/// opens as many tables as it can at the most:
///
/// - the query itself three, for DISTINCT, GROUP BY and ORDER BY;
/// - what it selects from, which stands behind FROM, JOIN, a comma or a parenthesis, three each:
///   one that holds a view's rows, an index on these, and one on the table within the view.
///
/// That holds for views as `RowScope` makes them and tables without columns that are computed by
/// IN. It is the work of SQLite 3.40.1; another version is not asked. Complexity: that of the text.
std::optional<std::size_t> plain_cache_bytes(const SqlTokens& tokens);

}  // namespace tenancy::inline v0::detail::sqlite
