#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "storage/postgres/statement.hpp"
#include "storage/postgres/unique_keys.hpp"
#include "storage/postgres/wire.hpp"
#include "storage/statement_cache.hpp"

namespace tenancy::inline v0::detail::postgres {

/// Whether statements are prepared under names, and where the settings are that transactions need.
/// A pooler between here and the server gives each transaction another of the server's connections:
/// names and settings of one are not found on the next, or are somebody else's there.
enum class Naming : std::uint8_t {
  named,    ///< The connection is the server's own, and has its settings once it is open.
  unnamed,  ///< A pooler's, perhaps: each transaction brings its settings along.
  bare,     ///< No settings at all, for statements that are to stand alone.
};

struct ConnectionOptions {
  std::size_t statements = 256;
  Naming naming = Naming::named;
  /// After so long without a statement the server ends a transaction.
  std::chrono::milliseconds idle_in_transaction{60'000};
  /// A connection that has not been used for so long is asked for a sign of life.
  std::chrono::milliseconds check_idle_after{30'000};
  /// For messages; may be null, and outlives the connection.
  const UniqueKeys* unique_keys = nullptr;
  /// For queries that tenants write: names are found in the schema that is theirs.
  bool is_confined = false;
};

/// What one exchange with the server came to.
struct ExchangeFailure {
  std::size_t entry;     ///< Which of the statements, counted from 0.
  std::string sqlstate;  ///< Empty when the connection is gone or given up.
  Error error;
  /// All of them were executed, and what failed is what came after them: the commit of a
  /// transaction that is none of its own, or the connection.
  bool is_behind_all = false;
  std::string words = {};  ///< The server's own, without details and hints.
};

/// One connection to the server with its prepared statements. Statements are queued and sent
/// together: an exchange is one round trip, however many there are. At the first one that fails the
/// server leaves out the rest.
///
/// Thread safety: thread-compatible; it serves one transaction at a time.
class Connection {
 public:
  /// Errors: as `Wire::connect`; `unsupported_engine` for a server that is too old, and for names
  /// on a connection that is a pooler's.
  static Result<std::unique_ptr<Connection>> open(const Address& address,
                                                  const ConnectionOptions& options,
                                                  const CallLimits& limits);
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  ~Connection() = default;

  // For the pool.

  [[nodiscard]] bool in_same_process() const noexcept { return wire_->in_same_process(); }
  /// Takes what it was left to say, too.
  [[nodiscard]] bool is_alive(const CallLimits& limits);
  /// The connection is not to be used again by anyone.
  void poison() noexcept { poisoned_ = true; }
  [[nodiscard]] bool is_given_up() const noexcept { return poisoned_; }
  /// Nor is one on which rows are under way that nobody wants, or an exchange that somebody left in
  /// its middle.
  [[nodiscard]] bool poisoned() const noexcept {
    return poisoned_ || has_unwanted_rows_ || (!entries_.empty() && !is_to_be_settled_);
  }
  [[nodiscard]] bool has_unwanted_rows() const noexcept { return has_unwanted_rows_; }
  [[nodiscard]] const StatementCache<PgStatement>& statements() const noexcept {
    return statements_;
  }
  [[nodiscard]] PGconn* handle() const noexcept { return wire_->handle(); }
  [[nodiscard]] int server_version() const noexcept { return PQserverVersion(wire_->handle()); }

  /// The statement for a text, not yet bound, which nobody else holds.
  PgStatement& statement(const StaticSql& sql);
  PgStatement& statement(const ShapedSql& sql);
  /// One that is not kept, written for PostgreSQL.
  [[nodiscard]] std::unique_ptr<PgStatement> statement_once(std::string_view sql) const;

  /// The statement for a query that a tenant wrote, whose results come as texts, with the types of
  /// its parameters.
  PgStatement& query(const std::string& sql, const std::vector<bool>& used,
                     const std::vector<Oid>& types);

  // An exchange.

  /// Queues that the server forgets what is prepared there and not here any more; before anything
  /// else of a transaction.
  void forget_dropped();
  /// Queues the settings of the transaction that begins, where the connection has none of its own:
  /// where names are found, that nobody's rows are let through, and when it ends by itself.
  void add_settings();

  /// Queues a statement of the library's own that gives nothing but its success. The text has
  /// static storage duration, and so have the values at the time of the exchange.
  void add(const StaticSql& sql, std::initializer_list<std::string_view> values = {});
  /// Queues a statement, which is given its result.
  void add(PgStatement& statement);
  /// How many are queued.
  [[nodiscard]] std::size_t queued() const noexcept { return queued_; }
  /// Sends all that is queued and takes the results. Of a statement without bound it takes the
  /// first row.
  std::optional<ExchangeFailure> exchange(const IoLimits& limits);
  /// Sends all that is queued, and leaves what comes of it to whoever uses the connection next: for
  /// the end of a transaction that changed nothing.
  void send_and_leave();
  /// The next row of the statement whose rows come one by one; null at their end.
  Result<ResultHandle> next_row(PgStatement& statement, const IoLimits& limits);
  /// Has the rows that are still to come kept with the statement that they belong to, or thrown
  /// away where nobody wants them, so that there can be another exchange.
  Result<void> keep_rows(const IoLimits& limits);
  /// Nobody wants the rest.
  void leave(PgStatement& statement) noexcept;

  /// Whether what was committed by the last exchange may be on this server alone, though others are
  /// to have it, too.
  [[nodiscard]] bool take_doubt() noexcept { return wire_->take_doubt(); }
  /// Why the rows that came one by one ended, if they failed.
  [[nodiscard]] const std::optional<ExchangeFailure>& rows_failure() const noexcept {
    return rows_failure_;
  }

  /// What the last command of the last exchange said that it did: "COMMIT".
  [[nodiscard]] const std::string& last_command() const noexcept { return last_command_; }

 private:
  struct Entry {
    enum class Kind : std::uint8_t { preparation, command, statement, end };
    Kind kind;
    PgStatement* statement;
    std::string_view sql;
    std::size_t number;
  };

  Connection(std::unique_ptr<Wire> wire, const ConnectionOptions& options)
      : options_{options},
        suffix_{random_suffix()},
        wire_{std::move(wire)},
        statements_{options.statements} {}

  static std::string random_suffix();
  Result<void> set_up(const CallLimits& limits);
  /// Where names are found, without what another of the pooler's customers may have left there.
  Result<void> find_path(const CallLimits& limits);

  template <class Sql>
  PgStatement& find_or_make(const Sql& sql, std::string_view text, bool is_unbounded);
  [[nodiscard]] std::string next_name();
  bool send(PgStatement& statement, Entry::Kind kind);
  /// The results of the exchange, until a row comes or it ends.
  Result<void> take(const IoLimits& limits);
  Result<bool> take_one(const IoLimits& limits);
  /// False when what was left to be taken failed.
  bool settle(const IoLimits& limits);
  Result<void> throw_rows_away(const IoLimits& limits);
  void take_success(const Entry& entry, ResultHandle result);
  void note_failure(const Entry& entry, const PGresult* result);

  const ConnectionOptions options_;
  /// Of all names: whatever stands between, a name of another connection's is never taken for one
  /// of this one's.
  const std::string suffix_;
  std::unique_ptr<Wire> wire_;
  PgStatement::Names dropped_;  ///< Before the statements, which fill it.
  StatementCache<PgStatement> statements_;
  /// Those without values of the caller's, by the address of their text.
  boost::unordered_flat_map<const StaticSql*, std::unique_ptr<PgStatement>> commands_;
  std::uint64_t names_ = 0;
  bool poisoned_ = false;
  std::string path_;  ///< Of transactions that bring their settings along.
  std::string idle_in_transaction_;
  CallLimits::Clock::time_point used_ = CallLimits::Clock::now();

  std::deque<Entry> entries_;
  std::size_t queued_ = 0;
  bool could_not_send_ = false;
  PgStatement* streaming_ = nullptr;
  bool has_unwanted_rows_ = false;
  bool is_to_be_settled_ = false;
  std::optional<ExchangeFailure> failure_;
  std::optional<ExchangeFailure> rows_failure_;
  std::string last_command_;
};

}  // namespace tenancy::inline v0::detail::postgres
