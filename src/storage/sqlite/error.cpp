#include "storage/sqlite/error.hpp"

#include <string>

#include <sqlite3.h>

namespace tenancy::inline v0::detail::sqlite {

errc to_errc(int extended_code) noexcept {
  switch (extended_code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      return errc::already_exists;
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      return errc::reference_violation;
    default:
      break;
  }
  switch (extended_code & 0xFF) {
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_TOOBIG:
      return errc::constraint_violation;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return errc::busy;
    case SQLITE_INTERRUPT:
      return errc::cancelled;
    case SQLITE_FULL:
      return errc::storage_full;
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return errc::storage_read_only;
    case SQLITE_IOERR:
    case SQLITE_NOMEM:
      return errc::io_error;
    case SQLITE_CANTOPEN:
      return errc::cannot_open;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return errc::corrupt_store;
    case SQLITE_SCHEMA:
      return errc::schema_mismatch;
    case SQLITE_ERROR:
    case SQLITE_AUTH:
      // What reaches here are the statements of mappings: their table or a column is not there.
      return errc::invalid_mapping;
    default:
      return errc::internal;
  }
}

Error to_error(int extended_code, sqlite3* connection, std::string_view what_was_tried,
               SourceLocation where) {
  std::string message{what_was_tried};
  message += ": ";
  message += connection != nullptr ? sqlite3_errmsg(connection) : sqlite3_errstr(extended_code);
  message += " (SQLite ";
  message += std::to_string(extended_code);
  message += ")";
  const errc code = to_errc(extended_code);
  if (code == errc::corrupt_store) {
    message += ": keep the file as it is, and restore a backup";
  }
  return Error{code, std::move(message), where};
}

}  // namespace tenancy::inline v0::detail::sqlite
