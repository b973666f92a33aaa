#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "tenancy/core/secret_bytes.hpp"
#include "tenancy/core/tenant_context.hpp"
#include "tenancy/storage/detail/scoped_query.hpp"

#include "storage/connection_pool.hpp"
#include "storage/postgres/callable_fields.hpp"
#include "storage/postgres/connection.hpp"
#include "storage/postgres/query_text.hpp"
#include "storage/tenant_slots.hpp"

namespace tenancy::inline v0::detail::postgres {

/// Runs queries that tenants wrote, each in a transaction of its own that is rolled back, on
/// connections of a role that sees nothing but views of one tenant's rows.
///
/// Isolation: the server shows rows of the tenant for whom the application vouched when the
/// transaction began. It does so by a secret that the role cannot read, so that no query can name
/// another tenant, whatever its text does (migrate/query_views).
/// Thread safety: thread-safe.
class ScopedQueries {
 public:
  using Open = std::function<Result<std::unique_ptr<Connection>>(const CallLimits&)>;
  /// Reads what the application vouches by.
  using ReadSecret = std::function<Result<SecretBytes>(const CallLimits&)>;
  /// Why the gate did not let the context through.
  using WhyRefused = FunctionRef<Error(const CallLimits&)>;

  ScopedQueries(const ScopedSqlOptions& options, bool sets_for_transactions, Open open,
                ReadSecret read_secret, CallableFields::Read read_fields);

  /// What a query did, for the observer.
  struct Report {
    std::chrono::steady_clock::duration waited{};
    std::uint32_t prepared = 0;
  };

  /// Errors: those of `ScopedSql::query`.
  Result<void> run(const TenantContext& context, const CallLimits& limits, const ScopedQuery& query,
                   ScopedSink& sink, WhyRefused why_refused, Report& report);

  /// Opens a connection, so that what is wrong with the role shows.
  Result<void> try_connection(const CallLimits& limits);

 private:
  struct Attempt {
    Result<void> outcome;
    bool is_to_be_run_again = false;
    bool is_refused = false;
  };

  Attempt attempt(Connection& connection, const TenantContext& context, const CallLimits& limits,
                  const ScopedQuery& query, const QueryText& text,
                  std::span<const ValueView> values, const std::string& proof, ScopedSink& sink);
  /// That the application vouches for the tenant, as a literal of bytes.
  Result<std::string> proof_of(TenantId tenant, const CallLimits& limits);
  void forget_secret() noexcept;

  const ScopedSqlOptions options_;
  const bool sets_for_transactions_;  ///< Nothing of a session can be relied on.
  const ReadSecret read_secret_;
  std::mutex mutex_;
  SecretBytes secret_;
  CallableFields callable_fields_;
  TenantSlots slots_;
  ConnectionPool<Connection> connections_;
};

}  // namespace tenancy::inline v0::detail::postgres
