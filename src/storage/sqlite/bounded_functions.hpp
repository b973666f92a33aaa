#pragma once

#include <sqlite3.h>

#include "tenancy/core/result.hpp"

#include "storage/sqlite/watch.hpp"

namespace tenancy::inline v0::detail::sqlite {

/// Replaces those of SQLite's functions that take time out of proportion to what they are given:
/// `instr`, `replace`, `trim` and its kin with a linear `instr`, … `like` and `glob` with ones that
/// look at the watch before each call. SQLite looks at it between rows only, and one row may call
/// them a thousand times with a megabyte. Answers are those of SQLite for text that is UTF-8.
///
/// The watch outlives the connection. Errors: as `to_errc`.
Result<void> install_bounded_functions(sqlite3* connection, Watch& watch);

}  // namespace tenancy::inline v0::detail::sqlite
