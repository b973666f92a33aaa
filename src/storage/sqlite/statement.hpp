#pragma once

#include <memory>

#include <sqlite3.h>

#include "tenancy/storage/detail/statement.hpp"

#include "storage/sqlite/query_facts.hpp"
#include "storage/sqlite/watch.hpp"

namespace tenancy::inline v0::detail::sqlite {

/// A prepared statement on the SQLite C API. SQLiteCpp's `Statement` hides the handle, which the
/// typed column access and the cheap reset here need.
class SqliteStatement final : public Statement {
 public:
  enum class Use {
    often,  ///< Kept for long; reads no virtual table.
    once,   ///< May read the catalogue as tables, which are virtual ones.
  };

  /// Errors: as `to_errc`; `invalid_mapping` for a text that is not one whole statement.
  static Result<std::unique_ptr<SqliteStatement>> prepare(sqlite3* connection, std::string_view sql,
                                                          Watch& watch, Use use = Use::often);
  SqliteStatement(const SqliteStatement&) = delete;
  SqliteStatement& operator=(const SqliteStatement&) = delete;
  ~SqliteStatement() override {
    if (!watch_.in_same_process()) [[unlikely]] {
      static_cast<void>(statement_.release());
    }
  }

  void bind_null(int parameter) noexcept override;
  void bind_int64(int parameter, std::int64_t value) noexcept override;
  void bind_text(int parameter, std::string_view value) noexcept override;
  void bind_blob(int parameter, std::span<const std::byte> value) noexcept override;
  void bind_rest(int first, std::span<const ValueView> values) noexcept override;

  Advance advance() override;
  [[nodiscard]] Error failure() const override;
  [[nodiscard]] std::int64_t changes() const noexcept override { return changes_; }

  void read_columns(std::span<ValueView> columns) const noexcept override;
  [[nodiscard]] bool is_null(int column) const noexcept override;
  [[nodiscard]] std::optional<std::int64_t> int64(int column) const noexcept override;
  [[nodiscard]] std::optional<std::string_view> text(int column) const noexcept override;
  [[nodiscard]] std::optional<std::span<const std::byte>> blob(int column) const noexcept override;

  void reset() noexcept override;
  [[nodiscard]] std::string_view sql() const noexcept override {
    return sqlite3_sql(statement_.get());
  }

  /// What SQLite said of the first value that could not be bound; SQLITE_OK when all were.
  [[nodiscard]] int bind_failure() const noexcept { return bind_failure_; }

  /// Takes on a compiled statement.
  static std::unique_ptr<SqliteStatement> adopt(sqlite3_stmt* statement, Watch& watch) {
    return std::unique_ptr<SqliteStatement>{new SqliteStatement{statement, watch}};
  }
  [[nodiscard]] sqlite3_stmt* handle() const noexcept { return statement_.get(); }
  [[nodiscard]] int parameters() const noexcept { return parameters_; }

  /// Whether somebody holds it; the connection's cache gives out free ones only.
  [[nodiscard]] bool in_use() const noexcept { return in_use_; }
  void take() noexcept { in_use_ = true; }

  /// Binds parameter 1, whatever becomes of the others.
  void bind_tenant(std::int64_t tenant) noexcept;

  /// Whether parameter 1 stands in the text as `?1`, which is where a tenant's statement has it.
  [[nodiscard]] bool takes_tenant() const noexcept { return takes_tenant_; }
  [[nodiscard]] bool reads_only() const noexcept { return reads_only_; }

  /// Of a query that a tenant wrote; null for all others.
  [[nodiscard]] const QueryFacts* facts() const noexcept { return facts_.get(); }
  void set_facts(std::unique_ptr<const QueryFacts> facts) noexcept { facts_ = std::move(facts); }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
  };

  SqliteStatement(sqlite3_stmt* statement, Watch& watch) noexcept;

  /// Before a parameter is bound on its own: what former uses left behind must not stay.
  void forget_former() noexcept {
    if (has_former_values_) [[unlikely]] {
      clear_former();
    }
  }
  void clear_former() noexcept;
  void remember(int code) noexcept {
    if (code != SQLITE_OK && bind_failure_ == SQLITE_OK) {
      bind_failure_ = code;
    }
  }
  [[nodiscard]] int bind(int parameter, const ValueView& value) noexcept;

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  Watch& watch_;  ///< The connection's.
  std::int64_t changes_ = 0;
  int parameters_;
  int bind_failure_ = SQLITE_OK;
  /// The parameters hold what a former use bound, whose texts and blobs may be gone.
  bool has_former_values_ = false;
  std::optional<std::int64_t> tenant_;
  std::unique_ptr<const QueryFacts> facts_;
  bool takes_tenant_ = false;
  bool reads_only_ = false;
  bool in_use_ = false;
};

}  // namespace tenancy::inline v0::detail::sqlite
