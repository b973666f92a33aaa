#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "tenancy/core/tenant_id.hpp"

namespace tenancy::inline v0 {

/// A row that belongs to another tenant came out of a statement of this tenant's.
struct IsolationAlarm {
  TenantId tenant;             ///< Whose transaction it was; the row's owner is not told.
  std::string_view statement;  ///< The SQL text, without values; static.
};

enum class TransactionKind : std::uint8_t { read, write };

/// What one transaction cost.
struct TransactionReport {
  TransactionKind kind;
  TenantId tenant;
  bool committed;
  std::chrono::nanoseconds waited;  ///< For a connection.
  std::chrono::nanoseconds held;    ///< From having the connection to giving it back.
};

/// What the store tells the host's metrics and alarms. Every function does nothing by default.
///
/// Thread safety: called from any thread, several at once. An alarm is raised while its transaction
/// still holds its connection, so that it cannot be lost: hand it on and do not use the store
/// there. Reports come after the connection is given back. Ownership: the arguments are valid
/// during the call. Exceptions must not leave it.
class StoreObserver {
 public:
  StoreObserver() = default;
  StoreObserver(const StoreObserver&) = delete;
  StoreObserver& operator=(const StoreObserver&) = delete;
  virtual ~StoreObserver() = default;

  virtual void on_isolation_alarm(const IsolationAlarm& alarm) noexcept;
  virtual void on_transaction(const TransactionReport& report) noexcept;
};

}  // namespace tenancy::inline v0
