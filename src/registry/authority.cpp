#include "tenancy/registry/authority.hpp"

#include <optional>
#include <string>
#include <utility>

#include "core/context_mint.hpp"
#include "core/text.hpp"
#include "registry/api_key_rows.hpp"
#include "registry/api_key_text.hpp"
#include "registry/health.hpp"
#include "registry/registry_core.hpp"
#include "registry/tenant_rows.hpp"

namespace tenancy::inline v0 {
namespace {

using detail::ApiKeyText;
using detail::ContextMint;
using detail::ControlSession;
using detail::StaticSql;

constexpr StaticSql insert_crossing_sql{
    "INSERT INTO tenancy_crossings (principal, purpose, explanation, created_at) "
    "VALUES (?1, ?2, ?3, ?4)"};
constexpr StaticSql insert_impersonation_sql{
    "INSERT INTO tenancy_impersonations (tenant_id, principal, scope, purpose, explanation, "
    "created_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) RETURNING impersonation_id"};
constexpr StaticSql next_active_sql{"SELECT " TENANCY_TENANT_COLUMNS
                                    " FROM tenancy_tenants WHERE tenant_id > ?1 AND status = "
                                    "'active' ORDER BY tenant_id LIMIT 1"};
constexpr StaticSql insert_administrator_sql{
    "INSERT INTO tenancy_administrator_keys (key_id, name, key_version, hash, created_at) "
    "VALUES (?1, ?2, ?3, ?4, ?5)"};
constexpr StaticSql count_administrators_sql{"SELECT count(*) FROM tenancy_administrator_keys"};

Error no_scope() { return Error{errc::invalid_argument, "the number is none of the scopes"}; }

/// The active tenant with the smallest id above, or nothing.
Result<std::optional<Tenant>> next_active(detail::StoreBackend& backend, const CallOptions& options,
                                          std::int64_t above) {
  return detail::control_read(backend, options,
                              [&](ControlSession& session) -> Result<std::optional<Tenant>> {
                                BOOST_OUTCOME_TRY(auto statement, session.prepare(next_active_sql));
                                statement->bind_int64(1, above);
                                BOOST_OUTCOME_TRY(const bool found, statement->step());
                                if (!found) {
                                  return std::optional<Tenant>{};
                                }
                                BOOST_OUTCOME_TRY(auto tenant, detail::read_tenant(*statement));
                                return std::optional{std::move(tenant)};
                              });
}

/// Whether a tenant is active and has been ever since it had that epoch.
Result<bool> is_still(detail::StoreBackend& backend, const CallOptions& options, TenantId tenant,
                      std::int64_t epoch) {
  const auto found = detail::control_read(backend, options, [&](ControlSession& session) {
    return detail::find_active_epoch(session, tenant);
  });
  if (!found && found.error() != errc::tenant_not_active) {
    return found.error();
  }
  return found && found.value() == epoch;
}

}  // namespace

Store Authority::store() const { return detail::StoreAccess::make(core()->backend()); }

Authenticator Authority::authenticator() const { return Authenticator{core(), {}}; }

TenantRegistry Authority::registry(const Principal& principal) const {
  return TenantRegistry{core(), principal, {}};
}

Result<TenantContext> Authority::enter(TenantId tenant, const Principal& principal, Scope scope,
                                       const CallOptions& options) const {
  if (!is_scope(scope)) {
    return no_scope();
  }
  auto& backend = *core()->backend();
  BOOST_OUTCOME_TRY(detail::require_same_process(backend));
  auto& answers = core()->answers();
  const auto context_of = [&](const detail::TenantAnswer& answer) {
    return ContextMint::mint(
        backend.realm(),
        detail::Grant{
            .tenant = tenant, .principal = principal, .epoch = answer.epoch, .mark = answer.mark},
        scope);
  };
  if (const auto known = answers.find(tenant)) {
    return context_of(*known);
  }
  const auto ticket = answers.ticket();
  return detail::control_read(
      backend, options, [&](ControlSession& session) -> Result<TenantContext> {
        BOOST_OUTCOME_TRY(const std::int64_t epoch, detail::find_active_epoch(session, tenant));
        const auto context = context_of(answers.keep(tenant, epoch, ticket));
        session.admit(context);
        return context;
      });
}

Result<TenantContext> Authority::enter(const TenantIdentifier& identifier,
                                       const Principal& principal, Scope scope,
                                       const CallOptions& options) const {
  if (!is_scope(scope)) {
    return no_scope();
  }
  // Asked of the store each time: an identifier may have moved to another tenant, of which no
  // transaction would tell.
  BOOST_OUTCOME_TRY(const Tenant found,
                    detail::control_read(*core()->backend(), options, [&](ControlSession& session) {
                      return detail::find_tenant(session, identifier);
                    }));
  if (found.status != TenantStatus::active) {
    return detail::not_active(found.id, found.status);
  }
  return ContextMint::mint(
      core()->backend()->realm(),
      detail::Grant{.tenant = found.id, .principal = principal, .epoch = found.epoch}, scope);
}

Result<ImpersonationContext> Authority::impersonate(TenantId tenant, const Principal& principal,
                                                    const CrossingReason& reason,
                                                    const ImpersonationRequest& request,
                                                    const CallOptions& options) const {
  if (!is_scope(request.scope)) {
    return no_scope();
  }
  constexpr std::chrono::hours longest{24};
  if (request.duration < std::chrono::seconds{1} || request.duration > longest) {
    return Error{errc::invalid_argument, "an impersonation lasts 1 second to 24 hours"};
  }
  struct Recorded {
    std::int64_t record;
    std::int64_t epoch;
    Timestamp expires_at;
  };
  const std::string who = principal.to_string();
  BOOST_OUTCOME_TRY(
      const auto recorded,
      detail::control_write(
          *core()->backend(), options, [&](ControlSession& session) -> Result<Recorded> {
            BOOST_OUTCOME_TRY(const std::int64_t epoch, detail::find_active_epoch(session, tenant));
            const Timestamp now = session.now();
            const Timestamp expires_at = now + request.duration;
            BOOST_OUTCOME_TRY(auto statement, session.prepare(insert_impersonation_sql));
            statement->bind_int64(1, tenant.value());
            statement->bind_text(2, who);
            statement->bind_text(3, to_string(request.scope));
            statement->bind_text(4, to_string(reason.purpose()));
            statement->bind_text(5, reason.explanation());
            statement->bind_int64(6, now.microseconds());
            statement->bind_int64(7, expires_at.microseconds());
            BOOST_OUTCOME_TRY(const bool inserted, statement->step());
            const auto record = inserted ? statement->int64(0) : std::nullopt;
            if (!record) {
              return Error{errc::internal, "the record of an impersonation has no number"};
            }
            return Recorded{*record, epoch, expires_at};
          }));
  const auto context = ContextMint::mint(core()->backend()->realm(),
                                         detail::Grant{.tenant = tenant,
                                                       .principal = principal,
                                                       .epoch = recorded.epoch,
                                                       .kind = ContextKind::impersonation,
                                                       .expires_at = recorded.expires_at},
                                         request.scope);
  return ContextMint::mint_impersonation(context, reason, recorded.expires_at, recorded.record);
}

Result<CrossTenantContext> Authority::cross_tenants(const Principal& principal,
                                                    const CrossingReason& reason,
                                                    const CallOptions& options) const {
  const std::string who = principal.to_string();
  BOOST_OUTCOME_TRY(detail::control_write(
      *core()->backend(), options, [&](ControlSession& session) -> Result<void> {
        BOOST_OUTCOME_TRY(auto statement, session.prepare(insert_crossing_sql));
        statement->bind_text(1, who);
        statement->bind_text(2, to_string(reason.purpose()));
        statement->bind_text(3, reason.explanation());
        statement->bind_int64(4, session.now().microseconds());
        BOOST_OUTCOME_TRY(statement->step());
        return success();
      }));
  return ContextMint::mint_crossing(core()->backend()->realm(), principal, reason);
}

Result<void> Authority::for_each_tenant(
    const CrossTenantContext& crossing, Scope scope,
    detail::FunctionRef<Result<void>(const TenantContext&)> visit,
    const CallOptions& options) const {
  if (ContextMint::realm(crossing) != core()->backend()->realm()) {
    return Error{errc::foreign_context, "the permission was given by another store's authority"};
  }
  if (!is_scope(scope)) {
    return no_scope();
  }
  std::int64_t last = 0;
  while (true) {
    BOOST_OUTCOME_TRY(const auto tenant, next_active(*core()->backend(), options, last));
    if (!tenant) {
      return success();
    }
    last = tenant->id.value();
    const auto visited = visit(ContextMint::mint(
        core()->backend()->realm(),
        detail::Grant{
            .tenant = tenant->id, .principal = crossing.principal(), .epoch = tenant->epoch},
        scope));
    if (visited) {
      continue;
    }
    if (visited.error() != errc::tenant_not_active && visited.error() != errc::stale_context) {
      return visited.error();
    }
    // A tenant that was suspended since it was looked up is left out, like those before it. What
    // failed for another reason, such as a context of the visitor's own, is not.
    BOOST_OUTCOME_TRY(const bool is_as_it_was,
                      is_still(*core()->backend(), options, tenant->id, tenant->epoch));
    if (is_as_it_was) {
      return visited.error();
    }
  }
}

Result<IssuedAdministratorKey> Authority::issue_administrator_key(
    std::string_view name, const CallOptions& options) const {
  if (!detail::is_plain_line(name, 1, detail::max_key_name_length)) {
    return Error{errc::invalid_argument,
                 "a key's name is 1 to 100 bytes of UTF-8 without control characters"};
  }
  auto text = ApiKeyText::generate(detail::KeyHolder::administrator);
  const std::string id{text.id()};
  const Mac mac = detail::hash_api_key(core()->backend()->keys(), text.unsafe_text());
  BOOST_OUTCOME_TRY(detail::control_write(
      *core()->backend(), options, [&](ControlSession& session) -> Result<void> {
        BOOST_OUTCOME_TRY(auto statement, session.prepare(insert_administrator_sql));
        statement->bind_text(1, id);
        statement->bind_text(2, name);
        statement->bind_int64(3, mac.key_version);
        statement->bind_blob(4, mac.tag);
        statement->bind_int64(5, session.now().microseconds());
        BOOST_OUTCOME_TRY(statement->step());
        return success();
      }));
  return IssuedAdministratorKey{id, std::move(text).release()};
}

Result<std::int64_t> Authority::count_administrator_keys(const CallOptions& options) const {
  return detail::control_read(
      *core()->backend(), options, [](ControlSession& session) -> Result<std::int64_t> {
        BOOST_OUTCOME_TRY(auto statement, session.prepare(count_administrators_sql));
        BOOST_OUTCOME_TRY(statement->step());
        return statement->int64(0).value_or(0);
      });
}

HealthReport Authority::health(const HealthOptions& options) const {
  return detail::check_health(*core()->backend(), core()->host_steps(), options);
}

Result<BackupReport> Authority::backup(const std::filesystem::path& target,
                                       const BackupOptions& options) const {
  // The host's callback may drop the last handle of the store.
  const auto store = core()->backend();
  return store->backup(target, options);
}

}  // namespace tenancy::inline v0
