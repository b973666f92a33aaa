#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>

#include "tenancy/storage/detail/scoped_query.hpp"
#include "tenancy/storage/detail/scoped_schema.hpp"

#include "storage/backend.hpp"
#include "storage/connection_pool.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/tenant_slots.hpp"

namespace tenancy::inline v0::detail::sqlite {

/// Runs queries that tenants wrote, each on a confined connection and in a snapshot of its own.
///
/// Isolation: `RowScope` says how. A connection whose views were made for another schema than the
/// snapshot has is closed before anything runs on it.
/// Thread safety: thread-safe.
class ScopedQueries {
 public:
  /// Opens a confined connection for a schema.
  using Open = std::function<Result<std::unique_ptr<Connection>>(
      const std::shared_ptr<const ScopedSchema>&, const CallLimits&)>;
  /// Reads the schema as it is now, with its version.
  using ReadSchema = std::function<Result<ScopedSchema>(const CallLimits&)>;
  /// Passes the tenant gate in the connection's snapshot.
  using Admit = FunctionRef<Result<void>(Connection&)>;

  ScopedQueries(const ScopedSqlOptions& options, Open open, ReadSchema read_schema);

  /// Errors: those of `ScopedSql::query`.
  Result<void> run(TenantId tenant, const CallLimits& limits, const ScopedQuery& query,
                   ScopedSink& sink, Admit admit);

  /// What the tenant's queries see. Errors: those of reading it, and of the gate.
  Result<std::shared_ptr<const ScopedSchema>> schema(const CallLimits& limits, Admit admit);

 private:
  using Body = FunctionRef<Result<void>(Connection&)>;

  /// Runs the body on a snapshot whose schema is the one that the connection's views are for.
  Result<void> run_on_snapshot(const CallLimits& limits, const SqlLimits& query_limits, Admit admit,
                               Body body);
  Result<std::shared_ptr<const ScopedSchema>> known_schema(const CallLimits& limits);
  void forget(const ScopedSchema& schema) noexcept;

  const ScopedSqlOptions options_;
  const ReadSchema read_schema_;
  std::mutex mutex_;
  std::shared_ptr<const ScopedSchema> schema_;
  TenantSlots slots_;
  ConnectionPool<Connection> connections_;
};

}  // namespace tenancy::inline v0::detail::sqlite
