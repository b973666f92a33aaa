#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tenancy/core/export.hpp"
#include "tenancy/core/tenant_id.hpp"

namespace tenancy::inline v0 {

/// A row that belongs to another tenant came out of a statement of this tenant's.
struct IsolationAlarm {
  TenantId tenant;             ///< Whose transaction it was; the row's owner is not told.
  std::string_view statement;  ///< The SQL text, without values; valid while the observer is told.
};

enum class TransactionKind : std::uint8_t { read, write };

/// What one transaction cost.
struct TransactionReport {
  TransactionKind kind;
  TenantId tenant;
  bool committed;
  std::chrono::nanoseconds waited;  ///< A read for a connection; a write for its turn.
  std::chrono::nanoseconds held;    ///< A read its connection; a write the writer, until it ended.
  std::uint32_t prepared;           ///< Statements that the connection did not have at hand.
};

/// What one commit of several transactions cost.
struct BatchReport {
  std::uint32_t transactions;  ///< That it kept.
  std::uint32_t rolled_back;   ///< That failed by themselves.
  std::uint32_t replayed;      ///< That were run again because another one broke the batch.
  bool committed;              ///< With one sync of the disk; false when there was nothing to keep.
  std::chrono::nanoseconds lock_wait;    ///< For other processes.
  std::uint32_t busy_retries;            ///< Attempts at SQLite's own lock beyond the first.
  std::chrono::nanoseconds held;         ///< From having the lock to giving it back.
  std::chrono::nanoseconds commit_time;  ///< Of that, the commit with its sync.
  std::size_t wal_bytes;                 ///< The write-ahead log's size afterwards.
};

/// One attempt at moving the write-ahead log into the database.
struct CheckpointReport {
  std::chrono::nanoseconds took;
  std::size_t wal_bytes;    ///< In the log.
  std::size_t moved_bytes;  ///< Of that, in the database by now.
  bool complete;            ///< All of it; the log starts over.
};

/// What the store tells the host's metrics and alarms. Every function does nothing by default.
///
/// Thread safety: called from any thread, several at once. An alarm is raised while its transaction
/// still holds its connection, so that it cannot be lost: hand it on and do not use the store
/// there. Reports come after the connection is given back. Ownership: the arguments are valid
/// during the call. Exceptions must not leave it.
class TENANCY_API StoreObserver {
 public:
  StoreObserver() = default;
  StoreObserver(const StoreObserver&) = delete;
  StoreObserver& operator=(const StoreObserver&) = delete;
  virtual ~StoreObserver() = default;

  virtual void on_isolation_alarm(const IsolationAlarm& alarm) noexcept;
  virtual void on_transaction(const TransactionReport& report) noexcept;
  virtual void on_batch(const BatchReport& report) noexcept;
  virtual void on_checkpoint(const CheckpointReport& report) noexcept;
};

}  // namespace tenancy::inline v0
