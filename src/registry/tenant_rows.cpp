#include "registry/tenant_rows.hpp"

#include <string>
#include <utility>

#include "registry/tenant_rules.hpp"

namespace tenancy::inline v0::detail {
namespace {

constexpr StaticSql find_by_id_sql{"SELECT " TENANCY_TENANT_COLUMNS
                                   " FROM tenancy_tenants WHERE tenant_id = ?1"};
constexpr StaticSql find_by_identifier_sql{
    "SELECT " TENANCY_TENANT_COLUMNS
    " FROM tenancy_tenants WHERE tenant_id = "
    "(SELECT tenant_id FROM tenancy_identifiers WHERE kind = ?1 AND value = ?2)"};
constexpr StaticSql find_status_sql{
    "SELECT status, epoch FROM tenancy_tenants WHERE tenant_id = ?1"};
constexpr StaticSql find_by_slug_sql{"SELECT " TENANCY_TENANT_COLUMNS
                                     " FROM tenancy_tenants WHERE slug = ?1"};

std::optional<Timestamp> to_timestamp(std::optional<std::int64_t> microseconds) {
  return microseconds ? std::optional{Timestamp::from_microseconds(*microseconds)} : std::nullopt;
}

constexpr const char* unreadable_tenant = "a row of tenancy_tenants cannot be read";

Result<Tenant> found_tenant(Statement& statement) {
  BOOST_OUTCOME_TRY(const bool found, statement.step());
  if (!found) {
    return Error{errc::not_found, "no such tenant"};
  }
  return read_tenant(statement);
}

}  // namespace

Result<Tenant> read_tenant(const Statement& statement) {
  const auto id = TenantId::from_value(statement.int64(0).value_or(0));
  const auto slug = Slug::parse(statement.text(1).value_or(""));
  const auto name = statement.text(2);
  const auto status = parse_tenant_status(statement.text(3).value_or(""));
  const auto plan = statement.text(4);
  const auto template_version = statement.text(5);
  const auto workflow_ids = statement.text(6);
  const auto metadata = statement.text(7);
  const auto epoch = statement.int64(8);
  const auto version = statement.int64(9);
  const auto created_at = statement.int64(10);
  const auto updated_at = statement.int64(11);
  if (!id || !slug || !name || !status || !plan || !template_version || !workflow_ids ||
      !metadata || !epoch || !version || !created_at || !updated_at) {
    return Error{errc::invalid_row, unreadable_tenant};
  }
  BOOST_OUTCOME_TRY(auto workflows, workflow_ids_from_text(*workflow_ids));
  return Tenant{.id = id.value(),
                .slug = slug.value(),
                .name = std::string{*name},
                .status = status.value(),
                .plan = std::string{*plan},
                .template_version = std::string{*template_version},
                .workflow_ids = std::move(workflows),
                .metadata = std::string{*metadata},
                .epoch = *epoch,
                .version = *version,
                .created_at = Timestamp::from_microseconds(*created_at),
                .updated_at = Timestamp::from_microseconds(*updated_at),
                .erased_at = to_timestamp(statement.int64(12))};
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

Result<Tenant> find_tenant(ControlSession& session, const TenantIdentifier& identifier) {
  BOOST_OUTCOME_TRY(auto statement, session.prepare(find_by_identifier_sql));
  statement->bind_text(1, identifier.kind());
  statement->bind_text(2, identifier.value());
  return found_tenant(*statement);
}

Result<std::int64_t> find_active_epoch(ControlSession& session, TenantId id) {
  BOOST_OUTCOME_TRY(auto statement, session.prepare(find_status_sql));
  statement->bind_int64(1, id.value());
  BOOST_OUTCOME_TRY(const bool found, statement->step());
  if (!found) {
    return Error{errc::not_found, "no such tenant"};
  }
  const auto status = parse_tenant_status(statement->text(0).value_or(""));
  const auto epoch = statement->int64(1);
  if (!status || !epoch) {
    return Error{errc::invalid_row, unreadable_tenant};
  }
  if (status.value() != TenantStatus::active) {
    return not_active(id, status.value());
  }
  return *epoch;
}

Error not_active(TenantId id, TenantStatus status) {
  return Error{errc::tenant_not_active,
               "tenant " + id.to_string() + " is " + std::string{to_string(status)}};
}

}  // namespace tenancy::inline v0::detail
