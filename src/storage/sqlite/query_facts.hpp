#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "tenancy/core/error.hpp"

namespace tenancy::inline v0::detail::sqlite {

/// What a text says by itself, before it is compiled.
struct QueryTraits {
  /// It may use table-valued functions, those on JSON.
  bool uses_table_functions = false;
  /// It joins by USING or NATURAL beside a name of the engine's.
  bool joins_engine_table = false;
};

/// What is known of a query that a tenant wrote, for as long as it is kept compiled.
struct QueryFacts {
  QueryTraits traits;
  /// What its intermediate tables and sorters may hold together without a file, at the most.
  std::size_t cache_bytes = 0;
  /// The names of its columns. SQLite's own may go whenever it compiles the query anew.
  std::vector<std::string> names;
  /// The same as views.
  std::vector<std::string_view> columns;
};

}  // namespace tenancy::inline v0::detail::sqlite
