// The part of `TenantRegistry` that keeps tenants' external identifiers.

#include <utility>
#include <vector>

#include "tenancy/registry/tenant_registry.hpp"

#include "registry/identifier_rows.hpp"
#include "registry/registry_core.hpp"
#include "registry/tenant_change.hpp"

namespace tenancy::inline v0 {
namespace {

using detail::ControlSession;
using detail::StaticSql;

constexpr StaticSql insert_identifier_sql{
    "INSERT INTO tenancy_identifiers (kind, value, tenant_id, created_at) "
    "VALUES (?1, ?2, ?3, ?4)"};
constexpr StaticSql delete_sql{
    "DELETE FROM tenancy_identifiers WHERE kind = ?1 AND value = ?2 AND tenant_id = ?3"};
constexpr StaticSql owner_sql{
    "SELECT tenant_id FROM tenancy_identifiers WHERE kind = ?1 AND value = ?2"};
constexpr StaticSql list_identifiers_sql{
    "SELECT kind, value FROM tenancy_identifiers WHERE tenant_id = ?1 ORDER BY kind, value"};

Result<std::vector<TenantIdentifier>> list_identifiers(ControlSession& session, TenantId tenant) {
  BOOST_OUTCOME_TRY(auto statement, session.prepare(list_identifiers_sql));
  statement->bind_int64(1, tenant.value());
  std::vector<TenantIdentifier> identifiers;
  while (true) {
    BOOST_OUTCOME_TRY(const bool found, statement->step());
    if (!found) {
      return identifiers;
    }
    auto identifier =
        TenantIdentifier::parse(statement->text(0).value_or(""), statement->text(1).value_or(""));
    if (!identifier) {
      return Error{errc::invalid_row, "a row of tenancy_identifiers cannot be read"};
    }
    identifiers.push_back(std::move(identifier).value());
  }
}

/// Whether the identifier is that tenant's. It is looked for by its key: so a transaction that lost
/// a race for it is taken back and sees it when it runs again, where looking through the tenant's
/// would let it come as far as the key's constraint.
Result<bool> is_of(ControlSession& session, TenantId tenant, const TenantIdentifier& identifier) {
  BOOST_OUTCOME_TRY(auto statement, session.prepare(owner_sql));
  statement->bind_text(1, identifier.kind());
  statement->bind_text(2, identifier.value());
  BOOST_OUTCOME_TRY(const bool found, statement->step());
  return found && statement->int64(0) == tenant.value();
}

}  // namespace

Result<void> detail::insert_identifier(ControlSession& session, TenantId tenant,
                                       const TenantIdentifier& identifier) {
  BOOST_OUTCOME_TRY(auto statement, session.prepare(insert_identifier_sql));
  statement->bind_text(1, identifier.kind());
  statement->bind_text(2, identifier.value());
  statement->bind_int64(3, tenant.value());
  statement->bind_int64(4, session.now().microseconds());
  if (auto inserted = statement->step(); !inserted) {
    if (inserted.error() == errc::already_exists) {
      return Error{errc::already_exists, "the identifier " + identifier.to_string() + " is taken"};
    }
    return std::move(inserted).error();
  }
  return success();
}

Result<std::vector<TenantIdentifier>> TenantRegistry::identifiers(TenantId id) const {
  return detail::control_read(
      *core_->backend(), options_,
      [&](ControlSession& session) -> Result<std::vector<TenantIdentifier>> {
        BOOST_OUTCOME_TRY(detail::find_tenant(session, id));
        return list_identifiers(session, id);
      });
}

Result<Tenant> TenantRegistry::add_identifier(TenantId id,
                                              const TenantIdentifier& identifier) const {
  bool is_new = false;
  BOOST_OUTCOME_TRY(
      const auto tenant,
      detail::control_write(
          *core_->backend(), options_, [&](ControlSession& session) -> Result<Tenant> {
            is_new = false;
            BOOST_OUTCOME_TRY(auto found, detail::find_tenant(session, id));
            BOOST_OUTCOME_TRY(const bool is_known, is_of(session, id, identifier));
            if (is_known) {
              return found;
            }
            BOOST_OUTCOME_TRY(detail::require_not_archived(found));
            BOOST_OUTCOME_TRY(const auto known, list_identifiers(session, id));
            if (known.size() >= detail::max_identifiers) {
              return Error{errc::invalid_argument, "a tenant has up to 100 identifiers"};
            }
            BOOST_OUTCOME_TRY(detail::insert_identifier(session, id, identifier));
            is_new = true;
            return detail::store_tenant(session, std::move(found));
          }));
  if (is_new) {
    core_->tell(&TenantObserver::on_identifier_changed,
                TenantIdentifierChanged{tenant, identifier, IdentifierChange::added, principal_});
  }
  return tenant;
}

Result<Tenant> TenantRegistry::remove_identifier(TenantId id,
                                                 const TenantIdentifier& identifier) const {
  BOOST_OUTCOME_TRY(
      const auto tenant,
      detail::control_write(
          *core_->backend(), options_, [&](ControlSession& session) -> Result<Tenant> {
            BOOST_OUTCOME_TRY(auto found, detail::find_tenant(session, id));
            BOOST_OUTCOME_TRY(const bool is_known, is_of(session, id, identifier));
            if (!is_known) {
              return Error{errc::not_found, "the tenant has no such identifier"};
            }
            BOOST_OUTCOME_TRY(auto statement, session.prepare(delete_sql));
            statement->bind_text(1, identifier.kind());
            statement->bind_text(2, identifier.value());
            statement->bind_int64(3, id.value());
            BOOST_OUTCOME_TRY(statement->step());
            return detail::store_tenant(session, std::move(found));
          }));
  core_->tell(&TenantObserver::on_identifier_changed,
              TenantIdentifierChanged{tenant, identifier, IdentifierChange::removed, principal_});
  return tenant;
}

}  // namespace tenancy::inline v0
