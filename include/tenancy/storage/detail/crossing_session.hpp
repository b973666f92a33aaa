#pragma once

#include <string>
#include <string_view>

#include "tenancy/core/detail/function_ref.hpp"
#include "tenancy/core/export.hpp"
#include "tenancy/core/key_ring.hpp"
#include "tenancy/storage/detail/statement.hpp"
#include "tenancy/storage/dialect.hpp"

namespace tenancy::inline v0::detail {

/// An SQL text over all tenants' rows, and the shape that it is known by. No tenant's session takes
/// this type, and none would run the text, which has no `?1`.
///
/// Ownership: borrows all of it for one call.
struct CrossingSql {
  std::string_view shape;
  FunctionRef<std::string()> write;
  bool is_unbounded = false;  ///< As `ShapedSql`.
};

/// One view of all tenants' rows on one connection, given against a `CrossTenantContext` once its
/// record is committed: what `CrossTenantRepository` is made of.
///
/// Isolation: runs statements that only read and that take no tenant. Hosts do not use this class.
/// Thread safety: confined to the thread that it was given to.
class TENANCY_API CrossingSession {
 public:
  CrossingSession(const CrossingSession&) = delete;
  CrossingSession& operator=(const CrossingSession&) = delete;

  /// Errors: `internal` for a text that writes or takes a tenant.
  virtual Result<StatementLease> prepare(const CrossingSql& sql) = 0;

  [[nodiscard]] virtual Dialect dialect() const noexcept = 0;
  [[nodiscard]] virtual const KeyRing& keys() const noexcept = 0;

 protected:
  CrossingSession() = default;
  ~CrossingSession() = default;
};

}  // namespace tenancy::inline v0::detail
