#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tenancy/core/detail/function_ref.hpp"
#include "tenancy/core/tenant_id.hpp"
#include "tenancy/storage/detail/store_status.hpp"

#include "storage/connection_pool.hpp"
#include "storage/fair_turns.hpp"
#include "storage/postgres/connector.hpp"
#include "storage/postgres/host_check.hpp"
#include "storage/postgres/log_marks.hpp"

namespace tenancy::inline v0::detail::postgres {

/// A connection to a replica.
class ReplicaConnection {
 public:
  using Clock = CallLimits::Clock;

  explicit ReplicaConnection(std::unique_ptr<Connection> connection) noexcept
      : connection_{std::move(connection)} {}

  [[nodiscard]] Connection& get() const noexcept { return *connection_; }
  /// All that was committed before is there.
  [[nodiscard]] Clock::time_point fresh_as_of() const noexcept { return fresh_as_of_; }
  void set_fresh_as_of(Clock::time_point moment) noexcept { fresh_as_of_ = moment; }

  // For the pool.
  [[nodiscard]] bool in_same_process() const noexcept { return connection_->in_same_process(); }
  [[nodiscard]] bool poisoned() const noexcept { return connection_->poisoned(); }
  [[nodiscard]] bool is_alive(const CallLimits& limits) { return connection_->is_alive(limits); }

 private:
  std::unique_ptr<Connection> connection_;
  Clock::time_point fresh_as_of_ = Clock::time_point::min();
};

/// The replicas of a store's server, each with connections of its own.
///
/// Isolation: a connection is given out only for a role that may do no more than a store's, in the
/// very database that the store is.
/// Thread safety: thread-safe. It must outlive its leases.
class Replicas {
 public:
  using Clock = CallLimits::Clock;
  using Pool = ConnectionPool<ReplicaConnection>;

  struct Options {
    std::vector<Address> addresses;
    ConnectionOptions connection;
    std::size_t max_connections;
    std::size_t max_waiting_per_tenant;
    unsigned max_tenant_share;
  };

  /// Borrows the check, which knows the store's database by then.
  Replicas(const Options& options, HostCheck& host_check);

  struct Lease {
    FairTurns::Turn turn;
    Pool::Lease connection;
  };
  struct Wanted {
    TenantId tenant;
    std::uint32_t weight;
    /// The read sees all that was committed before.
    Clock::time_point as_of;
  };
  /// Says how far the primary's log has come.
  using AskPrimary = FunctionRef<Result<LogPlace>(const CallLimits&)>;

  /// A connection to one that is as fresh as wanted; nothing where there is none within the limits.
  std::optional<Lease> acquire(const Wanted& wanted, const CallLimits& limits, AskPrimary ask);

  void count(bool was_read) noexcept {
    (was_read ? reads_ : fallbacks_).fetch_add(1, std::memory_order_relaxed);
  }
  [[nodiscard]] ReplicaFigures figures() const;

 private:
  struct Replica {
    Replica(Replicas& all, const Address& address, const Options& options);

    Connector connector;
    FairTurns turns;
    Pool connections;
  };

  Result<Lease> acquire_from(Replica& replica, const Wanted& wanted, const CallLimits& limits);
  /// Whether it is, as far as can be told.
  Result<bool> is_fresh(ReplicaConnection& connection, const Wanted& wanted,
                        const CallLimits& limits, AskPrimary ask);

  HostCheck& host_check_;
  LogMarks marks_;
  std::vector<std::unique_ptr<Replica>> replicas_;
  std::atomic<std::size_t> next_ = 0;
  std::atomic<std::uint64_t> reads_ = 0;
  std::atomic<std::uint64_t> fallbacks_ = 0;
};

/// How far a primary's log has come. Errors: those of the statement, on a server that is none.
Result<LogPlace> read_log_end(Connection& connection, const IoLimits& limits);

}  // namespace tenancy::inline v0::detail::postgres
