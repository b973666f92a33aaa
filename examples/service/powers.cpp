#include "service/powers.hpp"

namespace tenantd {

using tenancy::Authority;
using tenancy::CallOptions;
using tenancy::Result;
using tenancy::TenantId;

Powers powers_of(const Authority& authority) {
  Powers powers;
  powers.has_slug = [registry = authority.registry()](TenantId id, const tenancy::Slug& slug,
                                                      const CallOptions& limits) -> Result<bool> {
    BOOST_OUTCOME_TRY(const auto tenant, registry.with(limits).find(id));
    return tenant.slug == slug;
  };
  powers.look_at_figures = [&authority](TenantId tenant, const tenancy::Principal& who,
                                        const CallOptions& limits) -> Result<TenantFigures> {
    BOOST_OUTCOME_TRY(const auto reason,
                      tenancy::CrossingReason::create(tenancy::CrossingPurpose::reporting,
                                                      "an administrator asks for the figures"));
    const tenancy::ImpersonationRequest request{.scope = tenancy::Scope::read,
                                                .duration = std::chrono::seconds{60}};
    BOOST_OUTCOME_TRY(const auto visit,
                      authority.impersonate(tenant, who, reason, request, limits));
    return count_figures(authority.store(), visit.context(), limits);
  };
  return powers;
}

}  // namespace tenantd
