#include "tenancy/registry/tenant_registry.hpp"

#include <string>
#include <utility>

#include "registry/identifier_rows.hpp"
#include "registry/registry_core.hpp"
#include "registry/tenant_change.hpp"
#include "registry/tenant_rows.hpp"
#include "registry/tenant_rules.hpp"

namespace tenancy::inline v0 {
namespace {

using detail::ControlSession;
using detail::StaticSql;

constexpr StaticSql insert_tenant_sql{
    "INSERT INTO tenancy_tenants (" TENANCY_TENANT_COLUMNS
    ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11, NULL)"};

Result<void> check(const NewTenant& tenant) {
  if (tenant.status != TenantStatus::active && tenant.status != TenantStatus::provisioning) {
    return Error{errc::invalid_argument, "a new tenant is active or provisioning"};
  }
  if (tenant.identifiers.size() > detail::max_identifiers) {
    return Error{errc::invalid_argument, "a tenant has up to 100 identifiers"};
  }
  BOOST_OUTCOME_TRY(detail::check_tenant_name(tenant.name));
  BOOST_OUTCOME_TRY(detail::check_plan(tenant.plan));
  BOOST_OUTCOME_TRY(detail::check_template_version(tenant.template_version));
  BOOST_OUTCOME_TRY(detail::check_workflow_ids(tenant.workflow_ids));
  return detail::check_metadata(tenant.metadata);
}

Result<void> check(const TenantChange& change) {
  if (change.name) {
    BOOST_OUTCOME_TRY(detail::check_tenant_name(*change.name));
  }
  if (change.plan) {
    BOOST_OUTCOME_TRY(detail::check_plan(*change.plan));
  }
  if (change.template_version) {
    BOOST_OUTCOME_TRY(detail::check_template_version(*change.template_version));
  }
  if (change.workflow_ids) {
    BOOST_OUTCOME_TRY(detail::check_workflow_ids(*change.workflow_ids));
  }
  if (change.metadata) {
    BOOST_OUTCOME_TRY(detail::check_metadata(*change.metadata));
  }
  return success();
}

template <class Member>
void apply(Member& member, const std::optional<Member>& wanted) {
  if (wanted) {
    member = *wanted;
  }
}

Result<Tenant> insert(ControlSession& session, const Slug& slug, const NewTenant& wanted) {
  const Timestamp now = session.now();
  Tenant tenant{.id = TenantId::generate(),
                .slug = slug,
                .name = wanted.name,
                .status = wanted.status,
                .plan = wanted.plan,
                .template_version = wanted.template_version,
                .workflow_ids = wanted.workflow_ids,
                .metadata = wanted.metadata,
                .epoch = 1,
                .version = 1,
                .created_at = now,
                .updated_at = now};
  const std::string workflow_ids = detail::workflow_ids_to_text(tenant.workflow_ids);
  BOOST_OUTCOME_TRY(auto statement, session.prepare(insert_tenant_sql));
  statement->bind_int64(1, tenant.id.value());
  statement->bind_text(2, slug.to_string());
  statement->bind_text(3, tenant.name);
  statement->bind_text(4, to_string(tenant.status));
  statement->bind_text(5, tenant.plan);
  statement->bind_text(6, tenant.template_version);
  statement->bind_text(7, workflow_ids);
  statement->bind_text(8, tenant.metadata);
  statement->bind_int64(9, tenant.epoch);
  statement->bind_int64(10, tenant.version);
  statement->bind_int64(11, now.microseconds());
  if (auto inserted = statement->step(); !inserted) {
    if (inserted.error() == errc::already_exists) {
      return Error{errc::already_exists,
                   "the slug '" + slug.to_string() + "' is or was a tenant's"};
    }
    return std::move(inserted).error();
  }
  for (const TenantIdentifier& identifier : wanted.identifiers) {
    BOOST_OUTCOME_TRY(detail::insert_identifier(session, tenant.id, identifier));
  }
  return tenant;
}

}  // namespace

Result<Tenant> TenantRegistry::create(const NewTenant& tenant) const {
  BOOST_OUTCOME_TRY(const Slug slug, Slug::parse(tenant.slug));
  BOOST_OUTCOME_TRY(check(tenant));
  BOOST_OUTCOME_TRY(
      auto made, detail::control_write(*core_->backend(), options_, [&](ControlSession& session) {
        return insert(session, slug, tenant);
      }));
  core_->tell(&TenantObserver::on_created, TenantCreated{made, principal_});
  return made;
}

Result<Tenant> TenantRegistry::find(TenantId id) const {
  return detail::control_read(*core_->backend(), options_, [&](ControlSession& session) {
    return detail::find_tenant(session, id);
  });
}

Result<Tenant> TenantRegistry::find(const Slug& slug) const {
  return detail::control_read(*core_->backend(), options_, [&](ControlSession& session) {
    return detail::find_tenant(session, slug);
  });
}

Result<Tenant> TenantRegistry::find(const TenantIdentifier& identifier) const {
  return detail::control_read(*core_->backend(), options_, [&](ControlSession& session) {
    return detail::find_tenant(session, identifier);
  });
}

Result<Tenant> TenantRegistry::update(TenantId id, const TenantChange& change,
                                      std::optional<std::int64_t> version) const {
  BOOST_OUTCOME_TRY(check(change));
  BOOST_OUTCOME_TRY(
      auto changed,
      detail::change_tenant(*core_, options_, id, version,
                            [&](ControlSession& /*session*/, Tenant& tenant) -> Result<void> {
                              BOOST_OUTCOME_TRY(detail::require_not_archived(tenant));
                              apply(tenant.name, change.name);
                              apply(tenant.plan, change.plan);
                              apply(tenant.template_version, change.template_version);
                              apply(tenant.workflow_ids, change.workflow_ids);
                              apply(tenant.metadata, change.metadata);
                              return success();
                            }));
  if (changed.is_changed()) {
    core_->tell(&TenantObserver::on_updated,
                TenantUpdated{changed.before, changed.after, principal_});
  }
  return std::move(changed.after);
}

Result<Tenant> TenantRegistry::rename(TenantId id, std::string name,
                                      std::optional<std::int64_t> version) const {
  return update(id, TenantChange{.name = std::move(name)}, version);
}

Result<Tenant> TenantRegistry::activate(TenantId id, std::optional<std::int64_t> version) const {
  return change_status(id, TenantStatus::active, version);
}

Result<Tenant> TenantRegistry::deactivate(TenantId id, std::optional<std::int64_t> version) const {
  return change_status(id, TenantStatus::inactive, version);
}

Result<Tenant> TenantRegistry::suspend(TenantId id, std::optional<std::int64_t> version) const {
  return change_status(id, TenantStatus::suspended, version);
}

Result<Tenant> TenantRegistry::archive(TenantId id, std::optional<std::int64_t> version) const {
  return change_status(id, TenantStatus::archived, version);
}

Result<Tenant> TenantRegistry::change_status(TenantId id, TenantStatus to,
                                             std::optional<std::int64_t> version) const {
  BOOST_OUTCOME_TRY(
      auto changed,
      detail::change_tenant(*core_, options_, id, version,
                            [&](ControlSession& /*session*/, Tenant& tenant) -> Result<void> {
                              if (tenant.status == to) {
                                return success();
                              }
                              if (!may_become(tenant.status, to)) {
                                return Error{errc::invalid_transition,
                                             "a tenant that is " +
                                                 std::string{to_string(tenant.status)} +
                                                 " cannot become " + std::string{to_string(to)}};
                              }
                              tenant.status = to;
                              ++tenant.epoch;
                              return success();
                            }));
  if (changed.is_changed()) {
    core_->answers().changed(id);
    core_->tell(&TenantObserver::on_status_changed,
                TenantStatusChanged{changed.before, changed.after, principal_});
  }
  return std::move(changed.after);
}

}  // namespace tenancy::inline v0
