#include "storage/postgres/connection.hpp"

#include <array>
#include <random>
#include <utility>

#include "storage/postgres/error.hpp"
#include "storage/postgres/query_settings.hpp"
#include "storage/postgres/transaction.hpp"

namespace tenancy::inline v0::detail::postgres {
namespace {

constexpr int oldest_server = 130000;

// Whatever the role's and the database's settings are: names are found in one schema, temporary
// objects last; a transaction that nobody works on ends by itself, and so does a statement whose
// caller has gone.

/// Whatever a role, a database or the environment sets: no tenant, no right to see all, and the
/// server says so when a commit has not reached a standby.
#define TENANCY_SETTINGS(path, of_transaction)                   \
  "SELECT set_config('search_path', " path ", " of_transaction   \
  "), "                                                          \
  "set_config('tenancy.tenant', '', " of_transaction             \
  "), "                                                          \
  "set_config('tenancy.crossing', '', " of_transaction           \
  "), "                                                          \
  "set_config('client_min_messages', 'warning', " of_transaction \
  "), "                                                          \
  "set_config('idle_in_transaction_session_timeout', $2, " of_transaction ")"
#define TENANCY_LOOKS_FOR_CALLER(of_transaction) \
  ", set_config('client_connection_check_interval', $3, " of_transaction ")"
/// By the name of its schema, as all that is given a value of the catalogue's types: functions of
/// the host's that fit these better would be taken otherwise.
#define TENANCY_FIRST_PATH "pg_catalog.quote_ident(current_schema()) || ', pg_temp'"

/// A pooler makes up the process that it tells its customers of.
#define TENANCY_NO_POOLER \
  ", CAST(CASE WHEN pg_backend_pid()::text = $1 THEN '1' ELSE 'tenancy: a pooler' END AS integer)"

constexpr StaticSql set_up_sql{TENANCY_SETTINGS(TENANCY_FIRST_PATH, "false")
                                   TENANCY_LOOKS_FOR_CALLER("false") TENANCY_NO_POOLER};
constexpr StaticSql set_up_old_sql{TENANCY_SETTINGS(TENANCY_FIRST_PATH, "false") TENANCY_NO_POOLER};

// The same for one transaction. A connection that others have used may have anything: their tenant,
// or the word that lets all rows through.
constexpr StaticSql settings_sql{TENANCY_SETTINGS("$1", "true") TENANCY_LOOKS_FOR_CALLER("true")};
constexpr StaticSql settings_old_sql{TENANCY_SETTINGS("$1", "true")};
constexpr StaticSql first_path_sql{
    "SELECT set_config('search_path', reset_val, true) FROM pg_catalog.pg_settings "
    "WHERE name = 'search_path'"};
constexpr std::string_view path_sql =
    "SELECT coalesce(pg_catalog.quote_ident(current_schema()) || ', ', '') || 'pg_temp'";
constexpr StaticSql answer_sql{"SELECT 1"};

/// For what tenants write.
constexpr StaticSql confine_sql{
    "SELECT set_config('idle_in_transaction_session_timeout', $2, false), " TENANCY_QUERY_SETTINGS(
        "false") TENANCY_NO_POOLER};
constexpr StaticSql look_for_caller_sql{
    "SELECT set_config('client_connection_check_interval', $1, false)"};

}  // namespace

Result<std::unique_ptr<Connection>> Connection::open(const Address& address,
                                                     const ConnectionOptions& options,
                                                     const CallLimits& limits) {
  BOOST_OUTCOME_TRY(auto wire, Wire::connect(address, limits));
  std::unique_ptr<Connection> connection{new Connection{std::move(wire), options}};
  const int version = connection->server_version();
  if (version < oldest_server) {
    return Error{errc::unsupported_engine, "the server is PostgreSQL " +
                                               std::to_string(version / 10000) +
                                               ", which is too old: version 13 is needed"};
  }
  const char* const strings =
      PQparameterStatus(connection->wire_->handle(), "standard_conforming_strings");
  if (strings == nullptr || std::string_view{strings} != "on") {
    return Error{errc::unsupported_engine,
                 "standard_conforming_strings is off: switch it on for the role or the database"};
  }
  BOOST_OUTCOME_TRY(connection->set_up(limits));
  return connection;
}

Result<void> Connection::set_up(const CallLimits& limits) {
  idle_in_transaction_ = std::to_string(options_.idle_in_transaction.count());
  if (options_.naming != Naming::named) {
    return options_.naming == Naming::bare || options_.is_confined ? Result<void>{success()}
                                                                   : find_path(limits);
  }
  const std::string process = std::to_string(PQbackendPID(wire_->handle()));
  const bool looks_for_caller = server_version() >= oldest_with_caller_check;
  if (options_.is_confined) {
    add(confine_sql, {process, idle_in_transaction_});
    if (looks_for_caller) {
      add(look_for_caller_sql, {caller_check_interval});
    }
  } else if (looks_for_caller) {
    add(set_up_sql, {process, idle_in_transaction_, caller_check_interval});
  } else {
    add(set_up_old_sql, {process, idle_in_transaction_});
  }
  if (auto failure = exchange(IoLimits::while_opening(limits))) {
    if (failure->sqlstate == "22P02") {
      return Error{errc::unsupported_engine,
                   "there is a pooler between this program and the server, such as PgBouncer: set "
                   "PostgresOptions::statements to none, since prepared statements and settings "
                   "belong to a connection with the server, or connect to the server itself"};
    }
    return std::move(failure->error).with_context("setting a connection up");
  }
  return success();
}

Result<void> Connection::find_path(const CallLimits& limits) {
  const IoLimits io = IoLimits::while_opening(limits);
  const auto enter = [](Connection& connection) { connection.add(first_path_sql); };
  Transaction asking{*this, Transaction::Form::single, io, enter};
  const auto statement = statement_once(path_sql);
  statement->take(asking);
  const StatementLease lease{*statement};
  const auto found = statement->step();
  if (!found) {
    return Error{found.error()}.with_context("setting a connection up");
  }
  std::string path{statement->text(0).value_or("pg_temp")};
  BOOST_OUTCOME_TRY(keep_rows(io));
  path_ = std::move(path);
  return success();
}

std::string Connection::random_suffix() {
  std::random_device random;
  constexpr std::string_view letters = "0123456789abcdefghijklmnopqrstuv";
  std::string suffix = "_";
  for (int count = 0; count < 12; ++count) {
    suffix += letters[random() % letters.size()];
  }
  return suffix;
}

std::string Connection::next_name() {
  return options_.naming == Naming::named ? "t" + std::to_string(++names_) + suffix_
                                          : std::string{};
}

void Connection::add_settings() {
  if (path_.empty()) {
    return;
  }
  if (server_version() >= oldest_with_caller_check) {
    add(settings_sql, {path_, idle_in_transaction_, caller_check_interval});
  } else {
    add(settings_old_sql, {path_, idle_in_transaction_});
  }
}

template <class Sql>
PgStatement& Connection::find_or_make(const Sql& sql, std::string_view text, bool is_unbounded) {
  return statements_.keep(
      sql, std::make_unique<PgStatement>(spell(text), next_name(), is_unbounded, &dropped_));
}

PgStatement& Connection::statement(const StaticSql& sql) {
  if (PgStatement* const free = statements_.find_free(sql)) {
    return *free;
  }
  return find_or_make(sql, sql.text, false);
}

PgStatement& Connection::statement(const ShapedSql& sql) {
  if (PgStatement* const free = statements_.find_free(sql)) {
    return *free;
  }
  return find_or_make(sql, sql.write(), sql.is_unbounded);
}

PgStatement& Connection::query(const std::string& sql, const std::vector<bool>& used,
                               const std::vector<Oid>& types) {
  std::string shape;
  shape.reserve(sql.size() + types.size() * 5 + 1);
  for (const Oid type : types) {
    shape += std::to_string(type) + ' ';
  }
  shape += sql;
  const ShapedSql shaped{shape, [&] { return sql; }, true};
  if (PgStatement* const free = statements_.find_free(shaped)) {
    return *free;
  }
  auto made =
      std::make_unique<PgStatement>(Spelling{sql, false, true, used}, next_name(), true, &dropped_);
  made->set_types(types);
  made->give_texts();
  return statements_.keep(shaped, std::move(made));
}

std::unique_ptr<PgStatement> Connection::statement_once(std::string_view sql) const {
  return std::make_unique<PgStatement>(Spelling{std::string{sql}, false, sql.starts_with("SELECT")},
                                       std::string{}, true, nullptr);
}

bool Connection::send(PgStatement& statement, Entry::Kind kind) {
  PGconn* const handle = wire_->handle();
  const auto parameters = statement.parameters();
  if (statement.name().empty()) {
    entries_.push_back({kind, &statement, statement.sql(), queued_});
    return PQsendQueryParams(handle, statement.text_for_server(), parameters.count,
                             parameters.types, parameters.values, parameters.lengths,
                             parameters.formats, statement.result_format()) == 1;
  }
  if (!statement.is_prepared()) {
    // What is to be answered stands in the list before it is sent: if there is no memory for it, it
    // was not sent, and answers are not taken for those to something else.
    entries_.push_back({Entry::Kind::preparation, &statement, statement.sql(), queued_});
    if (PQsendPrepare(handle, statement.name().c_str(), statement.text_for_server(),
                      parameters.count, parameters.types) != 1) {
      return false;
    }
  }
  entries_.push_back({kind, &statement, statement.sql(), queued_});
  return PQsendQueryPrepared(handle, statement.name().c_str(), parameters.count, parameters.values,
                             parameters.lengths, parameters.formats,
                             statement.result_format()) == 1;
}

void Connection::forget_dropped() {
  if (dropped_.empty()) {
    return;
  }
  for (const std::string& name : std::exchange(dropped_, {})) {
    const std::string sql = "DEALLOCATE " + name;
    entries_.push_back({Entry::Kind::preparation, nullptr, "DEALLOCATE", queued_});
    could_not_send_ = could_not_send_ || PQsendQueryParams(wire_->handle(), sql.c_str(), 0, nullptr,
                                                           nullptr, nullptr, nullptr, 1) != 1;
  }
  // A transaction of their own: nothing can be asked for in one before it begins.
  entries_.push_back({Entry::Kind::end, nullptr, {}, queued_});
  could_not_send_ = could_not_send_ || PQpipelineSync(wire_->handle()) != 1;
}

void Connection::add(const StaticSql& sql, std::initializer_list<std::string_view> values) {
  auto& command = commands_[&sql];
  if (command == nullptr) {
    // As it stands: these are written for PostgreSQL alone.
    command = std::make_unique<PgStatement>(Spelling{std::string{sql.text}, false, true},
                                            next_name(), false, nullptr);
  }
  int number = 0;
  for (const std::string_view value : values) {
    command->bind_text(++number, value);
  }
  could_not_send_ = could_not_send_ || !send(*command, Entry::Kind::command);
  ++queued_;
}

void Connection::add(PgStatement& statement) {
  could_not_send_ = could_not_send_ || !send(statement, Entry::Kind::statement);
  ++queued_;
}

void Connection::send_and_leave() {
  entries_.push_back({Entry::Kind::end, nullptr, {}, std::exchange(queued_, 0)});
  if (could_not_send_ || PQpipelineSync(wire_->handle()) != 1 || PQflush(wire_->handle()) != 0) {
    poison();
    return;
  }
  used_ = CallLimits::Clock::now();
  is_to_be_settled_ = true;
}

bool Connection::settle(const IoLimits& limits) {
  if (!std::exchange(is_to_be_settled_, false)) {
    return true;
  }
  if (auto taken = take(limits); !taken || failure_) {
    poison();
    return false;
  }
  return true;
}

bool Connection::is_alive(const CallLimits& limits) {
  constexpr std::chrono::milliseconds longest{500};
  const auto now = CallLimits::Clock::now();
  const IoLimits bounded{limits, {now + longest, errc::transaction_lost, ""}};
  if (!settle(bounded) || !wire_->is_quiet()) {
    return false;
  }
  if (now - used_ < options_.check_idle_after) {
    return true;
  }
  add(answer_sql);
  return !exchange(bounded) && wire_->is_quiet();
}

std::optional<ExchangeFailure> Connection::exchange(const IoLimits& limits) {
  failure_.reset();
  rows_failure_.reset();
  last_command_.clear();
  used_ = CallLimits::Clock::now();
  is_to_be_settled_ = false;  // What was left is taken along.
  entries_.push_back({Entry::Kind::end, nullptr, {}, std::exchange(queued_, 0)});
  if (could_not_send_ || PQpipelineSync(wire_->handle()) != 1) {
    poison();
    return ExchangeFailure{
        0,
        {},
        Error{errc::transaction_lost, std::string{"nothing can be sent to the server: "} +
                                          PQerrorMessage(wire_->handle())}};
  }
  if (auto sent = wire_->flush(limits); !sent) {
    poison();
    return ExchangeFailure{0, {}, std::move(sent).error()};
  }
  if (auto taken = take(limits); !taken) {
    const std::size_t entry = entries_.empty() ? 0 : entries_.front().number;
    const bool is_behind_all = !entries_.empty() && entries_.front().kind == Entry::Kind::end;
    poison();
    return ExchangeFailure{entry, {}, std::move(taken).error(), is_behind_all};
  }
  return std::exchange(failure_, std::nullopt);
}

Result<void> Connection::take(const IoLimits& limits) {
  while (!entries_.empty() && streaming_ == nullptr) {
    BOOST_OUTCOME_TRY(take_one(limits));
  }
  return success();
}

/// The results of the entry in front. False when it gave a row and is not at its end.
Result<bool> Connection::take_one(const IoLimits& limits) {
  const Entry entry = entries_.front();
  if (entry.kind == Entry::Kind::statement && entry.statement->is_unbounded() && !failure_) {
    // Rows one by one; without effect where the results have begun.
    PQsetSingleRowMode(wire_->handle());
  }
  bool may_be_unanswered = false;
  while (true) {
    BOOST_OUTCOME_TRY(auto result, wire_->next_result(limits));
    if (result == nullptr) {
      if (entry.kind == Entry::Kind::end && std::exchange(may_be_unanswered, false)) {
        continue;  // It was told why it failed, and now that it is over.
      }
      if (entry.kind == Entry::Kind::end) {
        return Error{errc::transaction_lost, "the server's answers are out of step"};
      }
      entries_.pop_front();
      return true;
    }
    switch (PQresultStatus(result.get())) {
      case PGRES_PIPELINE_SYNC:
        entries_.pop_front();
        return true;
      case PGRES_COMMAND_OK:
      case PGRES_TUPLES_OK:
      case PGRES_EMPTY_QUERY:
        take_success(entry, std::move(result));
        break;
      case PGRES_SINGLE_TUPLE:
        entry.statement->set_result(std::move(result), true);
        streaming_ = entry.statement;
        return false;
      case PGRES_PIPELINE_ABORTED:
        break;
      default:
        may_be_unanswered = true;
        note_failure(entry, result.get());
        break;
    }
  }
}

void Connection::take_success(const Entry& entry, ResultHandle result) {
  switch (entry.kind) {
    case Entry::Kind::preparation:
      if (entry.statement != nullptr) {
        entry.statement->set_prepared(true);
      }
      break;
    case Entry::Kind::command:
      last_command_ = PQcmdStatus(result.get());
      entry.statement->reset();
      break;
    case Entry::Kind::statement:
      // At the end of rows that came one by one there is an empty result.
      entry.statement->set_result(std::move(result), false);
      break;
    case Entry::Kind::end:
      break;
  }
}

void Connection::note_failure(const Entry& entry, const PGresult* result) {
  const bool is_forgetting = entry.kind == Entry::Kind::preparation && entry.statement == nullptr;
  if (failure_ || is_forgetting) {
    return;
  }
  const auto sqlstate = sqlstate_of(result);
  if (sqlstate == "26000" || sqlstate == "0A000" || sqlstate == "25006") {
    // The server does not have it as it was prepared, or is one that can be written to no more: no
    // more of this connection.
    poison();
  }
  // A step of the schema is named by whoever runs it.
  const std::string what = entry.sql.starts_with("DO ")
                               ? std::string{"running it"}
                               : "executing '" + std::string{entry.sql.substr(0, 200)} + "'";
  const char* const words = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  // What begins a write says this on a server that follows another.
  const bool is_standby = sqlstate == "0A000" && entry.sql.starts_with("BEGIN");
  failure_ = ExchangeFailure{entry.number, std::string{sqlstate},
                             is_standby ? Error{errc::storage_read_only,
                                                "the server is a standby, which takes no writes: "
                                                "name its primary in the URL, too"}
                                        : to_error(result, what, options_.unique_keys),
                             entry.kind == Entry::Kind::end, words == nullptr ? "" : words};
}

Result<ResultHandle> Connection::next_row(PgStatement& statement, const IoLimits& limits) {
  if (streaming_ != &statement) {
    return Error{errc::internal, "rows are asked for that are not on their way"};
  }
  while (true) {
    auto next = wire_->next_result(limits);
    if (!next) {
      poison();
      streaming_ = nullptr;
      return std::move(next).error();
    }
    ResultHandle result = std::move(next).value();
    if (result == nullptr) {
      entries_.pop_front();
      streaming_ = nullptr;
      if (auto taken = take(limits); !taken) {
        poison();
        return std::move(taken).error();
      }
      if (failure_) {
        rows_failure_ = std::exchange(failure_, std::nullopt);
        return rows_failure_->error;
      }
      return ResultHandle{};
    }
    switch (PQresultStatus(result.get())) {
      case PGRES_SINGLE_TUPLE:
        return result;
      case PGRES_TUPLES_OK:
        break;
      default:
        note_failure(entries_.front(), result.get());
        break;
    }
  }
}

Result<void> Connection::throw_rows_away(const IoLimits& limits) {
  while (true) {
    auto next = wire_->next_result(limits);
    if (!next) {
      poison();
      return std::move(next).error();
    }
    if (next.value() == nullptr) {
      break;
    }
  }
  has_unwanted_rows_ = false;
  entries_.pop_front();
  if (auto taken = take(limits); !taken) {
    poison();
    return taken;
  }
  failure_.reset();  // Of a statement that nobody asks any more.
  return success();
}

Result<void> Connection::keep_rows(const IoLimits& limits) {
  if (has_unwanted_rows_) {
    return throw_rows_away(limits);
  }
  PgStatement* const statement = streaming_;
  while (streaming_ != nullptr) {
    auto row = next_row(*statement, limits);
    if (!row) {
      statement->end_stream(row.error());
      return std::move(row).error();
    }
    if (row.value() != nullptr) {
      statement->keep_row(std::move(row).value());
    } else {
      statement->end_stream();
    }
  }
  return success();
}

void Connection::leave(PgStatement& statement) noexcept {
  if (streaming_ == &statement) {
    streaming_ = nullptr;
    has_unwanted_rows_ = true;
  }
}

}  // namespace tenancy::inline v0::detail::postgres
