#pragma once

#include <filesystem>
#include <string_view>

#include "tenancy/core/error.hpp"

struct sqlite3;

namespace tenancy::inline v0::detail::sqlite {

/// The library's error for an extended result code of SQLite. SQLite's own message, where the
/// connection has one, names tables and columns and no values.
Error to_error(int extended_code, sqlite3* connection, std::string_view what_was_tried,
               SourceLocation where = SourceLocation::current());

/// That a file is no sound database, and what is wrong with it.
Error corrupt_file(const std::filesystem::path& file, std::string_view finding);

/// The library's code for an extended result code of SQLite.
errc to_errc(int extended_code) noexcept;

}  // namespace tenancy::inline v0::detail::sqlite
