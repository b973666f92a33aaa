#include "registry/tenant_change.hpp"

#include "registry/tenant_rules.hpp"

namespace tenancy::inline v0::detail {
namespace {

constexpr StaticSql store_sql{
    "UPDATE tenancy_tenants SET name = ?2, status = ?3, plan = ?4, template_version = ?5, "
    "workflow_ids = ?6, metadata = ?7, epoch = ?8, version = ?9, updated_at = ?10 "
    "WHERE tenant_id = ?1"};

}  // namespace

Result<Tenant> find_to_change(ControlSession& session, TenantId id,
                              std::optional<std::int64_t> version) {
  BOOST_OUTCOME_TRY(auto tenant, find_tenant(session, id));
  if (version && *version != tenant.version) {
    return Error{errc::version_conflict, "the tenant is at version " +
                                             std::to_string(tenant.version) +
                                             ": read it again, and decide anew"};
  }
  return tenant;
}

Result<void> require_not_archived(const Tenant& tenant) {
  if (tenant.status == TenantStatus::archived) {
    return Error{errc::invalid_transition, "an archived tenant stays as it is"};
  }
  return success();
}

Result<Tenant> store_tenant(ControlSession& session, Tenant tenant) {
  ++tenant.version;
  tenant.updated_at = session.now();
  BOOST_OUTCOME_TRY(session.outwait_writes(tenant.id));
  BOOST_OUTCOME_TRY(auto statement, session.prepare(store_sql));
  statement->bind_int64(1, tenant.id.value());
  statement->bind_text(2, tenant.name);
  statement->bind_text(3, to_string(tenant.status));
  statement->bind_text(4, tenant.plan);
  statement->bind_text(5, tenant.template_version);
  const std::string workflow_ids = workflow_ids_to_text(tenant.workflow_ids);
  statement->bind_text(6, workflow_ids);
  statement->bind_text(7, tenant.metadata);
  statement->bind_int64(8, tenant.epoch);
  statement->bind_int64(9, tenant.version);
  statement->bind_int64(10, tenant.updated_at.microseconds());
  BOOST_OUTCOME_TRY(statement->step());
  return tenant;
}

}  // namespace tenancy::inline v0::detail
