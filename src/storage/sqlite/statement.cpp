#include "storage/sqlite/statement.hpp"

#include <string>
#include <utility>

#include "storage/forked_process.hpp"
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

/// The connections have no mutex, so that a column's value may be asked directly, once for all.
inline ValueView view_of(sqlite3_value* value) noexcept {
  const int type = sqlite3_value_type(value);
  if (type == SQLITE_TEXT) {
    const auto* const text = reinterpret_cast<const char*>(sqlite3_value_text(value));
    if (text == nullptr) [[unlikely]] {
      return ValueView::impossible();
    }
    return ValueView::text({text, static_cast<std::size_t>(sqlite3_value_bytes(value))});
  }
  if (type == SQLITE_INTEGER) {
    return ValueView::int64(sqlite3_value_int64(value));
  }
  switch (type) {
    case SQLITE_FLOAT:
      return ValueView::real(sqlite3_value_double(value));
    case SQLITE_BLOB: {
      const auto* const bytes = static_cast<const std::byte*>(sqlite3_value_blob(value));
      const auto size = static_cast<std::size_t>(sqlite3_value_bytes(value));
      return bytes == nullptr && size != 0 ? ValueView::impossible()
                                           : ValueView::blob({bytes, size});
    }
    default:
      return ValueView::null();
  }
}

}  // namespace

SqliteStatement::SqliteStatement(sqlite3_stmt* statement, Watch& watch) noexcept
    : statement_{statement},
      watch_{watch},
      parameters_{sqlite3_bind_parameter_count(statement)},
      reads_only_{sqlite3_stmt_readonly(statement) != 0} {
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

void SqliteStatement::clear_former() noexcept {
  has_former_values_ = false;
  sqlite3_clear_bindings(statement_.get());
  if (tenant_) {
    remember(sqlite3_bind_int64(statement_.get(), 1, *tenant_));
  }
}

void SqliteStatement::bind_tenant(std::int64_t tenant) noexcept {
  tenant_ = tenant;
  has_former_values_ = has_former_values_ && parameters_ > 1;
  remember(sqlite3_bind_int64(statement_.get(), 1, tenant));
}

int SqliteStatement::bind(int parameter, const ValueView& value) noexcept {
  sqlite3_stmt* const statement = statement_.get();
  switch (value.type()) {
    case ValueType::null:
      return sqlite3_bind_null(statement, parameter);
    case ValueType::int64:
      return sqlite3_bind_int64(statement, parameter, value.int64());
    case ValueType::real:
      return sqlite3_bind_double(statement, parameter, value.real());
    case ValueType::text: {
      const auto bytes = value.bytes();
      // An empty view may have no address, which SQLite would take for NULL.
      return sqlite3_bind_text64(statement, parameter, bytes.data() == nullptr ? "" : bytes.data(),
                                 bytes.size(), SQLITE_STATIC, SQLITE_UTF8);
    }
    case ValueType::blob: {
      const auto bytes = value.bytes();
      return bytes.empty() ? sqlite3_bind_zeroblob(statement, parameter, 0)
                           : sqlite3_bind_blob64(statement, parameter, bytes.data(), bytes.size(),
                                                 SQLITE_STATIC);
    }
    case ValueType::missing:
    case ValueType::impossible:
      break;
  }
  return SQLITE_MISMATCH;
}

void SqliteStatement::bind_rest(int first, std::span<const ValueView> values) noexcept {
  if (first > 2 || std::cmp_less(values.size(), parameters_ - first + 1)) {
    forget_former();
  }
  has_former_values_ = false;
  for (const ValueView& value : values) {
    remember(bind(first++, value));
  }
}

void SqliteStatement::bind_null(int parameter) noexcept {
  forget_former();
  remember(bind(parameter, ValueView::null()));
}

void SqliteStatement::bind_int64(int parameter, std::int64_t value) noexcept {
  forget_former();
  remember(bind(parameter, ValueView::int64(value)));
}

void SqliteStatement::bind_text(int parameter, std::string_view value) noexcept {
  forget_former();
  remember(bind(parameter, ValueView::text(value)));
}

void SqliteStatement::bind_blob(int parameter, std::span<const std::byte> value) noexcept {
  forget_former();
  remember(bind(parameter, ValueView::blob(value)));
}

Statement::Advance SqliteStatement::advance() {
  if (bind_failure_ != SQLITE_OK || !watch_.in_same_process()) [[unlikely]] {
    return Advance::failed;
  }
  forget_former();
  watch_.enter(reads_only_);
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) {
    return Advance::row;
  }
  if (code == SQLITE_DONE) {
    changes_ = sqlite3_changes64(sqlite3_db_handle(statement_.get()));
    return Advance::done;
  }
  return Advance::failed;
}

Error SqliteStatement::failure() const {
  if (!watch_.in_same_process()) {
    return forked_process_error();
  }
  if (bind_failure_ != SQLITE_OK) {
    return Error{to_errc(bind_failure_),
                 std::string{"binding a value: "} + sqlite3_errstr(bind_failure_)};
  }
  return failure_of(sqlite3_db_handle(statement_.get()),
                    std::string{"running '"} + sqlite3_sql(statement_.get()) + "'", watch_);
}

void SqliteStatement::read_columns(std::span<ValueView> columns) const noexcept {
  sqlite3_stmt* const statement = statement_.get();
  const int size = static_cast<int>(columns.size());
  for (int column = 0; column < size; ++column) {
    columns[static_cast<std::size_t>(column)] = view_of(sqlite3_column_value(statement, column));
  }
}

bool SqliteStatement::is_null(int column) const noexcept {
  return view_of(sqlite3_column_value(statement_.get(), column)).type() == ValueType::null;
}

std::optional<std::int64_t> SqliteStatement::int64(int column) const noexcept {
  const ValueView value = view_of(sqlite3_column_value(statement_.get(), column));
  return value.type() == ValueType::int64 ? std::optional{value.int64()} : std::nullopt;
}

std::optional<std::string_view> SqliteStatement::text(int column) const noexcept {
  const ValueView value = view_of(sqlite3_column_value(statement_.get(), column));
  return value.type() == ValueType::text ? std::optional{value.bytes()} : std::nullopt;
}

std::optional<std::span<const std::byte>> SqliteStatement::blob(int column) const noexcept {
  const ValueView value = view_of(sqlite3_column_value(statement_.get(), column));
  return value.type() == ValueType::blob ? std::optional{value.blob()} : std::nullopt;
}

void SqliteStatement::reset() noexcept {
  if (watch_.in_same_process()) [[likely]] {
    sqlite3_reset(statement_.get());
  }
  has_former_values_ = parameters_ != 0;
  tenant_.reset();
  bind_failure_ = SQLITE_OK;
  in_use_ = false;
}

}  // namespace tenancy::inline v0::detail::sqlite
