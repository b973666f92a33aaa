#include "storage/sqlite/error.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include <sqlite3.h>

namespace tenancy::inline v0::detail::sqlite {
namespace {

/// `notes.tenant_id, notes.slug` as `slug`: of a tenant's key what the tenant can see of it.
std::string without_tables(std::string_view columns) {
  constexpr std::string_view separator = ", ";
  std::string names;
  while (!columns.empty()) {
    const std::string_view column = columns.substr(0, columns.find(separator));
    columns.remove_prefix(std::min(columns.size(), column.size() + separator.size()));
    const std::string_view name = column.substr(column.find('.') + 1);
    if (name != "tenant_id") {
      names += names.empty() ? "" : separator;
      names += name;
    }
  }
  return names;
}

/// What a broken constraint is on, as SQLite's message tells it: columns, or the constraint's own
/// name or text. Messages hold no values.
std::string subject_of(int extended_code, std::string_view message) {
  const auto behind = [message](std::string_view words) {
    const auto at = message.find(words);
    return at == std::string_view::npos ? std::string_view{} : message.substr(at + words.size());
  };
  switch (extended_code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      if (const auto index = behind("failed: index '"); !index.empty()) {
        return std::string{index.substr(0, index.size() - 1)};
      }
      return without_tables(behind("failed: "));
    case SQLITE_CONSTRAINT_NOTNULL:
      return without_tables(behind("failed: "));
    case SQLITE_CONSTRAINT_CHECK:
      return std::string{behind("failed: ")};
    case SQLITE_CONSTRAINT_DATATYPE:
      return without_tables(behind(" column "));
    default:
      return {};
  }
}

}  // namespace

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
      return errc::constraint_violation;
    case SQLITE_TOOBIG:
      return errc::invalid_value;
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
  errc code = to_errc(extended_code);
  // A sum that 64 bits cannot hold has no code of its own.
  if (extended_code == SQLITE_ERROR && connection != nullptr &&
      std::string_view{sqlite3_errmsg(connection)} == "integer overflow") {
    code = errc::invalid_value;
  }
  // A reference that is ON DELETE RESTRICT refuses by a trigger of the engine's own.
  if (extended_code == SQLITE_CONSTRAINT_TRIGGER && connection != nullptr &&
      std::string_view{sqlite3_errmsg(connection)} == "FOREIGN KEY constraint failed") {
    code = errc::reference_violation;
  }
  if (code == errc::corrupt_store) {
    message += ": keep the file as it is, and restore a backup";
  }
  Error error{code, std::move(message), where};
  if (connection != nullptr && (extended_code & 0xFF) == SQLITE_CONSTRAINT) {
    const auto subject = subject_of(extended_code, sqlite3_errmsg(connection));
    return subject.empty() ? error : error.about(subject);
  }
  return error;
}

Error corrupt_file(const std::filesystem::path& file, std::string_view finding) {
  return Error{errc::corrupt_store, file.string() + ": " + std::string{finding}};
}

}  // namespace tenancy::inline v0::detail::sqlite
