#include "tenancy/registry/authority.hpp"

#include <string>
#include <utility>

#include "tenancy/core/record_id.hpp"

#include "core/context_mint.hpp"
#include "core/text.hpp"
#include "registry/api_key_rows.hpp"
#include "registry/api_key_text.hpp"
#include "registry/crossing_log.hpp"
#include "registry/health.hpp"
#include "registry/registry_core.hpp"
#include "registry/tenant_rows.hpp"
#include "registry/tenant_visits.hpp"

namespace tenancy::inline v0 {
namespace {

using detail::ApiKeyText;
using detail::ContextMint;
using detail::ControlSession;
using detail::StaticSql;

constexpr StaticSql insert_impersonation_sql{
    "INSERT INTO tenancy_impersonations (tenant_id, principal, scope, purpose, explanation, "
    "created_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) RETURNING impersonation_id"};
constexpr StaticSql insert_administrator_sql{
    "INSERT INTO tenancy_administrator_keys (key_id, name, key_version, hash, created_at) "
    "VALUES (?1, ?2, ?3, ?4, ?5)"};
constexpr StaticSql count_administrators_sql{"SELECT count(*) FROM tenancy_administrator_keys"};

Error no_scope() { return Error{errc::invalid_argument, "the number is none of the scopes"}; }

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
  const auto& backend = *core()->backend();
  const auto& log = core()->crossing_log();
  const Timestamp now = backend.clock().now();
  const CrossingRecord record{
      make_record_id(now), CrossingUse::permission, {}, principal, reason, now};
  BOOST_OUTCOME_TRY(log->record(record, options));
  return ContextMint::mint_crossing(backend.realm(), record, log);
}

Result<TenantVisitReport> Authority::for_each_tenant(
    const CrossTenantContext& crossing,
    detail::FunctionRef<Result<void>(const TenantContext&)> visit,
    const TenantVisitOptions& options) const {
  // The host's code may drop the last handle of the store.
  const auto store = core()->backend();
  return detail::visit_tenants(*store, crossing, options, visit);
}

Maintenance Authority::maintenance(const CrossTenantContext& crossing) const {
  return Maintenance{core()->backend(), crossing};
}

Result<Page<CrossingRecord>> Authority::crossings(const PageRequest& request,
                                                  const CallOptions& options) const {
  return detail::list_crossings(*core()->backend(), request, options);
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
