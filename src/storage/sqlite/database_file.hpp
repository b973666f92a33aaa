#pragma once

#include <filesystem>

#include "tenancy/core/result.hpp"

#include "storage/sqlite/durability.hpp"

namespace tenancy::inline v0::detail::sqlite {

/// Creates an empty database when there is no file of that name. It appears whole: readable by its
/// owner alone, marked as the library's and with its write-ahead log switched on, so that processes
/// which start at once need not agree on who does that.
///
/// An existing file is never opened here. Closing any descriptor of it would drop the locks that
/// SQLite holds on it elsewhere in this process (POSIX record locks belong to the process).
///
/// Errors: `cannot_open`.
Result<void> create_database_file(const std::filesystem::path& file,
                                  Durability durability = Durability::full);

}  // namespace tenancy::inline v0::detail::sqlite
