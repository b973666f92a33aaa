#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "tenancy/core/cross_tenant_context.hpp"
#include "tenancy/core/detail/context_reader.hpp"
#include "tenancy/core/impersonation_context.hpp"
#include "tenancy/core/tenant_context.hpp"

namespace tenancy::inline v0::detail {

/// What a context is made from.
struct Grant {
  TenantId tenant;
  Principal principal;
  std::int64_t epoch;
  ContextKind kind = ContextKind::host;
  std::optional<CredentialId> credential = {};
  std::optional<Timestamp> expires_at = {};
  std::shared_ptr<FreshnessMark> mark = {};
};

/// The one place where contexts are made. It is not installed with the library: only the registry
/// (which knows who may enter) and what carries out uses of the permission to cross tenants include
/// it. Backends have `ContextReader`.
class ContextMint : public ContextReader {
 public:
  static TenantContext mint(Realm realm, const Grant& grant, Scope scope) {
    return TenantContext{std::make_shared<const TenantContext::State>(TenantContext::State{
                             std::move(realm), grant.tenant, grant.principal, grant.epoch,
                             grant.kind, grant.credential, grant.expires_at, grant.mark}),
                         scope};
  }

  /// From the record of its making, which the sink has kept.
  static CrossTenantContext mint_crossing(Realm realm, const CrossingRecord& record,
                                          std::shared_ptr<CrossingAuditSink> sink) {
    TENANCY_ASSERT(sink != nullptr, "a permission to cross tenants whose uses nobody records");
    return CrossTenantContext{
        std::make_unique<const CrossTenantContext::State>(CrossTenantContext::State{
            std::move(realm), record.crossing, record.principal, record.reason, std::move(sink)})};
  }

  /// Has a use written down. It may begin only when this has succeeded.
  static Result<void> record_use(const CrossTenantContext& crossing, CrossingUse use,
                                 std::string_view about, Timestamp now,
                                 const CallOptions& options) {
    const auto& state = crossing.state();
    return state.sink->record(
        CrossingRecord{state.id, use, std::string{about}, state.principal, state.reason, now},
        options);
  }

  static ImpersonationContext mint_impersonation(const TenantContext& context,
                                                 const CrossingReason& reason, Timestamp expires_at,
                                                 std::int64_t record) {
    return ImpersonationContext{std::make_unique<const ImpersonationContext::State>(
        ImpersonationContext::State{context, reason, expires_at, record})};
  }

  static const Realm& realm(const TenantContext& context) noexcept { return context.state_->realm; }
  static const Realm& realm(const CrossTenantContext& context) noexcept {
    return context.state().realm;
  }
};

}  // namespace tenancy::inline v0::detail
