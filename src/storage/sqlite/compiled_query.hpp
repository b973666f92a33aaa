#pragma once

#include <memory>
#include <string_view>

#include <sqlite3.h>

#include "tenancy/storage/sql_limits.hpp"

#include "storage/sqlite/row_scope.hpp"
#include "storage/sqlite/statement.hpp"

namespace tenancy::inline v0::detail::sqlite {

/// Sets what a confined connection's queries may be: how long, how deep, how much of anything.
void limit_queries(sqlite3* connection, const ScopedSqlOptions& options) noexcept;

/// Compiles one query that a tenant wrote and that only reads.
/// Errors: `invalid_query`; `query_refused`; `query_limit_exceeded`; those of the watch, and as
/// `to_errc`.
Result<std::unique_ptr<SqliteStatement>> compile_query(sqlite3* connection, std::string_view text,
                                                       RowScope& scope, Watch& watch);

/// Why a query that runs on a confined connection failed. The message holds no stored value.
Error query_failure(const SqliteStatement& statement, const RowScope& scope, Watch& watch);

}  // namespace tenancy::inline v0::detail::sqlite
