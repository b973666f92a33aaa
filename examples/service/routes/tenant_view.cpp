#include "service/routes/tenant_view.hpp"

#include <optional>
#include <utility>

#include "service/http/entity_tag.hpp"
#include "service/http/reply.hpp"

namespace tenantd {

using tenancy::Tenant;
using tenancy::TenantId;

JsonText tenant_json(const Tenant& tenant) {
  JsonText json;
  json.member("id", tenant.id.to_string())
      .member("slug", tenant.slug.to_string())
      .member("name", tenant.name)
      .member("status", tenancy::to_string(tenant.status))
      .member("plan", tenant.plan.empty() ? std::nullopt : std::optional{tenant.plan})
      .member("version", tenant.version)
      .member("created_at", tenant.created_at)
      .member("updated_at", tenant.updated_at);
  return json;
}

Response show_one(const Tenant& tenant) {
  return with_version(ok(tenant_json(tenant), tenant.id), tenancy::RowVersion{tenant.version});
}

Reply<TenantId> tenant_in_path(const Call& call) {
  auto id = TenantId::parse(call.parameter());
  if (!id) {
    return Problem{tenancy::Error{tenancy::errc::not_found, "not the text of a tenant's id"}};
  }
  return id.value();
}

Problem name_refused(tenancy::Error error) {
  if (error.code() != tenancy::errc::invalid_argument) {
    return Problem{std::move(error)};
  }
  Problem problem = invalid_fields({{"name", "has characters that names must not have"}});
  problem.cause = std::move(error);
  return problem;
}

}  // namespace tenantd
