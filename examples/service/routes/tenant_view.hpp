#pragma once

#include <string>

#include "tenancy/registry/tenant.hpp"

#include "service/endpoint.hpp"
#include "service/http/json_text.hpp"

namespace tenantd {

/// A tenant as administrators see it.
JsonText tenant_json(const tenancy::Tenant& tenant);

/// 200 with the tenant and its version.
Response show_one(const tenancy::Tenant& tenant);

/// The tenant that the path is about. Errors: 404 also for a text that is no tenant's id: it names
/// no tenant, as does an id that was never given out.
Reply<tenancy::TenantId> tenant_in_path(const Call& call);

/// 422 where the library's rule for names, which is stricter in rare characters than the one that
/// is checked before, refused one; otherwise what the error comes to.
Problem name_refused(tenancy::Error error);

}  // namespace tenantd
