#include "storage/sqlite/statement.hpp"

#include <string>

#include "storage/sqlite/error.hpp"

namespace tenancy::inline v0::detail::sqlite {

namespace {

/// What SQLite says, or why the watch made it stop. After a failed read the page that was not read
/// may be in the connection's memory: then the connection is broken, and not the database.
Error failure_of(sqlite3* connection, std::string_view what_was_tried, Watch& watch) {
  const int extended_code = sqlite3_extended_errcode(connection);
  if (extended_code == SQLITE_INTERRUPT && watch.stopped()) {
    return watch.reason();
  }
  auto error = to_error(extended_code, connection, what_was_tried);
  if (error == errc::io_error || error == errc::corrupt_store) {
    watch.mark_broken();
  }
  return error;
}

}  // namespace

SqliteStatement::SqliteStatement(sqlite3_stmt* statement, Watch& watch) noexcept
    : statement_{statement}, watch_{watch}, reads_only_{sqlite3_stmt_readonly(statement) != 0} {
  const char* const name = sqlite3_bind_parameter_name(statement, 1);
  takes_tenant_ = name != nullptr && std::string_view{name} == "?1";
}

Result<std::unique_ptr<SqliteStatement>> SqliteStatement::prepare(sqlite3* connection,
                                                                  std::string_view sql,
                                                                  Watch& watch, Use use) {
  constexpr unsigned kept = SQLITE_PREPARE_PERSISTENT | SQLITE_PREPARE_NO_VTAB;
  sqlite3_stmt* raw = nullptr;
  const char* rest = nullptr;
  const int code = sqlite3_prepare_v3(connection, sql.data(), static_cast<int>(sql.size()),
                                      use == Use::often ? kept : 0, &raw, &rest);
  if (code != SQLITE_OK) {
    return failure_of(connection, "preparing '" + std::string{sql} + "'", watch);
  }
  std::unique_ptr<SqliteStatement> statement{new SqliteStatement{raw, watch}};
  if (raw == nullptr || rest != sql.data() + sql.size()) {
    return Error{errc::invalid_mapping, "not exactly one statement: '" + std::string{sql} + "'"};
  }
  return statement;
}

void SqliteStatement::bind_null(int parameter) noexcept {
  remember(sqlite3_bind_null(statement_.get(), parameter));
}

void SqliteStatement::bind_int64(int parameter, std::int64_t value) noexcept {
  remember(sqlite3_bind_int64(statement_.get(), parameter, value));
}

void SqliteStatement::bind_real(int parameter, double value) noexcept {
  remember(sqlite3_bind_double(statement_.get(), parameter, value));
}

void SqliteStatement::bind_text(int parameter, std::string_view value) noexcept {
  // An empty view may have no address, which SQLite would take for NULL.
  const char* const text = value.data() == nullptr ? "" : value.data();
  remember(sqlite3_bind_text64(statement_.get(), parameter, text, value.size(), SQLITE_STATIC,
                               SQLITE_UTF8));
}

void SqliteStatement::bind_copied_text(int parameter, std::string_view value) noexcept {
  const char* const text = value.data() == nullptr ? "" : value.data();
  remember(sqlite3_bind_text64(statement_.get(), parameter, text, value.size(), SQLITE_TRANSIENT,
                               SQLITE_UTF8));
}

void SqliteStatement::refuse_parameter(int /*parameter*/) noexcept { remember(SQLITE_MISMATCH); }

void SqliteStatement::bind_blob(int parameter, std::span<const std::byte> value) noexcept {
  if (value.empty()) {
    remember(sqlite3_bind_zeroblob(statement_.get(), parameter, 0));
    return;
  }
  remember(
      sqlite3_bind_blob64(statement_.get(), parameter, value.data(), value.size(), SQLITE_STATIC));
}

Result<bool> SqliteStatement::step() {
  if (bind_failure_ != SQLITE_OK) {
    return Error{to_errc(bind_failure_),
                 std::string{"binding a value: "} + sqlite3_errstr(bind_failure_)};
  }
  watch_.enter(reads_only_);
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) {
    return true;
  }
  if (code == SQLITE_DONE) {
    changes_ = sqlite3_changes64(sqlite3_db_handle(statement_.get()));
    return false;
  }
  return failure();
}

Error SqliteStatement::failure() const {
  sqlite3* const connection = sqlite3_db_handle(statement_.get());
  return failure_of(connection, std::string{"running '"} + sqlite3_sql(statement_.get()) + "'",
                    watch_);
}

bool SqliteStatement::is_null(int column) const noexcept {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

std::optional<std::int64_t> SqliteStatement::int64(int column) const noexcept {
  if (sqlite3_column_type(statement_.get(), column) != SQLITE_INTEGER) {
    return std::nullopt;
  }
  return sqlite3_column_int64(statement_.get(), column);
}

std::optional<double> SqliteStatement::real(int column) const noexcept {
  if (sqlite3_column_type(statement_.get(), column) != SQLITE_FLOAT) {
    return std::nullopt;
  }
  return sqlite3_column_double(statement_.get(), column);
}

std::optional<std::string_view> SqliteStatement::text(int column) const noexcept {
  if (sqlite3_column_type(statement_.get(), column) != SQLITE_TEXT) {
    return std::nullopt;
  }
  const auto* const characters =
      reinterpret_cast<const char*>(sqlite3_column_text(statement_.get(), column));
  if (characters == nullptr) {
    return std::nullopt;
  }
  return std::string_view{characters,
                          static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

std::optional<std::span<const std::byte>> SqliteStatement::blob(int column) const noexcept {
  if (sqlite3_column_type(statement_.get(), column) != SQLITE_BLOB) {
    return std::nullopt;
  }
  const auto* const bytes =
      static_cast<const std::byte*>(sqlite3_column_blob(statement_.get(), column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
  if (bytes == nullptr && size != 0) {
    return std::nullopt;
  }
  return std::span{bytes, size};
}

void SqliteStatement::reset() noexcept {
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
  bind_failure_ = SQLITE_OK;
  in_use_ = false;
}

}  // namespace tenancy::inline v0::detail::sqlite
