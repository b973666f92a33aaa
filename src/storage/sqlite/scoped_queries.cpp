#include "storage/sqlite/scoped_queries.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "storage/scoped_limits.hpp"
#include "storage/sqlite/compiled_query.hpp"
#include "storage/sqlite/query_program.hpp"
#include "storage/sqlite/snapshot.hpp"

namespace tenancy::inline v0::detail::sqlite {
namespace {

constexpr const char* time_advice =
    "the query runs for too long: ask for less, or by a key or index";

/// Whether the connection's views were made for the schema of its present snapshot.
Result<bool> fits_snapshot(Connection& connection) {
  RowScope& scope = *connection.scope();
  const auto data_version = connection.data_version();
  // While nobody commits, the schema stays what it was.
  if (scope.fits_at() == data_version) {
    return true;
  }
  const ControlAccess access{connection};
  BOOST_OUTCOME_TRY(
      const auto statement,
      SqliteStatement::prepare(connection.handle(), "PRAGMA " + scope.base() + ".schema_version",
                               connection.watch(), SqliteStatement::Use::once));
  BOOST_OUTCOME_TRY(statement->step());
  const bool fits = statement->int64(0) == scope.schema()->version;
  if (fits) {
    scope.set_fits_at(data_version);
  }
  return fits;
}

/// Where a parameter of that name stands.
std::optional<std::size_t> place_of(const SqliteStatement& statement, std::string_view name) {
  // To SQLite a name would end where a NUL is.
  const bool is_name = name.find('\0') == std::string_view::npos;
  const int index =
      is_name ? sqlite3_bind_parameter_index(statement.handle(), std::string{name}.c_str()) : 0;
  return index == 0 ? std::nullopt : std::optional{static_cast<std::size_t>(index) - 1};
}

/// What the intermediate results of a query may take in files. What SQLite holds before it writes
/// to one cannot be measured, and is taken for its most; up to `free_cache_bytes` it costs nothing.
/// Errors: `query_limit_exceeded`.
Result<std::size_t> file_quota(const SqlLimits& limits, const QueryFacts& facts) {
  const std::size_t counted =
      facts.cache_bytes > free_cache_bytes ? facts.cache_bytes - free_cache_bytes : 0;
  if (counted > limits.memory) {
    return limit_error("memory", "it has too many intermediate results");
  }
  return limits.memory - counted;
}

Result<void> execute(Connection& connection, TenantId tenant, const ScopedQuery& query,
                     ScopedSink& sink) {
  const ScopedTenant scoped{*connection.scope(), tenant};
  BOOST_OUTCOME_TRY(SqliteStatement* const statement, connection.prepare_query(query.text));
  const StatementLease lease{*statement};
  BOOST_OUTCOME_TRY(const std::size_t quota, file_quota(query.limits, *statement->facts()));
  connection.quota()->set_quota(quota);
  BOOST_OUTCOME_TRY(
      const auto values,
      arrange_parameters(query.parameters, static_cast<std::size_t>(statement->parameters()),
                         [&](std::string_view name) { return place_of(*statement, name); }));
  statement->bind_rest(1, values);

  const auto& columns = statement->facts()->columns;
  sink.begin(columns);

  Allowance allowance{query.limits};
  std::vector<ValueView> row(columns.size());
  while (true) {
    const auto advanced = statement->advance();
    if (advanced == Statement::Advance::done) {
      return success();
    }
    if (advanced == Statement::Advance::failed) {
      return query_failure(*statement, *connection.scope(), connection.watch());
    }
    statement->read_columns(row);
    if (std::ranges::any_of(row, [](const ValueView& value) { return !value.is_storable(); })) {
      return limit_error("memory", "a value could not be had");
    }
    BOOST_OUTCOME_TRY(allowance.take(row));
    BOOST_OUTCOME_TRY(sink.row(row));
  }
}

}  // namespace

ScopedQueries::ScopedQueries(const ScopedSqlOptions& options, Open open, ReadSchema read_schema)
    : options_{options},
      read_schema_{std::move(read_schema)},
      slots_{options.per_tenant},
      connections_{options.connections,
                   [this, open = std::move(open)](
                       const CallLimits& limits) -> Result<std::unique_ptr<Connection>> {
                     BOOST_OUTCOME_TRY(const auto known, known_schema(limits));
                     return open(known, limits);
                   }} {}

Result<void> ScopedQueries::run(TenantId tenant, const CallLimits& limits, const ScopedQuery& query,
                                ScopedSink& sink, Admit admit) {
  BOOST_OUTCOME_TRY(check_limits(query.limits));
  if (query.text.size() > options_.text_bytes) {
    return limit_error("text", "the query is too long");
  }
  BOOST_OUTCOME_TRY(limits.check());
  BOOST_OUTCOME_TRY(const auto slot, slots_.acquire(tenant, limits));
  return about_time(run_on_snapshot(limits, query.limits, admit, [&](Connection& connection) {
    return execute(connection, tenant, query, sink);
  }));
}

Result<std::shared_ptr<const ScopedSchema>> ScopedQueries::schema(const CallLimits& limits,
                                                                  Admit admit) {
  std::shared_ptr<const ScopedSchema> schema;
  BOOST_OUTCOME_TRY(
      about_time(run_on_snapshot(limits, {}, admit, [&](Connection& connection) -> Result<void> {
        schema = connection.scope()->schema();
        return success();
      })));
  return schema;
}

Result<void> ScopedQueries::run_on_snapshot(const CallLimits& limits, const SqlLimits& query_limits,
                                            Admit admit, Body body) {
  // The schema may change between reading it and the snapshot, but not for ever.
  constexpr int max_attempts = 5;
  for (int attempt = 0; attempt < max_attempts; ++attempt) {
    BOOST_OUTCOME_TRY(const auto lease, connections_.acquire(limits));
    Connection& connection = lease.connection();
    const WatchScope watched{
        connection.watch(), limits,
        Watch::Budget{coarse_now() + query_limits.time, errc::query_limit_exceeded, time_advice},
        true};
    BOOST_OUTCOME_TRY(const auto snapshot, Snapshot::hold(connection));
    BOOST_OUTCOME_TRY(const bool fits, fits_snapshot(connection));
    if (!fits) {
      forget(*connection.scope()->schema());
      connection.poison();
      continue;
    }
    BOOST_OUTCOME_TRY(admit(connection));
    return body(connection);
  }
  return Error{errc::busy, "the schema kept changing while a query was to begin"};
}

Result<std::shared_ptr<const ScopedSchema>> ScopedQueries::known_schema(const CallLimits& limits) {
  {
    const std::scoped_lock lock{mutex_};
    if (schema_ != nullptr) {
      return schema_;
    }
  }
  BOOST_OUTCOME_TRY(auto read, read_schema_(limits));
  auto fresh = std::make_shared<const ScopedSchema>(std::move(read));
  const std::scoped_lock lock{mutex_};
  schema_ = fresh;
  return fresh;
}

void ScopedQueries::forget(const ScopedSchema& schema) noexcept {
  const std::scoped_lock lock{mutex_};
  if (schema_.get() == &schema) {
    schema_ = nullptr;
  }
}

}  // namespace tenancy::inline v0::detail::sqlite
