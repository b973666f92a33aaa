#pragma once

#include <cstddef>

#include "tenancy/core/result.hpp"

#include "storage/sqlite/statement.hpp"

namespace tenancy::inline v0::detail::sqlite {

/// What each intermediate table may hold before SQLite writes to a file: its cache of pages, whose
/// size is fixed when SQLite is built.
inline constexpr std::size_t table_cache_bytes =
    (std::size_t{2} << 20U) + (std::size_t{256} << 10U);

/// The same of a sorter, as long as the main database of its connection has such a cache and pages
/// of `sorter_page_bytes`: SQLite takes the larger one of the cache and of 250 pages.
inline constexpr std::size_t sorter_cache_bytes = std::size_t{256} << 10U;
inline constexpr std::size_t sorter_page_bytes = 512;

/// What the intermediate results of a query may hold so before it costs anything.
inline constexpr std::size_t free_cache_bytes = std::size_t{96} << 20U;

/// What the compiled form of a query tells of what it does when it runs.
struct QueryProgram {
  /// What its intermediate tables and sorters may hold together without a file, at the most.
  std::size_t cache_bytes = 0;
  /// It fills a Bloom filter with what it reads.
  ///
  /// Isolation: the filter is of all tenants' rows, and in some versions of SQLite it leaves out
  /// rows of the tenant that asks.
  bool fills_filter = false;
};

/// Reads the instructions that a compiled EXPLAIN of the query gives. `text_bytes` is how long the
/// query is, which bounds what lists of constants hold.
/// Errors: as `to_errc`; those of the watch.
Result<QueryProgram> read_program(SqliteStatement& explanation, std::size_t text_bytes);

}  // namespace tenancy::inline v0::detail::sqlite
