#pragma once

#include <functional>

#include "tenancy/core/slug.hpp"
#include "tenancy/registry/authority.hpp"

#include "service/figures.hpp"
#include "service/quotas.hpp"

namespace tenantd {

/// What the service can do beyond what the credentials of its requests stand for: narrow things
/// that the program cuts out of the authority for it.
struct Powers {
  /// Whether a slug is a tenant's. Nothing is looked up by the slug, which the client chose: how
  /// long that takes would tell whether somebody has it. Errors: `not_found`.
  std::function<tenancy::Result<bool>(tenancy::TenantId, const tenancy::Slug&,
                                      const tenancy::CallOptions&)>
      has_slug;
  /// The figures of a tenant, for somebody of the platform, once it is on record who looked.
  /// Errors: `not_found`; `tenant_not_active`.
  std::function<tenancy::Result<TenantFigures>(tenancy::TenantId, const tenancy::Principal&,
                                               const tenancy::CallOptions&)>
      look_at_figures;
  /// The quotas of a tenant, likewise.
  std::function<tenancy::Result<TenantQuotas>(tenancy::TenantId, const tenancy::Principal&,
                                              const tenancy::CallOptions&)>
      look_at_quotas;
  /// A change of one, likewise. Errors: also those of `tenantd::change_quota`.
  std::function<tenancy::Result<tenancy::QuotaUsage>(tenancy::TenantId, Metric, const QuotaChange&,
                                                     const tenancy::Principal&,
                                                     const tenancy::CallOptions&)>
      change_quota;
};

/// Isolation: none gives out a context.
/// Ownership: borrows the authority.
Powers powers_of(const tenancy::Authority& authority);

}  // namespace tenantd
