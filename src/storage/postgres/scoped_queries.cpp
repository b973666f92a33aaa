#include "storage/postgres/scoped_queries.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>
#include <vector>

#include "tenancy/core/detail/context_reader.hpp"

#include "core/sha256.hpp"
#include "storage/postgres/query_error.hpp"
#include "storage/postgres/query_settings.hpp"
#include "storage/postgres/query_values.hpp"
#include "storage/scoped_limits.hpp"

namespace tenancy::inline v0::detail::postgres {
namespace {

using Clock = CallOptions::Clock;

constexpr const char* time_advice =
    "the query runs for too long: ask for less, or by a key or index";

constexpr StaticSql begin_sql{"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"};
constexpr StaticSql roll_back_sql{"ROLLBACK"};
/// Where a pooler gives each transaction another session.
constexpr StaticSql confine_sql{"SELECT " TENANCY_QUERY_SETTINGS("true")};
constexpr StaticSql look_for_caller_sql{
    "SELECT set_config('client_connection_check_interval', $1, true)"};
constexpr StaticSql enter_sql{
    "SELECT tenancy_queries.tenancy_enter_query($1::bigint, $2::bytea, $3::bigint, "
    "nullif($4::text, ''), nullif($5::text, '')::bigint, $6::text, $7::text)"};

/// What each step of a plan may keep in memory: a part of what the query may, since there are
/// several.
std::string memory_of_step(const SqlLimits& limits) {
  constexpr std::size_t least = 64;
  constexpr std::size_t most = 1'048'576;
  constexpr std::size_t steps = 4;
  return std::to_string(std::clamp(limits.memory / steps / 1024, least, most));
}

std::array<std::byte, 8> in_network_order(std::int64_t number) noexcept {
  std::array<std::byte, 8> bytes{};
  auto rest = static_cast<std::uint64_t>(number);
  for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte) {
    *byte = static_cast<std::byte>(rest & 0xFFU);
    rest >>= 8U;
  }
  return bytes;
}

std::string hex_literal(std::span<const std::byte> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text = "\\x";
  for (const std::byte byte : bytes) {
    text += digits[std::to_integer<unsigned>(byte) >> 4U];
    text += digits[std::to_integer<unsigned>(byte) & 15U];
  }
  return text;
}

bool is_stale_statement(const ExchangeFailure& failure) noexcept {
  return failure.sqlstate == "26000" || failure.sqlstate == "0A000";
}

Error not_to_be_entered(const ExchangeFailure& failure) {
  return Error{errc::schema_mismatch, "tenants' queries cannot be begun (PostgreSQL " +
                                          failure.sqlstate +
                                          "): run tenancy::migrate as the owner"};
}

/// What comes with a row, and before the first: how long its values are, and what the columns are
/// called.
constexpr std::size_t around_rows = std::size_t{1} << 20U;

/// Without waiting for it, unless the connection is given up.
void roll_back(Connection& connection) {
  if (!connection.poisoned()) {
    connection.add(roll_back_sql);
    connection.send_and_leave();
  }
}

/// The statement of a query, and what becomes of its rows.
class Run {
 public:
  Run(Connection& connection, PgStatement& statement, const IoLimits& io) noexcept
      : connection_{connection}, statement_{statement}, io_{io} {}
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  ~Run() {
    if (statement_.streams()) {
      // Whoever is not read to the end is not waited for.
      connection_.leave(statement_);
    }
    statement_.reset();
  }

  Result<void> give_rows(const SqlLimits& limits, ScopedSink& sink) {
    const PGresult* const first = statement_.result();
    std::vector<std::string_view> columns;
    for (int column = 0; column < PQnfields(first); ++column) {
      names_.emplace_back(PQfname(first, column));
    }
    columns.assign(names_.begin(), names_.end());
    sink.begin(columns);
    Allowance allowance{limits};
    QueryRow row;
    while (true) {
      BOOST_OUTCOME_TRY(const bool found, next());
      if (!found) {
        return success();
      }
      row.read(statement_.result(), 0);
      const auto values = row.values();
      if (std::ranges::any_of(values,
                              [](const ValueView& value) { return !value.is_storable(); })) {
        return limit_error("memory", "a value could not be had");
      }
      BOOST_OUTCOME_TRY(allowance.take(values));
      BOOST_OUTCOME_TRY(sink.row(values));
    }
  }

 private:
  Result<bool> next() {
    if (!has_begun_) {
      has_begun_ = true;
      return PQntuples(statement_.result()) > 0;
    }
    if (!statement_.streams()) {
      return false;
    }
    BOOST_OUTCOME_TRY(io_.admit());
    auto row = connection_.next_row(statement_, io_);
    if (!row) {
      statement_.end_stream();
      const auto failure = connection_.rows_failure();
      // What ends the transaction was left out, with all else behind the failure.
      roll_back(connection_);
      return failure && failure->sqlstate != "57014"
                 ? to_query_error(*failure)
                 : (failure ? io_.reason() : std::move(row).error());
    }
    if (row.value() == nullptr) {
      statement_.end_stream();
      return false;
    }
    statement_.set_result(std::move(row).value(), true);
    return true;
  }

  Connection& connection_;
  PgStatement& statement_;
  const IoLimits& io_;
  std::vector<std::string> names_;
  bool has_begun_ = false;
};

}  // namespace

ScopedQueries::ScopedQueries(const ScopedSqlOptions& options, bool sets_for_transactions, Open open,
                             ReadSecret read_secret, CallableFields::Read read_fields)
    : options_{options},
      sets_for_transactions_{sets_for_transactions},
      read_secret_{std::move(read_secret)},
      callable_fields_{std::move(read_fields)},
      slots_{options.per_tenant},
      connections_{options.connections, std::move(open)} {}

Result<void> ScopedQueries::try_connection(const CallLimits& limits) {
  BOOST_OUTCOME_TRY(connections_.acquire(limits));
  return success();
}

Result<std::string> ScopedQueries::proof_of(TenantId tenant, const CallLimits& limits) {
  const auto number = in_network_order(tenant.value());
  const auto of = [&](std::span<const std::byte> secret) {
    return hex_literal(sha256_of({secret, number, secret}));
  };
  {
    const std::scoped_lock lock{mutex_};
    if (!secret_.empty()) {
      return of(secret_.unsafe_bytes());
    }
  }
  BOOST_OUTCOME_TRY(auto secret, read_secret_(limits));
  const std::scoped_lock lock{mutex_};
  secret_ = std::move(secret);
  return of(secret_.unsafe_bytes());
}

void ScopedQueries::forget_secret() noexcept {
  const std::scoped_lock lock{mutex_};
  secret_ = SecretBytes{};
}

Result<void> ScopedQueries::run(const TenantContext& context, const CallLimits& limits,
                                const ScopedQuery& query, ScopedSink& sink, WhyRefused why_refused,
                                Report& report) {
  BOOST_OUTCOME_TRY(check_limits(query.limits));
  BOOST_OUTCOME_TRY(const auto text, read_query_text(query.text, options_));
  BOOST_OUTCOME_TRY(const auto values,
                    arrange_parameters(query.parameters, text.parameters,
                                       [&](std::string_view name) { return text.place_of(name); }));
  for (const ValueView& value : values) {
    const bool has_bytes = value.type() == ValueType::text || value.type() == ValueType::blob;
    if (has_bytes && value.bytes().size() > options_.value_bytes) {
      return limit_error("value", "a parameter is too long");
    }
  }
  const auto asked = Clock::now();
  BOOST_OUTCOME_TRY(limits.check());
  BOOST_OUTCOME_TRY(const auto slot, slots_.acquire(context.tenant(), limits));
  BOOST_OUTCOME_TRY(callable_fields_.check(text.fields, limits));
  constexpr int max_attempts = 3;
  for (int tries = 1;; ++tries) {
    BOOST_OUTCOME_TRY(const auto proof, proof_of(context.tenant(), limits));
    Attempt tried{success()};
    {
      BOOST_OUTCOME_TRY(const auto lease, connections_.acquire(limits));
      report.waited = Clock::now() - asked;
      Connection& connection = lease.connection();
      const auto prepared_before = connection.statements().prepared();
      tried = attempt(connection, context, limits, query, text, values, proof, sink);
      report.prepared +=
          static_cast<std::uint32_t>(connection.statements().prepared() - prepared_before);
    }
    if (tried.is_refused) {
      return why_refused(limits);
    }
    if (!tried.is_to_be_run_again || tries == max_attempts) {
      return about_time(std::move(tried.outcome));
    }
  }
}

ScopedQueries::Attempt ScopedQueries::attempt(Connection& connection, const TenantContext& context,
                                              const CallLimits& limits, const ScopedQuery& query,
                                              const QueryText& text,
                                              std::span<const ValueView> values,
                                              const std::string& proof, ScopedSink& sink) {
  const IoLimits io{limits,
                    {Clock::now() + query.limits.time, errc::query_limit_exceeded, time_advice},
                    query.limits.bytes + around_rows};
  if (auto admitted = io.admit(); !admitted) {
    return {std::move(admitted).error()};
  }
  const auto left =
      std::max(std::chrono::ceil<std::chrono::milliseconds>(io.until() - Clock::now()),
               std::chrono::milliseconds{1});
  std::vector<Oid> types;
  types.reserve(values.size());
  for (const ValueView& value : values) {
    types.push_back(type_of_parameter(value));
  }
  PgStatement& statement = connection.query(text.sql, text.used, types);
  const bool was_prepared = statement.is_prepared();
  Run run{connection, statement, io};
  statement.bind_rest(1, values);
  if (statement.bind_failure()) {
    return {*statement.bind_failure()};
  }

  const std::string tenant = std::to_string(context.tenant().value());
  const std::string epoch = std::to_string(context.epoch());
  const auto& credential = ContextReader::credential(context);
  const auto expires_at = context.expires_at();
  const std::string expires =
      credential && expires_at ? std::to_string(expires_at->microseconds()) : std::string{};
  const std::string time = std::to_string(left.count());
  const std::string memory = memory_of_step(query.limits);
  connection.forget_dropped();
  connection.add(begin_sql);
  if (sets_for_transactions_) {
    connection.add(confine_sql);
    if (connection.server_version() >= oldest_with_caller_check) {
      connection.add(look_for_caller_sql, {caller_check_interval});
    }
  }
  connection.add(enter_sql, {tenant, proof, epoch,
                             credential ? std::string_view{credential->data(), credential->size()}
                                        : std::string_view{},
                             expires, time, memory});
  const std::size_t of_query = connection.queued();
  connection.add(statement);
  connection.add(roll_back_sql);
  const auto failure = connection.exchange(io);
  if (!failure) {
    return {run.give_rows(query.limits, sink)};
  }
  roll_back(connection);
  if (failure->sqlstate == "57014") {
    return {io.reason()};
  }
  if (failure->entry < of_query) {
    if (failure->sqlstate == "TY001") {
      return {failure->error, false, true};
    }
    if (failure->sqlstate == "TY002") {
      // Somebody has changed it.
      forget_secret();
      return {failure->error, true};
    }
    if (failure->sqlstate == "TY003") {
      return {Error{errc::unsafe_role,
                    "the owner of the schema tenancy_queries, as whom its views read, has become a "
                    "superuser or has BYPASSRLS, so that no policy holds beneath them"}};
    }
    if (failure->sqlstate == "TY004") {
      return {Error{errc::schema_mismatch,
                    "a table that tenants' queries see is no more secured from its owner, as whom "
                    "the views read: ENABLE and FORCE ROW LEVEL SECURITY on it"}};
    }
    if (failure->sqlstate.starts_with("42") || failure->sqlstate.starts_with("3F")) {
      connection.poison();
      return {not_to_be_entered(*failure)};
    }
    return {failure->error};
  }
  if (was_prepared && is_stale_statement(*failure)) {
    return {failure->error, true};
  }
  return {to_query_error(*failure)};
}

}  // namespace tenancy::inline v0::detail::postgres
