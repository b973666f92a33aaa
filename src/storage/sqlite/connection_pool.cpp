#include "storage/sqlite/connection_pool.hpp"

#include <utility>

namespace tenancy::inline v0::detail::sqlite {

ConnectionPool::Lease::~Lease() {
  if (connection_ == nullptr) {
    return;
  }
  if (!connection_->watch().in_same_process()) {
    // The pool is of no use in a child, and another thread may have held its lock.
    connection_.reset();
    return;
  }
  if (connection_->poisoned()) {
    connection_.reset();
    pool_->forget_one();
  } else {
    pool_->give_back(std::move(connection_));
  }
}

ConnectionPool::ConnectionPool(std::size_t size, Open open) : size_{size}, open_{std::move(open)} {
  // So that giving a connection back never allocates.
  idle_.reserve(size);
}

ConnectionPool::Use ConnectionPool::use() const {
  const std::scoped_lock lock{mutex_};
  return Use{size_, existing_ - idle_.size(), waiting_};
}

std::optional<ConnectionPool::Lease> ConnectionPool::acquire_idle() {
  const std::scoped_lock lock{mutex_};
  if (idle_.empty()) {
    return std::nullopt;
  }
  std::optional<Lease> lease{Lease{*this, std::move(idle_.back())}};
  idle_.pop_back();
  return lease;
}

Result<ConnectionPool::Lease> ConnectionPool::acquire(const CallLimits& limits) {
  {
    std::unique_lock lock{mutex_};
    const auto is_available = [this] { return !idle_.empty() || existing_ < size_; };
    if (!is_available()) {
      ++waiting_;
      const bool available =
          freed_.wait_until(lock, limits.stop(), limits.wait_until(), is_available);
      --waiting_;
      if (!available) {
        return limits.wait_ended(errc::overloaded, "a connection for reading");
      }
    }
    if (!idle_.empty()) {
      Lease lease{*this, std::move(idle_.back())};
      idle_.pop_back();
      return lease;
    }
    ++existing_;
  }
  auto connection = open_(limits);
  if (!connection) {
    forget_one();
    return std::move(connection).error();
  }
  return Lease{*this, std::move(connection).value()};
}

void ConnectionPool::give_back(std::unique_ptr<Connection> connection) noexcept {
  const std::scoped_lock lock{mutex_};
  idle_.push_back(std::move(connection));
  if (waiting_ > 0) {
    freed_.notify_one();
  }
}

void ConnectionPool::forget_one() noexcept {
  const std::scoped_lock lock{mutex_};
  --existing_;
  if (waiting_ > 0) {
    freed_.notify_one();
  }
}

}  // namespace tenancy::inline v0::detail::sqlite
