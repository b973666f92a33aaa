#pragma once

#include <optional>

#include "tenancy/core/cross_tenant_context.hpp"
#include "tenancy/core/detail/credential_id.hpp"
#include "tenancy/core/detail/realm.hpp"
#include "tenancy/core/tenant_context.hpp"

namespace tenancy::inline v0::detail {

/// What a backend asks of a context beside what everybody may.
///
/// Isolation: answers questions and gives nothing away that a context could be made from. A realm
/// can be compared and not taken out: a backend that took over another store's would have its
/// authority's contexts taken there. Thread safety: the functions are thread-safe.
class ContextReader {
 public:
  /// Whether the authority of the opened store of that realm made it.
  [[nodiscard]] static bool is_of(const TenantContext& context, const Realm& realm) noexcept {
    return context.state_->realm == realm;
  }
  [[nodiscard]] static bool is_of(const CrossTenantContext& context, const Realm& realm) noexcept {
    return context.state().realm == realm;
  }

  /// The public part of the API key that it was made for; nothing for one that was made for none.
  [[nodiscard]] static const std::optional<CredentialId>& credential(
      const TenantContext& context) noexcept {
    return context.state_->credential;
  }

  [[nodiscard]] static bool is_stale(const TenantContext& context) noexcept {
    return context.state_->mark != nullptr && context.state_->mark->expired();
  }
  /// A transaction has found that what the context was made from holds no longer: who keeps the
  /// answer at hand forgets it.
  static void mark_stale(const TenantContext& context) noexcept {
    if (context.state_->mark != nullptr) {
      context.state_->mark->expire();
    }
  }
};

}  // namespace tenancy::inline v0::detail
