#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <sqlite3.h>

namespace tenancy_bench {

/// Ends the program when SQLite did something else than was expected, with what it says.
inline void expect_sqlite(bool as_expected, sqlite3_stmt* statement) {
  if (!as_expected) [[unlikely]] {
    std::cerr << "sqlite3: " << sqlite3_errmsg(sqlite3_db_handle(statement)) << '\n';
    std::exit(EXIT_FAILURE);
  }
}

struct RawFinalize {
  void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};
/// A prepared statement of the baseline.
using RawStatement = std::unique_ptr<sqlite3_stmt, RawFinalize>;

/// One run of it. Ready to be run again, however the function that runs it is left.
class RawUse {
 public:
  explicit RawUse(sqlite3_stmt* statement) noexcept : statement_{statement} {}
  RawUse(const RawUse&) = delete;
  RawUse& operator=(const RawUse&) = delete;
  ~RawUse() { sqlite3_reset(statement_); }

  void bind_number(int parameter, std::int64_t value) {
    expect_sqlite(sqlite3_bind_int64(statement_, parameter, value) == SQLITE_OK, statement_);
  }
  void bind_text(int parameter, std::string_view value) {
    expect_sqlite(sqlite3_bind_text(statement_, parameter, value.data(),
                                    static_cast<int>(value.size()), SQLITE_STATIC) == SQLITE_OK,
                  statement_);
  }
  void bind_blob(int parameter, std::span<const std::byte> value) {
    expect_sqlite(sqlite3_bind_blob(statement_, parameter, value.data(),
                                    static_cast<int>(value.size()), SQLITE_STATIC) == SQLITE_OK,
                  statement_);
  }
  void bind_optional(int parameter, const std::optional<std::string>& value) {
    if (value) {
      bind_text(parameter, *value);
    } else {
      expect_sqlite(sqlite3_bind_null(statement_, parameter) == SQLITE_OK, statement_);
    }
  }

  /// Whether there is a row.
  bool step() {
    const int code = sqlite3_step(statement_);
    expect_sqlite(code == SQLITE_ROW || code == SQLITE_DONE, statement_);
    return code == SQLITE_ROW;
  }

  // The table is STRICT, so columns need not be asked for their types.
  [[nodiscard]] std::int64_t number(int column) const {
    return sqlite3_column_int64(statement_, column);
  }
  [[nodiscard]] bool is_null(int column) const {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
  }
  [[nodiscard]] std::string_view view(int column) const {
    const auto* const characters =
        reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return {characters, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
  }
  [[nodiscard]] std::span<const std::byte> blob(int column) const {
    const auto* const bytes =
        static_cast<const std::byte*>(sqlite3_column_blob(statement_, column));
    return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
  }
  void text(int column, std::string& value) const { value.assign(view(column)); }

 private:
  sqlite3_stmt* statement_;
};

}  // namespace tenancy_bench
