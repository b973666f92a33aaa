// The part of `TenantRegistry` that issues, expires and revokes keys.

#include <optional>
#include <string>
#include <utility>

#include "tenancy/registry/tenant_registry.hpp"

#include "core/text.hpp"
#include "registry/api_key_rows.hpp"
#include "registry/api_key_text.hpp"
#include "registry/registry_core.hpp"
#include "registry/tenant_change.hpp"
#include "registry/tenant_rows.hpp"

namespace tenancy::inline v0 {
namespace {

using detail::ApiKeyText;
using detail::ControlSession;
using detail::StaticSql;

constexpr StaticSql insert_key_sql{
    "INSERT INTO tenancy_api_keys (key_id, tenant_id, name, scope, created_at, expires_at, "
    "key_version, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"};
constexpr StaticSql count_keys_sql{"SELECT count(*) FROM tenancy_api_keys WHERE tenant_id = ?1"};
constexpr StaticSql forget_key_sql{
    "DELETE FROM tenancy_api_keys WHERE key_id = (SELECT key_id FROM tenancy_api_keys "
    "WHERE tenant_id = ?1 AND (revoked_at IS NOT NULL OR expires_at <= ?2) "
    "ORDER BY coalesce(revoked_at, expires_at), key_id LIMIT 1) RETURNING key_id"};
constexpr StaticSql find_sql{"SELECT " TENANCY_API_KEY_COLUMNS
                             " FROM tenancy_api_keys WHERE tenant_id = ?1 AND key_id = ?2"};
constexpr StaticSql expire_sql{
    "UPDATE tenancy_api_keys SET expires_at = ?3 WHERE tenant_id = ?1 AND key_id = ?2"};
constexpr StaticSql revoke_sql{
    "UPDATE tenancy_api_keys SET revoked_at = ?3 WHERE tenant_id = ?1 AND key_id = ?2"};

Result<void> insert(ControlSession& session, const ApiKey& key, const Mac& mac) {
  BOOST_OUTCOME_TRY(auto statement, session.prepare(insert_key_sql));
  statement->bind_text(1, key.id);
  statement->bind_int64(2, key.tenant.value());
  statement->bind_text(3, key.name);
  statement->bind_text(4, to_string(key.scope));
  statement->bind_int64(5, key.created_at.microseconds());
  if (key.expires_at) {
    statement->bind_int64(6, key.expires_at->microseconds());
  } else {
    statement->bind_null(6);
  }
  statement->bind_int64(7, mac.key_version);
  statement->bind_blob(8, mac.tag);
  BOOST_OUTCOME_TRY(statement->step());
  return success();
}

/// Has a tenant that holds the most keys forget the one that has been of no use for longest.
Result<void> make_room(ControlSession& session, TenantId tenant) {
  BOOST_OUTCOME_TRY(auto counter, session.prepare(count_keys_sql));
  counter->bind_int64(1, tenant.value());
  BOOST_OUTCOME_TRY(counter->step());
  if (counter->int64(0).value_or(detail::max_keys) < detail::max_keys) {
    return success();
  }
  BOOST_OUTCOME_TRY(auto statement, session.prepare(forget_key_sql));
  statement->bind_int64(1, tenant.value());
  statement->bind_int64(2, session.now().microseconds());
  BOOST_OUTCOME_TRY(const bool is_forgotten, statement->step());
  if (!is_forgotten) {
    return Error{errc::invalid_argument,
                 "a tenant has at most 1000 keys: revoke one that is not used any more"};
  }
  return success();
}

Result<ApiKey> find_key(ControlSession& session, TenantId tenant, std::string_view key_id) {
  const Error missing{errc::not_found, "the tenant has no such key"};
  if (!detail::is_plain_line(key_id, detail::credential_id_size, detail::credential_id_size)) {
    // Nor can it be asked for everywhere.
    return missing;
  }
  BOOST_OUTCOME_TRY(auto statement, session.prepare(find_sql));
  statement->bind_int64(1, tenant.value());
  statement->bind_text(2, key_id);
  BOOST_OUTCOME_TRY(const bool found, statement->step());
  if (!found) {
    return missing;
  }
  return detail::read_api_key(*statement);
}

/// A key after a change, and whether there was one.
struct ChangedKey {
  ApiKey key;
  bool is_changed;
};

}  // namespace

Result<IssuedApiKey> TenantRegistry::issue_key(TenantId tenant,
                                               const ApiKeyRequest& request) const {
  if (!detail::is_plain_line(request.name, 1, detail::max_key_name_length)) {
    return Error{errc::invalid_argument,
                 "a key's name is 1 to 100 bytes of UTF-8 without control characters"};
  }
  if (!is_scope(request.scope)) {
    return Error{errc::invalid_argument, "the number is none of the scopes"};
  }
  auto text = ApiKeyText::generate(detail::KeyHolder::tenant);
  const Mac mac = detail::hash_api_key(core_->backend()->keys(), text.unsafe_text());
  BOOST_OUTCOME_TRY(
      auto key, detail::control_write(
                    *core_->backend(), options_, [&](ControlSession& session) -> Result<ApiKey> {
                      BOOST_OUTCOME_TRY(const Tenant holder, detail::find_tenant(session, tenant));
                      BOOST_OUTCOME_TRY(detail::require_not_archived(holder));
                      const Timestamp now = session.now();
                      if (request.expires_at && *request.expires_at <= now) {
                        return Error{errc::invalid_argument, "a new key expires in the future"};
                      }
                      ApiKey made{.id = std::string{text.id()},
                                  .tenant = tenant,
                                  .name = request.name,
                                  .scope = request.scope,
                                  .created_at = now,
                                  .expires_at = request.expires_at,
                                  .revoked_at = std::nullopt,
                                  .last_used_at = std::nullopt};
                      BOOST_OUTCOME_TRY(make_room(session, tenant));
                      BOOST_OUTCOME_TRY(insert(session, made, mac));
                      return made;
                    }));
  core_->tell(&TenantObserver::on_api_key_changed,
              ApiKeyChanged{key, ApiKeyChange::issued, principal_});
  return IssuedApiKey{std::move(key), std::move(text).release()};
}

Result<ApiKey> TenantRegistry::expire_key(TenantId tenant, std::string_view key_id,
                                          std::optional<Timestamp> expires_at) const {
  BOOST_OUTCOME_TRY(
      auto changed,
      detail::control_write(
          *core_->backend(), options_, [&](ControlSession& session) -> Result<ChangedKey> {
            BOOST_OUTCOME_TRY(auto key, find_key(session, tenant, key_id));
            if (key.revoked_at) {
              return Error{errc::invalid_transition, "a revoked key stays as it is"};
            }
            if (key.expires_at == expires_at) {
              return ChangedKey{std::move(key), false};
            }
            BOOST_OUTCOME_TRY(auto statement, session.prepare(expire_sql));
            statement->bind_int64(1, tenant.value());
            statement->bind_text(2, key_id);
            if (expires_at) {
              statement->bind_int64(3, expires_at->microseconds());
            } else {
              statement->bind_null(3);
            }
            BOOST_OUTCOME_TRY(statement->step());
            key.expires_at = expires_at;
            return ChangedKey{std::move(key), true};
          }));
  if (changed.is_changed) {
    core_->answers().changed(tenant, detail::to_credential(changed.key.id));
    core_->tell(&TenantObserver::on_api_key_changed,
                ApiKeyChanged{changed.key, ApiKeyChange::expiry_changed, principal_});
  }
  return std::move(changed.key);
}

Result<ApiKey> TenantRegistry::revoke_key(TenantId tenant, std::string_view key_id) const {
  BOOST_OUTCOME_TRY(
      auto changed,
      detail::control_write(*core_->backend(), options_,
                            [&](ControlSession& session) -> Result<ChangedKey> {
                              BOOST_OUTCOME_TRY(auto key, find_key(session, tenant, key_id));
                              if (key.revoked_at) {
                                return ChangedKey{std::move(key), false};
                              }
                              const Timestamp now = session.now();
                              BOOST_OUTCOME_TRY(auto statement, session.prepare(revoke_sql));
                              statement->bind_int64(1, tenant.value());
                              statement->bind_text(2, key_id);
                              statement->bind_int64(3, now.microseconds());
                              BOOST_OUTCOME_TRY(statement->step());
                              key.revoked_at = now;
                              return ChangedKey{std::move(key), true};
                            }));
  if (changed.is_changed) {
    core_->answers().changed(tenant, detail::to_credential(changed.key.id));
    core_->tell(&TenantObserver::on_api_key_changed,
                ApiKeyChanged{changed.key, ApiKeyChange::revoked, principal_});
  }
  return std::move(changed.key);
}

}  // namespace tenancy::inline v0
