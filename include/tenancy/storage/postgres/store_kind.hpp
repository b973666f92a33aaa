#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tenancy/core/export.hpp"
#include "tenancy/storage/store_kind.hpp"

namespace tenancy::inline v0::postgres {

/// Whether statements are prepared on the server.
enum class PreparedStatements : std::uint8_t {
  named,  ///< Each once for a connection.
  none,   ///< For a pooler that gives each transaction another connection, such as PgBouncer in
          ///< transaction mode. Every transaction then brings its settings along.
};

/// How stores on PostgreSQL use their server, besides `StoreOptions`, of which count the waits, the
/// statements, the clock, the observer, `max_snapshot_age`, `scoped_sql`, and of the writes the
/// weight, what may wait and the longest hold.
struct PostgresOptions {
  /// Connections that a store opens, each when it is first needed. As many transactions run at
  /// once, and all others wait. 1 to 1000.
  std::size_t max_connections = 8;
  /// The share of the connections, in percent, that one tenant gets while others wait. 1 to 100.
  unsigned max_tenant_share = 50;
  PreparedStatements statements = PreparedStatements::named;
  /// Replicas of the server, each with a pool of as many connections, for reads that may be stale
  /// (`CallOptions::max_staleness`): URLs with the same database and a role that may do no more.
  /// One that is gone, further behind than a read allows or another server's is not asked, and the
  /// read is the primary's.
  std::vector<std::string> replica_urls = {};
  /// A connection that nobody has used for so long is asked whether it still has its server before
  /// it is lent. Not negative.
  std::chrono::milliseconds check_idle_after{30'000};
  /// Where queries that tenants write (`ScopedSql`) run: the same database as a role of their own,
  /// which sees nothing but what they may. Empty for none; they are `not_supported` then. How many
  /// connections they have is `StoreOptions::scoped_sql`'s. Shown in no message but for user,
  /// hosts, ports and database.
  std::string queries_url = {};
};

/// What `OpenOptions::kinds` takes, so that `open` knows `postgresql://` URLs: those of libpq, with
/// all its parameters, several hosts and TLS among them.
///
/// The database, its owner's role and the application's are made before (docs/postgresql.md);
/// `tenancy::migrate` runs as the owner, and what is opened as the other, who owns nothing.
/// Isolation: row-level security on every tenants' table, beneath the library's own predicates and
/// the check of each row.
/// Options out of range stop the process; a `replica_urls` or `queries_url` that is none of
/// PostgreSQL's fails `open` with `invalid_url`.
TENANCY_API StoreKind store_kind(PostgresOptions options = {});

}  // namespace tenancy::inline v0::postgres
