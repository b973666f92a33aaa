#pragma once

#include "tenancy/core/detail/function_ref.hpp"
#include "tenancy/core/result.hpp"
#include "tenancy/storage/options.hpp"

namespace tenancy::inline v0::detail::sqlite {

/// What an engine says of itself.
struct EngineFacts {
  int version = 0;                ///< As `sqlite3_libversion_number`.
  bool built_for_threads = true;  ///< As `sqlite3_threadsafe`.
  /// As `sqlite3_compileoption_used`, whose names lack `SQLITE_`.
  FunctionRef<bool(const char*)> was_built_with;
};

/// Whether the store can rely on an engine of this kind. It may be older than the headers of the
/// build: nothing newer than the oldest version is used.
/// Errors: `unsupported_engine`.
Result<void> judge_engine(const EngineFacts& engine);

/// Judges the SQLite that this process really runs, and looks for a second one beside it.
/// Errors: `unsupported_engine`, `duplicate_engine`.
Result<void> check_engine(SecondEngine second);

}  // namespace tenancy::inline v0::detail::sqlite
