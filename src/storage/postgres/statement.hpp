#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "tenancy/storage/detail/statement.hpp"

#include "storage/postgres/spelling.hpp"
#include "storage/postgres/wire.hpp"

namespace tenancy::inline v0::detail::postgres {

class PgStatement;

/// What executes a transaction's statements.
class StatementRunner {
 public:
  StatementRunner(const StatementRunner&) = delete;
  StatementRunner& operator=(const StatementRunner&) = delete;

  /// Executes it and gives it its result, or its first row.
  virtual Result<void> run(PgStatement& statement) = 0;
  /// The next row of a statement whose rows come one by one; nothing at their end.
  virtual Result<ResultHandle> next_row(PgStatement& statement) = 0;
  /// It is not read any further.
  virtual void leave(PgStatement& statement) noexcept = 0;

 protected:
  StatementRunner() = default;
  ~StatementRunner() = default;
};

/// A statement of one connection, which the server prepares when it is first executed.
///
/// Numbers and texts are sent as text, for the server to read as the column's type; results come as
/// the server keeps them. Not a number is NULL, as it is on SQLite.
class PgStatement final : public Statement {
 public:
  /// Names that the server may forget, once their statements are gone.
  using Names = std::vector<std::string>;

  PgStatement(Spelling spelling, std::string name, bool is_unbounded, Names* forgotten)
      : spelling_{std::move(spelling)},
        name_{std::move(name)},
        is_unbounded_{is_unbounded},
        forgotten_{forgotten} {}
  PgStatement(const PgStatement&) = delete;
  PgStatement& operator=(const PgStatement&) = delete;
  ~PgStatement() override;

  void bind_null(int number) noexcept override;
  void bind_int64(int number, std::int64_t value) noexcept override;
  void bind_text(int number, std::string_view value) noexcept override;
  void bind_blob(int number, std::span<const std::byte> value) noexcept override;
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
  [[nodiscard]] std::string_view sql() const noexcept override { return spelling_.sql; }

  // For who executes it.

  [[nodiscard]] const char* text_for_server() const noexcept { return spelling_.sql.c_str(); }
  [[nodiscard]] bool takes_tenant() const noexcept { return spelling_.takes_tenant; }
  [[nodiscard]] bool reads_only() const noexcept { return spelling_.reads_only; }
  [[nodiscard]] bool is_unbounded() const noexcept { return is_unbounded_; }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] bool is_prepared() const noexcept { return is_prepared_; }
  void set_prepared(bool prepared) noexcept { is_prepared_ = prepared; }

  /// Whether somebody holds it; the connection's cache gives out free ones only.
  [[nodiscard]] bool in_use() const noexcept { return in_use_; }
  void take(StatementRunner& runner) noexcept {
    in_use_ = true;
    runner_ = &runner;
  }

  /// Its parameters, as libpq takes them. Valid until it is bound anew.
  struct Parameters {
    int count;
    const char* const* values;
    const int* lengths;
    const int* formats;
    const Oid* types;  ///< Zero for those that the server finds out.
  };
  [[nodiscard]] Parameters parameters();
  /// Why a value could not be bound; nothing when all were.
  [[nodiscard]] const std::optional<Error>& bind_failure() const noexcept { return bind_failure_; }

  /// The types of its parameters, for one that the server is not to find them out for. Zero where
  /// it is.
  void set_types(std::vector<Oid> types) { given_types_ = std::move(types); }
  /// Results come as texts.
  void give_texts() noexcept { result_format_ = 0; }
  [[nodiscard]] int result_format() const noexcept { return result_format_; }
  /// What it gave last, at the row where it stands.
  [[nodiscard]] const PGresult* result() const noexcept { return result_.get(); }
  [[nodiscard]] int row() const noexcept { return row_; }

  /// All its rows, or the first of them while it streams.
  void set_result(ResultHandle result, bool streams);
  /// A row that comes before somebody asks for it.
  void keep_row(ResultHandle row) { kept_rows_.push_back(std::move(row)); }
  /// The rest of the rows are kept here, and perhaps why there are no more: none is to be asked
  /// for.
  void end_stream(std::optional<Error> why = {}) noexcept {
    streams_ = false;
    stream_error_ = std::move(why);
  }
  [[nodiscard]] bool streams() const noexcept { return streams_; }

 private:
  struct Parameter {
    std::string text;  ///< Its capacity is used again.
    bool is_null = true;
    bool is_binary = false;
  };

  Parameter& parameter(int number);
  void bind(int number, const ValueView& value) noexcept;
  /// What cannot be bound for lack of memory or room is told when it is executed.
  template <class Bind>
  void try_to(Bind bind) noexcept;
  [[nodiscard]] ValueView value_at(int column) const noexcept;
  Advance fail(Error error);
  bool take_next_row();

  const Spelling spelling_;
  const std::string name_;
  const bool is_unbounded_;
  Names* const forgotten_;
  bool is_prepared_ = false;
  bool in_use_ = false;
  StatementRunner* runner_ = nullptr;

  std::vector<Parameter> parameters_;
  std::size_t bound_ = 0;
  std::vector<const char*> values_;
  std::vector<int> lengths_;
  std::vector<int> formats_;
  std::vector<Oid> types_;
  std::vector<Oid> given_types_;
  int result_format_ = 1;
  std::optional<Error> bind_failure_;

  bool is_executed_ = false;
  bool streams_ = false;
  ResultHandle result_;
  std::deque<ResultHandle> kept_rows_;
  int row_ = -1;
  int rows_ = 0;
  std::int64_t changes_ = 0;
  std::optional<Error> error_;
  std::optional<Error> stream_error_;
};

}  // namespace tenancy::inline v0::detail::postgres
