#include "storage/postgres/transaction.hpp"

#include <utility>

#include "storage/postgres/error.hpp"

namespace tenancy::inline v0::detail::postgres {
namespace {

constexpr StaticSql begin_reading_sql{"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"};
constexpr StaticSql begin_writing_sql{"BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE"};
constexpr StaticSql begin_schema_sql{"BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"};
constexpr StaticSql commit_sql{"COMMIT"};
constexpr StaticSql roll_back_sql{"ROLLBACK"};
// Of one statement.
constexpr StaticSql savepoint_sql{"SAVEPOINT tenancy_statement"};
constexpr StaticSql release_sql{"RELEASE tenancy_statement"};
constexpr StaticSql roll_back_to_sql{"ROLLBACK TO tenancy_statement"};
// Of several.
constexpr StaticSql whole_sql{"SAVEPOINT tenancy_all_or_nothing"};
constexpr StaticSql release_whole_sql{"RELEASE tenancy_all_or_nothing"};
constexpr StaticSql roll_back_to_whole_sql{"ROLLBACK TO tenancy_all_or_nothing"};

/// For what must be done whatever the limits say.
const CallOptions& no_options() {
  static const CallOptions options;
  return options;
}

constexpr std::chrono::seconds longest_farewell{1};

IoLimits::Budget farewell_budget() {
  return {CallLimits::Clock::now() + longest_farewell, errc::transaction_lost,
          "the server took too long to roll back"};
}

Error in_doubt() {
  return Error{errc::commit_unknown,
               "it was committed on the server, which was stopped while it waited for its "
               "synchronous standbys: they may not have it"};
}

/// Whether the transaction is over on the server, and not only the statement.
bool ends_transaction(std::string_view sqlstate) noexcept {
  return sqlstate.empty() || is_lost_to_others(sqlstate) || sqlstate.starts_with("57") ||
         sqlstate.starts_with("25") || sqlstate.starts_with("08");
}

}  // namespace

Transaction::~Transaction() { roll_back(); }

void Transaction::roll_back() noexcept {
  if (!has_begun_ || has_ended_ || form_ == Form::single || connection_.poisoned() ||
      !connection_.in_same_process()) {
    return;
  }
  has_ended_ = true;
  try {
    const CallLimits limits{no_options(), longest_farewell};
    const IoLimits bounded{limits, farewell_budget()};
    connection_.add(roll_back_sql);
    if (form_ == Form::read) {
      connection_.send_and_leave();
      return;
    }
    if (connection_.exchange(bounded)) {
      connection_.poison();
    }
  } catch (...) {
    connection_.poison();
  }
}

void Transaction::add_beginning() {
  if (form_ == Form::single) {
    if (!has_begun_) {
      connection_.forget_dropped();
    }
    enter();
    return;
  }
  if (has_begun_) {
    return;
  }
  connection_.forget_dropped();
  connection_.add(form_ == Form::read    ? begin_reading_sql
                  : form_ == Form::write ? begin_writing_sql
                                         : begin_schema_sql);
  enter();
}

void Transaction::enter() {
  try {
    connection_.add_settings();
    enter_(connection_);
  } catch (...) {
    // Nothing runs without it: what comes next begins anew.
    connection_.poison();
    throw;
  }
  has_begun_ = true;
}

void Transaction::add_savepoint() {
  if (is_to_be_undone_) {
    // The savepoint stays and serves again.
    connection_.add(roll_back_to_sql);
    is_to_be_undone_ = false;
    return;
  }
  if (has_savepoint_) {
    connection_.add(release_sql);
  }
  connection_.add(savepoint_sql);
  has_savepoint_ = true;
}

Error Transaction::lose(ExchangeFailure failure) {
  is_to_be_run_again_ = is_lost_to_others(failure.sqlstate);
  // A statement that the server stopped was stopped at the end of the limits.
  Error error = failure.sqlstate == "57014" ? limits_.reason() : std::move(failure.error);
  lost_ = error;
  return error;
}

Error Transaction::fail(ExchangeFailure failure, std::size_t first, bool can_be_undone) {
  if (!failure.is_behind_all && failure.entry < first && !failure.sqlstate.empty() &&
      !is_lost_to_others(failure.sqlstate) && !ends_transaction(failure.sqlstate)) {
    is_refused_ = true;
    const std::string sqlstate = failure.sqlstate;
    Error error = lose(std::move(failure));
    if (refusal_) {
      roll_back();
      error = refusal_(sqlstate, error);
      lost_ = error;
    }
    return error;
  }
  if (form_ == Form::single && !failure.sqlstate.empty() && !ends_transaction(failure.sqlstate)) {
    return std::move(failure.error);
  }
  if (can_be_undone && !ends_transaction(failure.sqlstate)) {
    is_to_be_undone_ = true;
    return std::move(failure.error);
  }
  return lose(std::move(failure));
}

Result<void> Transaction::begin() {
  if (has_begun_ || lost_) {
    return lost_ ? Result<void>{*lost_} : Result<void>{success()};
  }
  BOOST_OUTCOME_TRY(limits_.admit());
  add_beginning();
  const std::size_t first = connection_.queued();
  if (first == 0) {
    return success();
  }
  if (auto failure = connection_.exchange(limits_)) {
    return fail(*std::move(failure), first, false);
  }
  was_answered_ = true;
  return success();
}

Result<void> Transaction::run(PgStatement& statement) {
  if (lost_) {
    return *lost_;
  }
  if (statement.bind_failure()) {
    return *statement.bind_failure();
  }
  BOOST_OUTCOME_TRY(limits_.admit());
  BOOST_OUTCOME_TRY(connection_.keep_rows(limits_));
  add_beginning();
  const std::size_t first = connection_.queued();
  const bool has_savepoint = is_writing() && (!statement.reads_only() || is_to_be_undone_);
  if (has_savepoint) {
    add_savepoint();
  }
  connection_.add(statement);
  if (auto failure = connection_.exchange(limits_)) {
    // A connection that ends behind the statement may have ended behind its commit.
    const bool is_unknown = form_ == Form::single && !statement.reads_only() &&
                            (failure->sqlstate.empty() ||
                             (failure->is_behind_all && ends_transaction(failure->sqlstate) &&
                              !is_lost_to_others(failure->sqlstate)));
    Error error = fail(*std::move(failure), first, has_savepoint);
    if (is_unknown) {
      // It may have been committed before the answer was lost.
      lost_ = Error{errc::commit_unknown, error.message()};
      return *lost_;
    }
    return error;
  }
  was_answered_ = true;
  if (form_ == Form::single && connection_.take_doubt()) {
    lost_ = in_doubt();
    return *lost_;
  }
  return success();
}

Result<ResultHandle> Transaction::next_row(PgStatement& statement) {
  if (limits_.is_over()) {
    // What is on its way is not waited for.
    connection_.poison();
    lost_ = limits_.reason();
    return *lost_;
  }
  auto row = connection_.next_row(statement, limits_);
  if (!row) {
    lost_ = row.error();
  }
  return row;
}

Result<void> Transaction::commit() {
  if (lost_) {
    return *lost_;
  }
  if (!has_begun_ || form_ == Form::single) {
    return success();
  }
  if (form_ == Form::read && connection_.has_unwanted_rows()) {
    // There may be any number of them: the connection is closed instead.
    has_ended_ = true;
    return success();
  }
  BOOST_OUTCOME_TRY(connection_.keep_rows(limits_));
  if (is_writing()) {
    BOOST_OUTCOME_TRY(limits_.admit());
  }
  if (is_to_be_undone_) {
    connection_.add(roll_back_to_sql);
    is_to_be_undone_ = false;
  }
  connection_.add(commit_sql);
  has_ended_ = true;
  if (form_ == Form::read) {
    connection_.send_and_leave();
    return success();
  }
  auto failure = connection_.exchange(limits_);
  if (connection_.take_doubt()) {
    return in_doubt();
  }
  if (failure && failure->is_behind_all && connection_.last_command() == "COMMIT") {
    // It was said to be done, and then the connection went.
    connection_.poison();
    return success();
  }
  if (failure) {
    if (failure->sqlstate.empty() && is_writing()) {
      connection_.poison();
      return Error{errc::commit_unknown, failure->error.message()};
    }
    return lose(*std::move(failure));
  }
  if (connection_.last_command() != "COMMIT") {
    return Error{errc::transaction_lost, "the server rolled the transaction back"};
  }
  return success();
}

Result<void> Transaction::open_savepoint() {
  if (lost_) {
    return *lost_;
  }
  BOOST_OUTCOME_TRY(limits_.admit());
  BOOST_OUTCOME_TRY(connection_.keep_rows(limits_));
  add_beginning();
  const std::size_t first = connection_.queued();
  if (is_to_be_undone_) {
    connection_.add(roll_back_to_sql);
    is_to_be_undone_ = false;
  }
  connection_.add(whole_sql);
  if (auto failure = connection_.exchange(limits_)) {
    return fail(*std::move(failure), first, false);
  }
  // A statement's own is inside of it from here on.
  has_savepoint_ = false;
  return success();
}

Result<void> Transaction::keep_savepoint() {
  if (lost_) {
    return *lost_;
  }
  BOOST_OUTCOME_TRY(connection_.keep_rows(limits_));
  if (is_to_be_undone_) {
    connection_.add(roll_back_to_sql);
    is_to_be_undone_ = false;
  }
  connection_.add(release_whole_sql);
  has_savepoint_ = false;
  if (auto failure = connection_.exchange(limits_)) {
    return lose(*std::move(failure));
  }
  return success();
}

void Transaction::undo_savepoint() noexcept {
  if (lost_ || connection_.is_given_up()) {
    return;
  }
  try {
    const CallLimits limits{no_options(), longest_farewell};
    const IoLimits bounded{limits, farewell_budget()};
    if (auto kept = connection_.keep_rows(bounded); !kept) {
      lost_ = std::move(kept).error();
      return;
    }
    connection_.add(roll_back_to_whole_sql);
    connection_.add(release_whole_sql);
    has_savepoint_ = false;
    is_to_be_undone_ = false;
    if (auto failure = connection_.exchange(bounded)) {
      static_cast<void>(lose(*std::move(failure)));
    }
  } catch (...) {
    connection_.poison();
    lost_ = Error{errc::io_error, "no memory to undo a part of the transaction"};
  }
}

}  // namespace tenancy::inline v0::detail::postgres
