// The part of `TenantRegistry` that issues, lists and revokes keys.

#include <optional>
#include <string>
#include <utility>

#include "tenancy/registry/tenant_registry.hpp"

#include "core/text.hpp"
#include "registry/api_key_rows.hpp"
#include "registry/api_key_text.hpp"
#include "registry/tenant_rows.hpp"
#include "storage/backend.hpp"

namespace tenancy::inline v0 {
namespace {

using detail::ApiKeyText;
using detail::ControlSession;
using detail::StaticSql;

constexpr StaticSql insert_sql{
    "INSERT INTO tenancy_api_keys (key_id, tenant_id, name, scope, created_at, expires_at, "
    "key_version, hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"};
constexpr StaticSql list_sql{"SELECT " TENANCY_API_KEY_COLUMNS
                             " FROM tenancy_api_keys WHERE tenant_id = ?1 "
                             "ORDER BY created_at DESC, key_id"};
constexpr StaticSql find_sql{"SELECT " TENANCY_API_KEY_COLUMNS
                             " FROM tenancy_api_keys WHERE tenant_id = ?1 AND key_id = ?2"};
constexpr StaticSql revoke_sql{
    "UPDATE tenancy_api_keys SET revoked_at = ?3 "
    "WHERE tenant_id = ?1 AND key_id = ?2 AND revoked_at IS NULL"};

Result<void> insert(ControlSession& session, const ApiKey& key, const Mac& mac) {
  BOOST_OUTCOME_TRY(auto statement, session.prepare(insert_sql));
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
  const Mac mac = detail::hash_api_key(backend_->keys(), text.unsafe_text());
  BOOST_OUTCOME_TRY(
      auto key,
      detail::control_write(*backend_, options_, [&](ControlSession& session) -> Result<ApiKey> {
        BOOST_OUTCOME_TRY(detail::find_tenant(session, tenant));
        const Timestamp now = session.now();
        if (request.expires_at && *request.expires_at <= now) {
          return Error{errc::invalid_argument, "a new key expires in the future"};
        }
        ApiKey made{std::string{text.id()}, tenant,      request.name, request.scope, now,
                    request.expires_at,     std::nullopt};
        BOOST_OUTCOME_TRY(insert(session, made, mac));
        return made;
      }));
  return IssuedApiKey{std::move(key), std::move(text).release()};
}

Result<std::vector<ApiKey>> TenantRegistry::keys(TenantId tenant) const {
  return detail::control_read(*backend_, options_,
                              [&](ControlSession& session) -> Result<std::vector<ApiKey>> {
                                BOOST_OUTCOME_TRY(detail::find_tenant(session, tenant));
                                BOOST_OUTCOME_TRY(auto statement, session.prepare(list_sql));
                                statement->bind_int64(1, tenant.value());
                                std::vector<ApiKey> keys;
                                while (true) {
                                  BOOST_OUTCOME_TRY(const bool found, statement->step());
                                  if (!found) {
                                    return keys;
                                  }
                                  BOOST_OUTCOME_TRY(auto key, detail::read_api_key(*statement));
                                  keys.push_back(std::move(key));
                                }
                              });
}

Result<ApiKey> TenantRegistry::revoke_key(TenantId tenant, std::string_view key_id) const {
  return detail::control_write(*backend_, options_, [&](ControlSession& session) -> Result<ApiKey> {
    BOOST_OUTCOME_TRY(auto revoke, session.prepare(revoke_sql));
    revoke->bind_int64(1, tenant.value());
    revoke->bind_text(2, key_id);
    revoke->bind_int64(3, session.now().microseconds());
    BOOST_OUTCOME_TRY(revoke->step());
    BOOST_OUTCOME_TRY(auto find, session.prepare(find_sql));
    find->bind_int64(1, tenant.value());
    find->bind_text(2, key_id);
    BOOST_OUTCOME_TRY(const bool found, find->step());
    if (!found) {
      return Error{errc::not_found, "the tenant has no such key"};
    }
    return detail::read_api_key(*find);
  });
}

}  // namespace tenancy::inline v0
