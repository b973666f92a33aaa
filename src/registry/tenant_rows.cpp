#include "registry/tenant_rows.hpp"

#include <string>

namespace tenancy::inline v0::detail {
namespace {

constexpr StaticSql find_by_id_sql{"SELECT " TENANCY_TENANT_COLUMNS
                                   " FROM tenancy_tenants WHERE tenant_id = ?1"};
constexpr StaticSql find_by_slug_sql{"SELECT " TENANCY_TENANT_COLUMNS
                                     " FROM tenancy_tenants WHERE slug = ?1"};

Result<Tenant> found_tenant(Statement& statement) {
  BOOST_OUTCOME_TRY(const bool found, statement.step());
  if (!found) {
    return Error{errc::not_found, "no such tenant"};
  }
  return read_tenant(statement);
}

}  // namespace

Result<Tenant> read_tenant(const Statement& statement) {
  const auto id = statement.int64(0);
  const auto slug = statement.text(1);
  const auto name = statement.text(2);
  const auto status = statement.text(3);
  const auto epoch = statement.int64(4);
  const auto created_at = statement.int64(5);
  const auto updated_at = statement.int64(6);
  if (!id || !slug || !name || !status || !epoch || !created_at || !updated_at) {
    return Error{errc::invalid_row, "a row of tenancy_tenants cannot be read"};
  }
  BOOST_OUTCOME_TRY(const TenantId tenant_id, TenantId::from_value(*id));
  BOOST_OUTCOME_TRY(const auto parsed_slug, Slug::parse(*slug));
  BOOST_OUTCOME_TRY(const TenantStatus parsed_status, parse_tenant_status(*status));
  return Tenant{tenant_id,
                parsed_slug,
                std::string{*name},
                parsed_status,
                *epoch,
                Timestamp::from_microseconds(*created_at),
                Timestamp::from_microseconds(*updated_at)};
}

Result<Tenant> find_tenant(ControlSession& session, TenantId id) {
  BOOST_OUTCOME_TRY(auto statement, session.prepare(find_by_id_sql));
  statement->bind_int64(1, id.value());
  return found_tenant(*statement);
}

Result<Tenant> find_tenant(ControlSession& session, const Slug& slug) {
  BOOST_OUTCOME_TRY(auto statement, session.prepare(find_by_slug_sql));
  statement->bind_text(1, slug.to_string());
  return found_tenant(*statement);
}

}  // namespace tenancy::inline v0::detail
