#include "tenancy/registry/tenant_registry.hpp"

#include <string>
#include <utility>

#include "core/text.hpp"
#include "registry/tenant_rows.hpp"
#include "storage/backend.hpp"

namespace tenancy::inline v0 {
namespace {

using detail::ControlSession;
using detail::StaticSql;

constexpr StaticSql insert_sql{"INSERT INTO tenancy_tenants (" TENANCY_TENANT_COLUMNS
                               ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6)"};
constexpr StaticSql count_sql{"SELECT count(*) FROM tenancy_tenants"};
constexpr StaticSql list_newest_sql{"SELECT " TENANCY_TENANT_COLUMNS
                                    " FROM tenancy_tenants ORDER BY created_at DESC, tenant_id "
                                    "DESC LIMIT ?1 OFFSET ?2"};
constexpr StaticSql list_oldest_sql{"SELECT " TENANCY_TENANT_COLUMNS
                                    " FROM tenancy_tenants ORDER BY created_at, tenant_id "
                                    "LIMIT ?1 OFFSET ?2"};
constexpr StaticSql change_status_sql{
    "UPDATE tenancy_tenants SET status = ?2, epoch = epoch + 1, updated_at = ?3 "
    "WHERE tenant_id = ?1"};

Result<Tenant> insert(ControlSession& session, const Slug& slug, const std::string& name) {
  const Timestamp now = session.now();
  const TenantId id = TenantId::generate();
  constexpr std::int64_t first_epoch = 1;
  BOOST_OUTCOME_TRY(auto statement, session.prepare(insert_sql));
  statement->bind_int64(1, id.value());
  statement->bind_text(2, slug.to_string());
  statement->bind_text(3, name);
  statement->bind_text(4, to_string(TenantStatus::active));
  statement->bind_int64(5, first_epoch);
  statement->bind_int64(6, now.microseconds());
  if (auto inserted = statement->step(); !inserted) {
    if (inserted.error() == errc::already_exists) {
      return Error{errc::already_exists,
                   "the slug '" + slug.to_string() + "' is or was a tenant's"};
    }
    return std::move(inserted).error();
  }
  return Tenant{id, slug, name, TenantStatus::active, first_epoch, now, now};
}

Result<std::int64_t> count(ControlSession& session) {
  BOOST_OUTCOME_TRY(auto statement, session.prepare(count_sql));
  BOOST_OUTCOME_TRY(statement->step());
  return statement->int64(0).value_or(0);
}

}  // namespace

Result<Tenant> TenantRegistry::create(const NewTenant& tenant) const {
  BOOST_OUTCOME_TRY(const Slug slug, Slug::parse(tenant.slug));
  if (!detail::is_plain_line(tenant.name, 1, Tenant::max_name_length)) {
    return Error{errc::invalid_argument,
                 "a tenant's name is 1 to 200 bytes of UTF-8 without control characters"};
  }
  return detail::control_write(*backend_, options_, [&](ControlSession& session) {
    return insert(session, slug, tenant.name);
  });
}

Result<Tenant> TenantRegistry::find(TenantId id) const {
  return detail::control_read(*backend_, options_, [&](ControlSession& session) {
    return detail::find_tenant(session, id);
  });
}

Result<Tenant> TenantRegistry::find(const Slug& slug) const {
  return detail::control_read(*backend_, options_, [&](ControlSession& session) {
    return detail::find_tenant(session, slug);
  });
}

Result<Page<Tenant>> TenantRegistry::list(const PageRequest& request) const {
  BOOST_OUTCOME_TRY(const detail::PageWindow window, detail::page_window(request));
  if (request.cursor) {
    return Error{errc::invalid_argument, "tenants are listed by numbered pages, without cursors"};
  }
  return detail::control_read(
      *backend_, options_, [&](ControlSession& session) -> Result<Page<Tenant>> {
        Page<Tenant> page;
        BOOST_OUTCOME_TRY(const std::int64_t total, count(session));
        page.numbers = detail::page_numbers(request.number.value_or(1), window.limit, total);
        page.has_previous = window.offset > 0;
        page.has_next = window.offset + window.limit < total;
        BOOST_OUTCOME_TRY(auto statement,
                          session.prepare(request.order == Order::newest_first ? list_newest_sql
                                                                               : list_oldest_sql));
        statement->bind_int64(1, window.limit);
        statement->bind_int64(2, window.offset);
        while (true) {
          BOOST_OUTCOME_TRY(const bool found, statement->step());
          if (!found) {
            return page;
          }
          BOOST_OUTCOME_TRY(auto tenant, detail::read_tenant(*statement));
          page.items.push_back(std::move(tenant));
        }
      });
}

Result<Tenant> TenantRegistry::activate(TenantId id) const {
  return change_status(id, TenantStatus::active);
}

Result<Tenant> TenantRegistry::suspend(TenantId id) const {
  return change_status(id, TenantStatus::suspended);
}

Result<Tenant> TenantRegistry::change_status(TenantId id, TenantStatus to) const {
  return detail::control_write(*backend_, options_, [&](ControlSession& session) -> Result<Tenant> {
    BOOST_OUTCOME_TRY(auto tenant, detail::find_tenant(session, id));
    if (tenant.status == to) {
      return tenant;
    }
    if (tenant.status == TenantStatus::archived) {
      return Error{errc::invalid_argument, "an archived tenant keeps its status"};
    }
    BOOST_OUTCOME_TRY(auto statement, session.prepare(change_status_sql));
    statement->bind_int64(1, id.value());
    statement->bind_text(2, to_string(to));
    statement->bind_int64(3, session.now().microseconds());
    BOOST_OUTCOME_TRY(statement->step());
    return detail::find_tenant(session, id);
  });
}

}  // namespace tenancy::inline v0
