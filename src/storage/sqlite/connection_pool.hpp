#pragma once

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "storage/call_limits.hpp"
#include "storage/sqlite/connection.hpp"

namespace tenancy::inline v0::detail::sqlite {

/// A bounded number of connections, opened when first needed and lent to one transaction each.
///
/// Thread safety: thread-safe. It must outlive its leases.
class ConnectionPool {
 public:
  using Open = std::function<Result<std::unique_ptr<Connection>>(const CallLimits&)>;

  /// A connection on loan; goes back at the end, or is closed when it was poisoned.
  class Lease {
   public:
    Lease(Lease&& other) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease();

    [[nodiscard]] Connection& connection() const noexcept { return *connection_; }

   private:
    friend class ConnectionPool;
    Lease(ConnectionPool& pool, std::unique_ptr<Connection> connection) noexcept
        : pool_{&pool}, connection_{std::move(connection)} {}

    ConnectionPool* pool_;
    std::unique_ptr<Connection> connection_;
  };

  struct Use {
    std::size_t size;
    std::size_t in_use;
    std::size_t waiting;  ///< Callers that wait for a connection.
  };

  ConnectionPool(std::size_t size, Open open);

  [[nodiscard]] Use use() const;

  /// A connection that nobody needs right now, if there is one.
  std::optional<Lease> acquire_idle();

  /// Errors: `overloaded` after the longest wait, `deadline_exceeded`, `cancelled`; those of
  /// opening a connection.
  Result<Lease> acquire(const CallLimits& limits);

 private:
  void give_back(std::unique_ptr<Connection> connection) noexcept;
  void forget_one() noexcept;

  const std::size_t size_;
  const Open open_;

  mutable std::mutex mutex_;
  std::condition_variable_any freed_;
  std::size_t waiting_ = 0;
  std::vector<std::unique_ptr<Connection>> idle_;
  std::size_t existing_ = 0;
};

}  // namespace tenancy::inline v0::detail::sqlite
