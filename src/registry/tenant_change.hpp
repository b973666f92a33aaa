#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "registry/registry_core.hpp"
#include "registry/tenant_rows.hpp"

namespace tenancy::inline v0::detail {

/// A tenant before and after a change; the same when there was nothing to do.
struct ChangedTenant {
  Tenant before;
  Tenant after;

  [[nodiscard]] bool is_changed() const noexcept { return before.version != after.version; }
};

/// The tenant, if it is as the caller has seen it. Errors: `not_found`, `version_conflict`.
Result<Tenant> find_to_change(ControlSession& session, TenantId id,
                              std::optional<std::int64_t> version);

/// Errors: `invalid_transition` for an archived tenant.
Result<void> require_not_archived(const Tenant& tenant);

/// Writes all that may change of a tenant, with its next version.
Result<Tenant> store_tenant(ControlSession& session, Tenant tenant);

/// `change(ControlSession&, Tenant&)` in a transaction alters a copy of the tenant, which is then
/// stored if it differs. It may run again.
template <class Change>
Result<ChangedTenant> change_tenant(RegistryCore& core, const CallOptions& options, TenantId id,
                                    std::optional<std::int64_t> version, Change change) {
  return control_write(*core.backend(), options,
                       [&](ControlSession& session) -> Result<ChangedTenant> {
                         BOOST_OUTCOME_TRY(Tenant before, find_to_change(session, id, version));
                         Tenant wanted = before;
                         BOOST_OUTCOME_TRY(change(session, wanted));
                         if (wanted == before) {
                           return ChangedTenant{before, before};
                         }
                         BOOST_OUTCOME_TRY(Tenant after, store_tenant(session, std::move(wanted)));
                         return ChangedTenant{std::move(before), std::move(after)};
                       });
}

}  // namespace tenancy::inline v0::detail
