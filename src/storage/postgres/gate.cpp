#include "storage/postgres/gate.hpp"

#include "tenancy/core/detail/context_reader.hpp"

#include "storage/postgres/transaction.hpp"

namespace tenancy::inline v0::detail::postgres {
namespace {

// What is no number cannot be made one: a tenant that is not found fails the statement. A write
// keeps the tenant's row from changing until it ends, so that none is committed behind a suspension
// that has been.
#define TENANCY_SET_TENANT(found)                             \
  "SELECT set_config('tenancy.tenant', CAST(coalesce((" found \
  "), 'tenancy: not admitted') AS bigint)::text, true), set_config('statement_timeout', $1, true)"
#define TENANCY_TENANT                               \
  "SELECT t.tenant_id::text FROM tenancy_tenants t " \
  "WHERE t.tenant_id = $2 AND t.status = 'active' AND t.epoch = $3"
#define TENANCY_CREDENTIAL(expires_at)                                                 \
  "SELECT t.tenant_id::text FROM tenancy_api_keys k "                                  \
  "JOIN tenancy_tenants t ON t.tenant_id = k.tenant_id "                               \
  "WHERE t.tenant_id = $2 AND t.status = 'active' AND t.epoch = $3 AND k.key_id = $4 " \
  "AND k.tenant_id = $2 AND k.revoked_at IS NULL AND k.expires_at " expires_at
#define TENANCY_HELD " FOR SHARE OF t"

/// The texts of a question, for reading and for writing.
struct Texts {
  StaticSql reading;
  StaticSql writing;
};

constexpr Texts of_tenant{{TENANCY_SET_TENANT(TENANCY_TENANT)},
                          {TENANCY_SET_TENANT(TENANCY_TENANT TENANCY_HELD)}};
constexpr Texts of_credential{{TENANCY_SET_TENANT(TENANCY_CREDENTIAL("IS NULL"))},
                              {TENANCY_SET_TENANT(TENANCY_CREDENTIAL("IS NULL") TENANCY_HELD)}};
constexpr Texts of_expiring{{TENANCY_SET_TENANT(TENANCY_CREDENTIAL("= $5"))},
                            {TENANCY_SET_TENANT(TENANCY_CREDENTIAL("= $5") TENANCY_HELD)}};
/// Before the row is held: a lock that is granted in turn. Rows are not: who shares one is let past
/// who waits to change it, and a tenant that writes all the time would never be suspended. A write
/// that has waited here for a change has its view of before, and is run again.
constexpr StaticSql queue_sql{"SELECT pg_catalog.pg_advisory_xact_lock_shared($1)"};
constexpr StaticSql status_sql{
    "SELECT status = 'active' FROM tenancy_tenants WHERE tenant_id = ?1"};

}  // namespace

Gate::Gate(const TenantContext& context, bool writes, std::chrono::milliseconds time_left)
    : context_{context},
      writes_{writes},
      tenant_{std::to_string(context.tenant().value())},
      epoch_{std::to_string(context.epoch())},
      time_left_{std::to_string(time_left.count())} {
  if (const auto expires_at = context.expires_at()) {
    expires_at_ = std::to_string(expires_at->microseconds());
  }
}

void Gate::add_to(Connection& connection) const {
  const auto text_of = [this](const Texts& texts) -> const StaticSql& {
    return writes_ ? texts.writing : texts.reading;
  };
  if (writes_) {
    connection.add(queue_sql, {tenant_});
  }
  const auto& credential = ContextReader::credential(context_);
  if (!credential) {
    connection.add(text_of(of_tenant), {time_left_, tenant_, epoch_});
    return;
  }
  const std::string_view key{credential->data(), credential->size()};
  if (expires_at_.empty()) {
    connection.add(text_of(of_credential), {time_left_, tenant_, epoch_, key});
  } else {
    connection.add(text_of(of_expiring), {time_left_, tenant_, epoch_, key, expires_at_});
  }
}

Error Gate::why_refused(Connection& connection, const TenantContext& context,
                        const IoLimits& limits) {
  ContextReader::mark_stale(context);
  Transaction asking{connection, Transaction::Form::single, limits, enter_as_it_is};
  auto& statement = connection.statement(status_sql);
  statement.take(asking);
  const StatementLease lease{statement};
  statement.bind_int64(1, context.tenant().value());
  const auto found = statement.step();
  if (!found) {
    return found.error();
  }
  if (found.value() && statement.int64(0) == std::int64_t{0}) {
    return Error{errc::tenant_not_active,
                 "tenant " + context.tenant().to_string() + " is not active"};
  }
  return Error{errc::stale_context,
               "the status of tenant " + context.tenant().to_string() +
                   ", or the credential, changed since this context was made: authenticate or "
                   "enter again"};
}

}  // namespace tenancy::inline v0::detail::postgres
