#pragma once

#include <filesystem>
#include <vector>

#include "tenancy/core/export.hpp"
#include "tenancy/core/result.hpp"
#include "tenancy/migrate/migration.hpp"

namespace tenancy::inline v0 {

/// Reads the steps that lie in a folder, one file each:
///
///     0001_create_notes.sql              the same text for every dialect
///     0002_index_notes.sqlite.sql        a text for each
///     0002_index_notes.postgresql.sql
///
/// A name is a positive number of at most 19 digits, an underscore, and words of `a-z` and `0-9`
/// with single underscores between them, at most 100 bytes. The files of one number have the same
/// name, and are either one for all dialects or one for each. Files whose names begin with a digit
/// or end in `.sql`, in whatever case, must fit; all else (a `README.md`, folders, names that begin
/// with a dot) is passed over. Symbolic links to files are followed.
///
/// A text is UTF-8 without a byte order mark and without NUL, not empty, of at most 16 MiB. It is
/// taken byte by byte, and so is its checksum: keep version control from changing the ends of lines
/// (`*.sql -text` in `.gitattributes`).
///
/// Errors: `invalid_argument`, with the file, for one that does not fit, and for more than 10,000;
/// `cannot_open`, `io_error`.
TENANCY_API Result<std::vector<Migration>> load_migrations(const std::filesystem::path& folder);

}  // namespace tenancy::inline v0
