#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "storage/call_limits.hpp"

namespace tenancy::inline v0::detail {

/// A bounded number of connections, opened when first needed and lent to one transaction each.
///
/// `Connection` is the engine's, which knows whether this is the process that opened it
/// (`in_same_process`), whether it may serve another transaction (`poisoned`), and whether the
/// other end is still there (`is_alive`, within the limits of a call).
/// Thread safety: thread-safe. It must outlive its leases.
template <class Connection>
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
    std::size_t idle;
    std::uint64_t closed;  ///< Of those that were opened, by now.
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
  void forget_one(bool was_open) noexcept;

  const std::size_t size_;
  const Open open_;

  mutable std::mutex mutex_;
  std::condition_variable_any freed_;
  std::size_t waiting_ = 0;
  std::vector<std::unique_ptr<Connection>> idle_;
  std::size_t existing_ = 0;
  std::uint64_t closed_ = 0;
};

template <class Connection>
ConnectionPool<Connection>::Lease::~Lease() {
  if (connection_ == nullptr) {
    return;
  }
  if (!connection_->in_same_process()) {
    // The pool is of no use in a child, and another thread may have held its lock.
    connection_.reset();
    return;
  }
  if (connection_->poisoned()) {
    connection_.reset();
    pool_->forget_one(true);
  } else {
    pool_->give_back(std::move(connection_));
  }
}

template <class Connection>
ConnectionPool<Connection>::ConnectionPool(std::size_t size, Open open)
    : size_{size}, open_{std::move(open)} {
  // So that giving a connection back never allocates.
  idle_.reserve(size);
}

template <class Connection>
typename ConnectionPool<Connection>::Use ConnectionPool<Connection>::use() const {
  const std::scoped_lock lock{mutex_};
  return Use{size_, existing_ - idle_.size(), waiting_, idle_.size(), closed_};
}

template <class Connection>
std::optional<typename ConnectionPool<Connection>::Lease>
ConnectionPool<Connection>::acquire_idle() {
  const std::scoped_lock lock{mutex_};
  if (idle_.empty()) {
    return std::nullopt;
  }
  std::optional<Lease> lease{Lease{*this, std::move(idle_.back())}};
  idle_.pop_back();
  return lease;
}

template <class Connection>
Result<typename ConnectionPool<Connection>::Lease> ConnectionPool<Connection>::acquire(
    const CallLimits& limits) {
  {
    std::unique_lock lock{mutex_};
    const auto is_available = [this] { return !idle_.empty() || existing_ < size_; };
    if (!is_available()) {
      ++waiting_;
      const bool available =
          freed_.wait_until(lock, limits.stop(), limits.wait_until(), is_available);
      --waiting_;
      if (!available) {
        return limits.wait_ended(errc::overloaded, "a connection");
      }
    }
    if (!idle_.empty()) {
      Lease lease{*this, std::move(idle_.back())};
      idle_.pop_back();
      lock.unlock();
      if (lease.connection().is_alive(limits)) {
        return lease;
      }
      // Its place is taken by the one that is opened now.
      lease.connection_.reset();
      lock.lock();
      ++closed_;
    } else {
      ++existing_;
    }
  }
  try {
    auto connection = open_(limits);
    if (connection) {
      return Lease{*this, std::move(connection).value()};
    }
    forget_one(false);
    return std::move(connection).error();
  } catch (...) {
    forget_one(false);
    throw;
  }
}

template <class Connection>
void ConnectionPool<Connection>::give_back(std::unique_ptr<Connection> connection) noexcept {
  const std::scoped_lock lock{mutex_};
  idle_.push_back(std::move(connection));
  if (waiting_ > 0) {
    freed_.notify_one();
  }
}

template <class Connection>
void ConnectionPool<Connection>::forget_one(bool was_open) noexcept {
  const std::scoped_lock lock{mutex_};
  --existing_;
  closed_ += was_open ? 1 : 0;
  if (waiting_ > 0) {
    freed_.notify_one();
  }
}

}  // namespace tenancy::inline v0::detail
