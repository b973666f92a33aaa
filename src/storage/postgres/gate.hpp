#pragma once

#include <chrono>
#include <string>

#include "tenancy/core/tenant_context.hpp"

#include "storage/postgres/connection.hpp"

namespace tenancy::inline v0::detail::postgres {

/// What stands before the first statement of a tenant's transaction. It sets the tenant for the
/// transaction if the tenant is active with the context's epoch, and the context's credential still
/// what it was, and fails otherwise, so that the server runs none of the statements behind it.
///
/// Ownership: the context outlives it. Thread safety: confined to one thread.
class Gate {
 public:
  /// One that writes holds the tenant as it is until the transaction ends. `time_left` is what the
  /// server gives each statement.
  Gate(const TenantContext& context, bool writes, std::chrono::milliseconds time_left);

  void add_to(Connection& connection) const;

  /// Why the gate did not let the context through, or why that cannot be told. Marks the context as
  /// stale. Not in its transaction, which is over.
  static Error why_refused(Connection& connection, const TenantContext& context,
                           const IoLimits& limits);

 private:
  const TenantContext& context_;
  const bool writes_;
  std::string tenant_;
  std::string epoch_;
  std::string expires_at_;
  std::string time_left_;
};

}  // namespace tenancy::inline v0::detail::postgres
