#include "tenancy/registry/authenticator.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "tenancy/core/assert.hpp"

#include "core/context_mint.hpp"
#include "registry/api_key_rows.hpp"
#include "registry/api_key_text.hpp"
#include "registry/registry_core.hpp"
#include "registry/tenant_rows.hpp"
#include "storage/call_limits.hpp"

namespace tenancy::inline v0 {
namespace {

using detail::ApiKeyText;
using detail::ControlSession;
using detail::CredentialAnswer;
using detail::CredentialId;
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

bool is_over(const TenantContext& context, Timestamp now) {
  const auto expires_at = context.expires_at();
  return expires_at && now >= *expires_at;
}

/// The hash of a row that matched.
Mac hash_of(const detail::Statement& statement, int first_column) {
  Mac mac{static_cast<std::uint32_t>(statement.int64(first_column).value_or(0)), {}};
  const auto hash = statement.blob(first_column + 1).value_or(std::span<const std::byte>{});
  TENANCY_ASSERT(hash.size() == mac.tag.size(), "a row without a hash matched");
  std::ranges::copy(hash, mac.tag.begin());
  return mac;
}

/// What a key that proves right is good for, as the store has it.
struct Proven {
  Mac hash;
  TenantContext context;
  std::int64_t last_use;  ///< In microseconds.
};

Result<Proven> prove(detail::RegistryCore& core, const CallOptions& options,
                     const CredentialId& credential, std::string_view text,
                     detail::AnswerCache::Ticket ticket) {
  auto& backend = *core.backend();
  return detail::control_read(backend, options, [&](ControlSession& session) -> Result<Proven> {
    constexpr int hash_column = 8;
    BOOST_OUTCOME_TRY(auto statement, session.prepare(find_key_sql));
    statement->bind_text(1, {credential.data(), credential.size()});
    BOOST_OUTCOME_TRY(const bool found, statement->step());
    if (!matches(backend, text, *statement, found, hash_column)) {
      return invalid();
    }
    const Mac hash = hash_of(*statement, hash_column);
    BOOST_OUTCOME_TRY(const auto key, detail::read_api_key(*statement));
    if (!is_usable(key, session.now())) {
      return invalid();
    }
    BOOST_OUTCOME_TRY(const std::int64_t epoch, detail::find_active_epoch(session, key.tenant));
    BOOST_OUTCOME_TRY(const auto principal, Principal::create(PrincipalKind::api_key, key.id));
    const auto tenant = core.answers().keep(key.tenant, epoch, ticket);
    const auto context = detail::ContextMint::mint(backend.realm(),
                                                   detail::Grant{.tenant = key.tenant,
                                                                 .principal = principal,
                                                                 .epoch = epoch,
                                                                 .kind = ContextKind::credential,
                                                                 .credential = credential,
                                                                 .expires_at = key.expires_at,
                                                                 .mark = tenant.mark},
                                                   key.scope);
    session.admit(context);
    return Proven{hash, context, key.last_used_at ? key.last_used_at->microseconds() : 0};
  });
}

}  // namespace

bool Authenticator::is_well_formed(std::string_view key) {
  return ApiKeyText::id_of(KeyHolder::tenant, key).has_value() ||
         ApiKeyText::id_of(KeyHolder::administrator, key).has_value();
}

Result<TenantContext> Authenticator::authenticate(std::string_view api_key) const {
  BOOST_OUTCOME_TRY(const std::string_view id, ApiKeyText::id_of(KeyHolder::tenant, api_key));
  auto& backend = *core_->backend();
  BOOST_OUTCOME_TRY(detail::require_same_process(backend));
  auto& answers = core_->answers();
  const CredentialId credential = detail::to_credential(id);
  const auto asked_at = detail::coarse_now();

  const auto known = answers.find(credential);
  if (known != nullptr && asked_at - known->asked_at < core_->max_answer_age() &&
      !detail::ContextMint::is_stale(known->context)) {
    // A wrong secret, or an expiry, is the store's to judge.
    const bool proves =
        detail::matches_api_key(backend.keys(), api_key, known->hash.key_version, known->hash.tag);
    if (proves && !is_over(known->context, backend.clock().now())) {
      core_->note_use(credential, *known);
      return known->context;
    }
  }

  const auto ticket = answers.ticket();
  BOOST_OUTCOME_TRY(const auto proven, prove(*core_, options_, credential, api_key, ticket));
  // What was noted may not be in the store yet.
  const auto last_use = std::max(
      proven.last_use, known == nullptr ? 0 : known->last_use.load(std::memory_order_relaxed));
  const auto answer =
      std::make_shared<CredentialAnswer>(proven.hash, proven.context, last_use, asked_at);
  answers.keep(credential, answer, ticket);
  core_->note_use(credential, *answer);
  return proven.context;
}

Result<TenantRegistry> Authenticator::authenticate_administrator(std::string_view key) const {
  BOOST_OUTCOME_TRY(const std::string_view id, ApiKeyText::id_of(KeyHolder::administrator, key));
  BOOST_OUTCOME_TRY(detail::control_read(
      *core_->backend(), options_, [&](ControlSession& session) -> Result<void> {
        BOOST_OUTCOME_TRY(auto statement, session.prepare(find_administrator_sql));
        statement->bind_text(1, id);
        BOOST_OUTCOME_TRY(const bool found, statement->step());
        if (!matches(*core_->backend(), key, *statement, found, 0)) {
          return invalid();
        }
        return success();
      }));
  BOOST_OUTCOME_TRY(const auto principal,
                    Principal::create(PrincipalKind::administrator, std::string{id}));
  return TenantRegistry{core_, principal, options_};
}

}  // namespace tenancy::inline v0
