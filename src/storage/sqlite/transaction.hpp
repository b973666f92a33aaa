#pragma once

#include "tenancy/storage/observer.hpp"

#include "storage/sqlite/connection_pool.hpp"

namespace tenancy::inline v0::detail::sqlite {

/// An open transaction on a leased connection. What is not committed is rolled back at the end,
/// whether by a return or by an exception; a connection that cannot be rolled back is closed.
class Transaction {
 public:
  /// A write takes the store's write lock at once. Errors: as `to_errc`; `busy` after the wait.
  static Result<Transaction> begin(ConnectionPool::Lease& lease, TransactionKind kind);

  Transaction(Transaction&& other) noexcept : lease_{std::exchange(other.lease_, nullptr)} {}
  Transaction& operator=(Transaction&&) = delete;
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  ~Transaction();

  /// Errors: `transaction_lost` when SQLite rolled back by itself before; `commit_unknown` when
  /// the disk failed; as `to_errc` when it is known that nothing was kept.
  Result<void> commit();

 private:
  explicit Transaction(ConnectionPool::Lease& lease) noexcept : lease_{&lease} {}

  ConnectionPool::Lease* lease_;
};

}  // namespace tenancy::inline v0::detail::sqlite
