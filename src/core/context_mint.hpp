#pragma once

#include <memory>
#include <utility>

#include "tenancy/core/cross_tenant_context.hpp"
#include "tenancy/core/tenant_context.hpp"

namespace tenancy::inline v0::detail {

/// The one place where contexts are made. It is not installed with the library: only the registry
/// (which knows who may enter) and the stores (which must tell realms apart) include it.
class ContextMint {
 public:
  static TenantContext mint(Realm realm, TenantId tenant, const Principal& principal,
                            std::int64_t epoch, Scope scope) {
    return TenantContext{std::make_shared<const TenantContext::State>(
                             TenantContext::State{std::move(realm), tenant, principal, epoch}),
                         scope};
  }

  static CrossTenantContext mint_crossing(Realm realm, const Principal& principal,
                                          const CrossingReason& reason) {
    return CrossTenantContext{std::make_unique<const CrossTenantContext::State>(
        CrossTenantContext::State{std::move(realm), principal, reason})};
  }

  static const Realm& realm(const TenantContext& context) noexcept { return context.state_->realm; }
  static const Realm& realm(const CrossTenantContext& context) noexcept {
    return context.state().realm;
  }
};

}  // namespace tenancy::inline v0::detail
