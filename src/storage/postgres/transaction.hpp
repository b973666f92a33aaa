#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>

#include "tenancy/core/detail/function_ref.hpp"

#include "storage/postgres/connection.hpp"

namespace tenancy::inline v0::detail::postgres {

/// Nothing stands before the first statement.
inline constexpr auto enter_as_it_is = [](Connection&) {};

/// One transaction on one connection. Nothing is sent before its first statement, which travels
/// together with what begins the transaction, and a statement that writes with its savepoint, so
/// that each statement costs one round trip, and the commit one more where it is one of its own.
///
/// Isolation: what `enter` adds (the tenant, in the first place) is set for this transaction alone
/// and stands before its first statement in the same exchange. When it fails the server leaves out
/// the rest.
/// Thread safety: confined to the thread that runs it.
class Transaction final : public StatementRunner {
 public:
  enum class Form : std::uint8_t {
    single,  ///< A statement is a transaction by itself.
    read,    ///< One view, and no change.
    write,   ///< As if all transactions ran one after the other.
    schema,  ///< Alone among its kind; each statement sees what others have committed.
  };

  /// Adds to the connection's exchange what stands before the first statement.
  using Enter = FunctionRef<void(Connection&)>;

  /// What to tell of a transaction that was refused by what `enter` adds, with that SQLSTATE and
  /// error. It is over by then, and its connection free.
  using Refusal = std::function<Error(const std::string& sqlstate, const Error& error)>;

  Transaction(Connection& connection, Form form, const IoLimits& limits, Enter enter,
              Refusal refusal = nullptr) noexcept
      : connection_{connection},
        form_{form},
        limits_{limits},
        enter_{enter},
        refusal_{std::move(refusal)} {}
  /// What enters is borrowed, and must not be gone before the first statement.
  template <class Gone>
    requires(!std::is_reference_v<Gone> && !std::is_same_v<std::remove_cv_t<Gone>, Enter>)
  Transaction(Connection&, Form, const IoLimits&, Gone&&, Refusal = nullptr) = delete;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  /// Rolls back what was not committed.
  ~Transaction();

  Result<void> run(PgStatement& statement) override;
  Result<ResultHandle> next_row(PgStatement& statement) override;
  void leave(PgStatement& statement) noexcept override { connection_.leave(statement); }

  /// Begins it, unless a statement has. Errors: those of what `enter` adds.
  Result<void> begin();
  /// Errors: `commit_unknown`; those of a commit.
  Result<void> commit();
  void roll_back() noexcept;

  /// Several statements that are undone as a whole, unless they are kept.
  Result<void> open_savepoint();
  Result<void> keep_savepoint();
  void undo_savepoint() noexcept;

  /// Why nothing more can be done in it.
  [[nodiscard]] const std::optional<Error>& lost() const noexcept { return lost_; }
  /// Whether it was refused by what `enter` adds.
  [[nodiscard]] bool is_refused() const noexcept { return is_refused_; }
  /// Whether anything that was asked was answered.
  [[nodiscard]] bool was_answered() const noexcept { return was_answered_; }
  /// Whether it was lost to others and may succeed when it is run again.
  [[nodiscard]] bool is_to_be_run_again() const noexcept { return is_to_be_run_again_; }

 private:
  /// Queues what begins it.
  void add_beginning();
  /// The settings, and what `enter_` adds.
  void enter();
  void add_savepoint();
  [[nodiscard]] bool is_writing() const noexcept {
    return form_ == Form::write || form_ == Form::schema;
  }
  [[nodiscard]] Error lose(ExchangeFailure failure);
  /// `first` is the first entry of the statement's own; `can_be_undone` says whether it has a
  /// savepoint.
  Error fail(ExchangeFailure failure, std::size_t first, bool can_be_undone);

  Connection& connection_;
  const Form form_;
  const IoLimits& limits_;
  const Enter enter_;
  const Refusal refusal_;
  bool has_begun_ = false;
  bool has_ended_ = false;
  /// Behind the last statement that wrote, which is undone with it if the next one says so.
  bool has_savepoint_ = false;
  bool is_to_be_undone_ = false;
  bool is_to_be_run_again_ = false;
  bool is_refused_ = false;
  bool was_answered_ = false;
  std::optional<Error> lost_;
};

}  // namespace tenancy::inline v0::detail::postgres
