#pragma once

#include <filesystem>

#include "tenancy/core/result.hpp"

namespace tenancy::inline v0::detail::sqlite {

/// Looks at the database's file, which need not exist yet, its folder and the files beside it: who
/// may reach them, what they are and where they lie.
///
/// They belong to the user whom this process acts as (root may use anyone's), nobody else may read
/// or write the files, and nobody else may put files in the folder, except where it is sticky, as
/// the system's folders for temporary files are. Folders further up are not looked at. The
/// database is a regular file with one name: SQLite names the log after the database, so that two
/// names are two logs, and the key ring and the lock of writers would have two names as well.
/// Symbolic links in the path to the folder are followed as always.
///
/// No descriptor of any of the files is opened. Closing one would drop the locks that SQLite holds
/// on it elsewhere in this process.
///
/// Errors: `unsafe_file`, `unsupported_filesystem`, `storage_read_only`; `corrupt_store` for a log
/// without its database; `cannot_open`.
Result<void> check_files(const std::filesystem::path& file);

}  // namespace tenancy::inline v0::detail::sqlite
