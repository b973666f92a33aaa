#pragma once

#include <memory>

#include "tenancy/core/tenant_context.hpp"
#include "tenancy/storage/detail/session.hpp"

namespace tenancy::inline v0 {

class Store;

namespace detail {
struct SessionAccess;
}

/// A consistent view of one tenant's rows, for as long as the unit that was given it runs.
///
/// Isolation: reads rows of its tenant only, through repositories made from it.
/// Ownership: made by `Store::read`; neither copied nor moved, and not to be kept.
/// Thread safety: confined to the thread that runs the unit.
class ReadTransaction {
 public:
  using BorrowsTransaction = void;

  ReadTransaction(const ReadTransaction&) = delete;
  ReadTransaction& operator=(const ReadTransaction&) = delete;

  [[nodiscard]] const TenantContext& context() const noexcept { return session_.context(); }

 private:
  friend class Store;
  friend class WriteTransaction;
  friend struct detail::SessionAccess;

  explicit ReadTransaction(detail::Session& session) noexcept : session_{session} {}
  ~ReadTransaction() = default;

  detail::Session& session_;
  /// Made when first watched; gone with the transaction.
  std::shared_ptr<const char> lifetime_;
};

/// A transaction that may also change its tenant's rows. It commits when the unit succeeds and
/// rolls back when the unit fails or throws.
///
/// Isolation, ownership and thread safety: as `ReadTransaction`; made by `Store::write`.
class WriteTransaction : public ReadTransaction {
 private:
  friend class Store;

  explicit WriteTransaction(detail::Session& session) noexcept : ReadTransaction{session} {}
  ~WriteTransaction() = default;
};

namespace detail {

/// The way from a transaction to its session, for the library's own templates.
struct SessionAccess {
  static Session& of(ReadTransaction& transaction) noexcept { return transaction.session_; }

  /// Tells whether the transaction is still there. What is kept beyond its unit must not work for
  /// whichever transaction comes to lie at the same address, which may be another tenant's.
  static std::weak_ptr<const char> lifetime_of(ReadTransaction& transaction) {
    if (transaction.lifetime_ == nullptr) {
      transaction.lifetime_ = std::make_shared<const char>('\0');
    }
    return transaction.lifetime_;
  }
};

}  // namespace detail

}  // namespace tenancy::inline v0
