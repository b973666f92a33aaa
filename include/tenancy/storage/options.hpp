#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "tenancy/core/clock.hpp"
#include "tenancy/core/tenant_id.hpp"
#include "tenancy/storage/observer.hpp"
#include "tenancy/storage/sql_limits.hpp"

namespace tenancy::inline v0 {

/// How writes share the store's one writer. Transactions that wait at the same time are committed
/// together, with one sync of the disk.
struct WriteOptions {
  /// Writes of one tenant that may wait; more are refused with `overloaded`. 1 to 1,000,000.
  std::size_t max_waiting_per_tenant = 256;
  /// Transactions that share a commit. 1 to 4096.
  std::size_t max_batch = 128;
  /// After this long a batch takes no further transactions. Other processes wait for about this
  /// long for their turn. 1 microsecond to 1 hour.
  std::chrono::microseconds max_batch_hold{10'000};
  /// For how long one transaction may hold the writer; then its next statement is refused with
  /// `hold_budget_exceeded`. Migrations are not held to it. Those that ran before it in the same
  /// batch wait for it. 1 millisecond to 24 hours.
  std::chrono::milliseconds max_unit_hold{2'000};
  /// The share of a batch, in percent, that one tenant gets while others wait. 1 to 100.
  unsigned max_tenant_share = 50;
  /// How much of the writer's time a tenant gets in proportion to others; 1 for all when empty.
  /// 1 to 1000. Called on callers' threads, several at once, outside of all locks: thread-safe and
  /// cheap. On PostgreSQL also before reads, and again before each try.
  std::function<std::uint32_t(TenantId)> weight = nullptr;
};

/// Who moves changes from the write-ahead log into the database.
enum class Checkpoints : std::uint8_t {
  library,   ///< The store, on a thread of its own.
  external,  ///< A replicator such as Litestream; the store never does, and sets no ceiling.
};

/// How large the write-ahead log gets.
struct WalOptions {
  Checkpoints checkpoints = Checkpoints::library;
  /// From this size on the log is moved into the database. Positive.
  std::size_t checkpoint_bytes = std::size_t{4} << 20U;
  /// At this size writes wait until the log could be moved, and are refused with `overloaded` when
  /// that takes too long. At least `checkpoint_bytes`.
  std::size_t max_bytes = std::size_t{256} << 20U;
};

/// What to do when the process holds a second copy of SQLite, which can corrupt a database that
/// both open: closing it in one drops the locks of the other.
enum class SecondEngine : std::uint8_t { refuse, allow };

/// How a silo, a store with a file per tenant, keeps within its means. Each open file takes up to a
/// dozen file descriptors (six while its tenant neither waits nor sends queries of its own) and a
/// connection's memory for each of its connections.
struct SiloOptions {
  /// Tenants' files that are open at once. One that nobody uses is closed for another; a call for
  /// which none can be closed waits, and is `overloaded` in the end. 1 to 4096.
  std::size_t max_open_files = 64;
  /// Connections for reading that each file has, in the place of `StoreOptions::readers`, which
  /// count for the control file alone. 1 to 64.
  std::size_t readers = 2;
  /// In the place of `StoreOptions::page_cache_bytes`. 64 KiB to 16 GiB.
  std::size_t page_cache_bytes = std::size_t{1} << 20U;
};

/// How a store behaves; the defaults suit a service on one machine. `PostgresOptions` tells which
/// of them count on PostgreSQL.
struct StoreOptions {
  /// Connections for reading; as many read transactions run at once. 1 to 64.
  std::size_t readers = 4;
  /// How long a call waits in all (for a connection, its turn, another process) before it is
  /// refused with `overloaded` or `busy`, whatever its deadline. 1 millisecond to 1 hour.
  std::chrono::milliseconds max_wait{5000};
  /// Prepared statements that each connection keeps. 16 to 100,000.
  std::size_t statements = 256;
  /// Of the database's pages, what each connection keeps in memory, at most; beyond it pages are
  /// read from the file again. 64 KiB to 16 GiB.
  std::size_t page_cache_bytes = std::size_t{8} << 20U;
  /// How old the snapshot of a read may get; then its next statement is refused with
  /// `snapshot_too_old`, so that it does not keep the log from shrinking. 1 millisecond to 24
  /// hours.
  std::chrono::milliseconds max_snapshot_age{60'000};
  WriteOptions writes = {};
  WalOptions wal = {};
  ScopedSqlOptions scoped_sql = {};
  SiloOptions silo = {};  ///< Of `sqlite-silo:DIR` alone.
  SecondEngine second_engine = SecondEngine::refuse;
  /// Gives the library the time of day; the system's when empty.
  std::shared_ptr<const Clock> clock = nullptr;
  /// Told about transactions and alarms; may be empty.
  std::shared_ptr<StoreObserver> observer = nullptr;
};

}  // namespace tenancy::inline v0
