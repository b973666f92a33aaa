#include "service/powers.hpp"

#include <chrono>
#include <string>
#include <utility>

#include "service/named.hpp"

namespace tenantd {

using tenancy::Authority;
using tenancy::CallOptions;
using tenancy::Principal;
using tenancy::Result;
using tenancy::TenantId;

namespace {

/// A short permission to act within a tenant, once it is on record who uses it and what for.
Result<tenancy::ImpersonationContext> visit_for(const Authority& authority, TenantId tenant,
                                                const Principal& who,
                                                tenancy::CrossingPurpose purpose,
                                                std::string explanation, const CallOptions& limits,
                                                tenancy::Scope scope = tenancy::Scope::read) {
  BOOST_OUTCOME_TRY(const auto reason,
                    tenancy::CrossingReason::create(purpose, std::move(explanation)));
  const tenancy::ImpersonationRequest request{.scope = scope, .duration = std::chrono::seconds{60}};
  return authority.impersonate(tenant, who, reason, request, limits);
}

}  // namespace

Powers powers_of(const Authority& authority) {
  Powers powers;
  powers.has_slug = [registry = authority.registry()](TenantId id, const tenancy::Slug& slug,
                                                      const CallOptions& limits) -> Result<bool> {
    BOOST_OUTCOME_TRY(const auto tenant, registry.with(limits).find(id));
    return tenant.slug == slug;
  };
  powers.look_at_figures = [&authority](TenantId tenant, const Principal& who,
                                        const CallOptions& limits) -> Result<TenantFigures> {
    BOOST_OUTCOME_TRY(const auto visit,
                      visit_for(authority, tenant, who, tenancy::CrossingPurpose::reporting,
                                "an administrator asks for the figures", limits));
    return count_figures(authority.store(), visit.context(), limits);
  };
  powers.look_at_quotas = [&authority](TenantId tenant, const Principal& who,
                                       const CallOptions& limits) -> Result<TenantQuotas> {
    BOOST_OUTCOME_TRY(const auto visit,
                      visit_for(authority, tenant, who, tenancy::CrossingPurpose::reporting,
                                "an administrator asks for the quotas", limits));
    return read_quotas(authority.store(), visit.context(), limits);
  };
  powers.change_quota = [&authority](TenantId tenant, Metric metric, const QuotaChange& change,
                                     const Principal& who,
                                     const CallOptions& limits) -> Result<tenancy::QuotaUsage> {
    BOOST_OUTCOME_TRY(
        const auto visit,
        visit_for(authority, tenant, who, tenancy::CrossingPurpose::maintenance,
                  "an administrator changes the quota of " + std::string{name_of(metric)}, limits,
                  tenancy::Scope::write));
    return authority.store().write(visit.context(), limits,
                                   [&](tenancy::WriteTransaction& transaction) {
                                     return tenantd::change_quota(transaction, metric, change);
                                   });
  };
  return powers;
}

}  // namespace tenantd
