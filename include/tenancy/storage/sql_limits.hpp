#pragma once

#include <chrono>
#include <cstddef>

namespace tenancy::inline v0 {

/// What one query that a tenant wrote may take. Beyond any of these it fails as a whole, with
/// `query_limit_exceeded` about the limit's name.
///
/// On SQLite time is looked at whenever the query moves on to another row, and of what a single row
/// computes the lengths of values and of the query are the bounds. On PostgreSQL the server ends
/// the query (docs/scoped-sql.md).
struct SqlLimits {
  /// Of running, with what visitors take, and not of waiting for a connection. About "time".
  /// 1 millisecond to 1 hour.
  std::chrono::milliseconds time{1'000};
  /// That it gives. About "rows". Positive.
  std::size_t rows = 10'000;
  /// Of all values that it gives, with 8 for each. About "bytes". Positive.
  std::size_t bytes = std::size_t{8} << 20U;
  /// Of intermediate results: what it sorts, groups, materialises. About "memory". Positive.
  ///
  /// On SQLite the engine's caches may hold 96 MiB beside it, about 2 for each intermediate table;
  /// what more they may hold is taken off, and a query that has too many tables for it does not
  /// run. On PostgreSQL each step of a plan keeps a quarter of it in memory, 64 KiB to 1 GiB, and
  /// the rest on the server's disk, up to the `temp_file_limit` of the role.
  std::size_t memory = std::size_t{32} << 20U;
};

/// Connections for queries that tenants write, apart from those that repositories use.
struct ScopedSqlOptions {
  /// As many such queries run at once. 1 to 64.
  std::size_t connections = 2;
  /// Of those, how many one tenant may have at once; its further queries wait. Positive.
  std::size_t per_tenant = 1;
  /// Prepared queries that each connection keeps. 16 to 100,000.
  std::size_t statements = 128;
  /// Of the query's text. About "text". 1 to 1,000,000.
  std::size_t text_bytes = 16'384;
  /// Of one value, also of one that it computes on the way, and of a stored row. About "value".
  /// What a single row of the result is computed from stands in memory beside `SqlLimits::memory`,
  /// up to this much for each of its parts. 1,000 to 1,000,000,000. On PostgreSQL of a parameter
  /// alone: the server bounds other values, at 1 GB.
  std::size_t value_bytes = std::size_t{256} << 10U;
  /// How deep expressions stand in one another. About "depth". 1 to 1,000.
  unsigned expression_depth = 100;
};

}  // namespace tenancy::inline v0
