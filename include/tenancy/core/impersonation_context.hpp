#pragma once

#include <cstdint>
#include <memory>

#include "tenancy/core/cross_tenant_context.hpp"
#include "tenancy/core/tenant_context.hpp"

namespace tenancy::inline v0 {

/// The permission to act within one tenant, given to somebody who does not belong to it, for a
/// stated reason. Its record is committed before it exists.
///
/// A type of its own: nothing that takes a `TenantContext` takes this one by itself. The context
/// inside says that it is one of an impersonation, in `TenantContext::kind()`, and its principal is
/// who really acts.
///
/// Isolation: opens exactly one tenant, until it expires or the tenant's status changes.
/// Ownership: move-only, so that one record stands for one impersonation; using a moved-from one
/// stops the process.
/// Thread safety: immutable.
class ImpersonationContext {
 public:
  ImpersonationContext(ImpersonationContext&&) noexcept = default;
  ImpersonationContext& operator=(ImpersonationContext&&) noexcept = default;
  ImpersonationContext(const ImpersonationContext&) = delete;
  ImpersonationContext& operator=(const ImpersonationContext&) = delete;
  ~ImpersonationContext() = default;

  /// For work as that tenant. Copies of it end when this would.
  [[nodiscard]] const TenantContext& context() const noexcept { return state().context; }
  [[nodiscard]] const CrossingReason& reason() const noexcept { return state().reason; }
  [[nodiscard]] Timestamp expires_at() const noexcept { return state().expires_at; }
  /// The number of its record in `tenancy_impersonations`.
  [[nodiscard]] std::int64_t record() const noexcept { return state().record; }

 private:
  friend class detail::ContextMint;

  struct State {
    TenantContext context;
    CrossingReason reason;
    Timestamp expires_at;
    std::int64_t record;
  };

  explicit ImpersonationContext(std::unique_ptr<const State> state) noexcept
      : state_{std::move(state)} {}

  [[nodiscard]] const State& state() const noexcept {
    TENANCY_ASSERT(state_ != nullptr, "use of an ImpersonationContext after it was moved from");
    return *state_;
  }

  std::unique_ptr<const State> state_;
};

}  // namespace tenancy::inline v0
