#pragma once

#include <memory>
#include <optional>

#include "tenancy/core/detail/function_ref.hpp"
#include "tenancy/core/export.hpp"
#include "tenancy/storage/detail/unit.hpp"
#include "tenancy/storage/store.hpp"
#include "tenancy/storage/transaction.hpp"

namespace tenancy::inline v0::detail {

/// What a repository runs its statements in: a transaction, or for each call one of its own.
///
/// Ownership: borrows the transaction, whose end it notices, or shares the store.
/// Thread safety: that of the transaction, or thread-safe.
class TENANCY_API SessionSource {
 public:
  /// It may run more than once and, where it writes one statement, on another thread: it leaves its
  /// results where the caller finds them, and begins anew each time.
  using Unit = FunctionRef<Result<void>(Session&)>;

  explicit SessionSource(ReadTransaction& transaction)
      : transaction_{&transaction}, lifetime_{SessionAccess::lifetime_of(transaction)} {}
  SessionSource(const Store& store, const TenantContext& context, const CallOptions& options)
      : standalone_{Standalone{store, context, options}} {}

  /// For units that read by one statement.
  Result<void> read(Unit unit) const { return read_as(UnitKind::own_statement, unit); }
  /// For units that read by several, which have one view.
  Result<void> read_several(Unit unit) const { return read_as(UnitKind::own_statements, unit); }
  /// For units that write one statement and, where it changed nothing, look why.
  Result<void> write(Unit unit) const { return write_as(UnitKind::own_statement, unit); }
  /// For units that write one statement and read what it did.
  Result<void> write_and_read(Unit unit) const { return write_as(UnitKind::own_statements, unit); }
  /// For units that write several.
  Result<void> write_several(Unit unit) const { return write_as(UnitKind::any, unit); }

 private:
  struct Standalone {
    Store store;
    TenantContext context;
    CallOptions options;
  };

  Result<void> read_as(UnitKind kind, Unit unit) const;
  Result<void> write_as(UnitKind kind, Unit unit) const;

  [[nodiscard]] Session& session() const {
    TENANCY_ASSERT(!lifetime_.expired(), "use of a repository after its transaction ended");
    return SessionAccess::of(*transaction_);
  }

  ReadTransaction* transaction_ = nullptr;
  std::weak_ptr<const char> lifetime_;
  std::optional<Standalone> standalone_;
};

}  // namespace tenancy::inline v0::detail
