#include "tenancy/registry/authenticator.hpp"

#include <optional>
#include <span>
#include <string>
#include <utility>

#include "core/context_mint.hpp"
#include "registry/api_key_rows.hpp"
#include "registry/api_key_text.hpp"
#include "registry/tenant_rows.hpp"
#include "storage/backend.hpp"

namespace tenancy::inline v0 {
namespace {

using detail::ApiKeyText;
using detail::ControlSession;
using detail::KeyHolder;
using detail::StaticSql;

constexpr StaticSql find_key_sql{"SELECT " TENANCY_API_KEY_COLUMNS
                                 ", key_version, hash FROM tenancy_api_keys WHERE key_id = ?1"};
constexpr StaticSql find_administrator_sql{
    "SELECT key_version, hash FROM tenancy_administrator_keys "
    "WHERE key_id = ?1 AND revoked_at IS NULL"};

Error invalid() { return Error{errc::invalid_credential, "the key proves nothing"}; }

/// The stored hash against the text; an absent row is compared with nothing, at the same cost.
bool matches(const detail::StoreBackend& backend, std::string_view text,
             const detail::Statement& statement, bool found, int first_column) {
  const auto version = found ? statement.int64(first_column) : std::nullopt;
  const auto hash = found ? statement.blob(first_column + 1) : std::nullopt;
  return detail::matches_api_key(backend.keys(), text, version.value_or(0),
                                 hash.value_or(std::span<const std::byte>{}));
}

bool is_usable(const ApiKey& key, Timestamp now) {
  return !key.revoked_at && (!key.expires_at || now < *key.expires_at);
}

}  // namespace

Result<TenantContext> Authenticator::authenticate(std::string_view api_key) const {
  BOOST_OUTCOME_TRY(const std::string_view id, ApiKeyText::id_of(KeyHolder::tenant, api_key));
  return detail::control_read(
      *backend_, options_, [&](ControlSession& session) -> Result<TenantContext> {
        constexpr int hash_column = 7;
        BOOST_OUTCOME_TRY(auto statement, session.prepare(find_key_sql));
        statement->bind_text(1, id);
        BOOST_OUTCOME_TRY(const bool found, statement->step());
        if (!matches(*backend_, api_key, *statement, found, hash_column)) {
          return invalid();
        }
        BOOST_OUTCOME_TRY(const ApiKey key, detail::read_api_key(*statement));
        if (!is_usable(key, session.now())) {
          return invalid();
        }
        BOOST_OUTCOME_TRY(const Tenant tenant, detail::find_tenant(session, key.tenant));
        if (tenant.status != TenantStatus::active) {
          return Error{errc::tenant_not_active, "tenant " + tenant.id.to_string() + " is " +
                                                    std::string{to_string(tenant.status)}};
        }
        BOOST_OUTCOME_TRY(const auto principal, Principal::create(PrincipalKind::api_key, key.id));
        return detail::ContextMint::mint(backend_->realm(), tenant.id, principal, tenant.epoch,
                                         key.scope);
      });
}

Result<TenantRegistry> Authenticator::authenticate_administrator(std::string_view key) const {
  BOOST_OUTCOME_TRY(const std::string_view id, ApiKeyText::id_of(KeyHolder::administrator, key));
  BOOST_OUTCOME_TRY(
      detail::control_read(*backend_, options_, [&](ControlSession& session) -> Result<void> {
        BOOST_OUTCOME_TRY(auto statement, session.prepare(find_administrator_sql));
        statement->bind_text(1, id);
        BOOST_OUTCOME_TRY(const bool found, statement->step());
        if (!matches(*backend_, key, *statement, found, 0)) {
          return invalid();
        }
        return success();
      }));
  BOOST_OUTCOME_TRY(const auto principal,
                    Principal::create(PrincipalKind::administrator, std::string{id}));
  return TenantRegistry{backend_, principal, options_};
}

}  // namespace tenancy::inline v0
