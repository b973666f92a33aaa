#pragma once

#include <string_view>

#include "tenancy/core/error.hpp"

struct sqlite3;

namespace tenancy::inline v0::detail::sqlite {

/// The library's error for an extended result code of SQLite. SQLite's own message, where the
/// connection has one, names tables and columns and no values.
Error to_error(int extended_code, sqlite3* connection, std::string_view what_was_tried,
               SourceLocation where = SourceLocation::current());

/// The library's code for an extended result code of SQLite.
errc to_errc(int extended_code) noexcept;

}  // namespace tenancy::inline v0::detail::sqlite
