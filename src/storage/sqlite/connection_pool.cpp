#include "storage/sqlite/connection_pool.hpp"

#include <string>
#include <utility>

namespace tenancy::inline v0::detail::sqlite {

ConnectionPool::Lease::~Lease() {
  if (connection_ == nullptr) {
    return;
  }
  if (poisoned_) {
    connection_.reset();
    pool_->forget_one();
  } else {
    pool_->give_back(std::move(connection_));
  }
}

ConnectionPool::ConnectionPool(std::size_t size, std::chrono::milliseconds max_wait, Open open)
    : size_{size}, max_wait_{max_wait}, open_{std::move(open)} {
  // So that giving a connection back never allocates.
  idle_.reserve(size);
}

Result<ConnectionPool::Lease> ConnectionPool::acquire() {
  {
    std::unique_lock lock{mutex_};
    const bool available =
        freed_.wait_for(lock, max_wait_, [this] { return !idle_.empty() || existing_ < size_; });
    if (!available) {
      return Error{errc::overloaded,
                   "no connection got free within " + std::to_string(max_wait_.count()) +
                       " ms: transactions are too long, or one thread holds several"};
    }
    if (!idle_.empty()) {
      Lease lease{*this, std::move(idle_.back())};
      idle_.pop_back();
      return lease;
    }
    ++existing_;
  }
  auto connection = open_();
  if (!connection) {
    forget_one();
    return std::move(connection).error();
  }
  return Lease{*this, std::move(connection).value()};
}

void ConnectionPool::give_back(std::unique_ptr<Connection> connection) noexcept {
  {
    const std::scoped_lock lock{mutex_};
    idle_.push_back(std::move(connection));
  }
  freed_.notify_one();
}

void ConnectionPool::forget_one() noexcept {
  {
    const std::scoped_lock lock{mutex_};
    --existing_;
  }
  freed_.notify_one();
}

}  // namespace tenancy::inline v0::detail::sqlite
