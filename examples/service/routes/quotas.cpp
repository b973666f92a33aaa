#include "service/routes/quotas.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "service/http/entity_tag.hpp"
#include "service/http/fields.hpp"
#include "service/http/reply.hpp"
#include "service/quotas.hpp"
#include "service/routes/registry_endpoint.hpp"

namespace tenantd {
namespace {

using tenancy::QuotaUsage;
using tenancy::TenantId;

constexpr std::string_view collection = "/api/tenants/{id}/quotas";
constexpr std::string_view item = "/api/tenants/{id}/quotas/{metric}";

Problem nothing_of_that_name() {
  return Problem{tenancy::Error{tenancy::errc::not_found,
                                "the key sees no tenant of that id, or there is no such metric"}};
}

std::optional<std::string_view> reason_rule(std::string_view text) {
  if (text.empty() || text.size() > tenancy::Quota::max_reason_length ||
      has_control_character(text)) {
    return "must be 1 to 500 bytes without control characters";
  }
  return std::nullopt;
}

JsonText to_json(Metric metric, const QuotaUsage& usage) {
  JsonText json;
  json.member("metric", name_of(metric))
      .member("used", usage.used)
      .member("limit",
              usage.limit.is_unlimited() ? std::nullopt : std::optional{usage.limit.amount()})
      .member("updated_at", usage.updated_at)
      .member("last_reset_at", usage.last_reset_at);
  return json;
}

Response show_all(const TenantQuotas& quotas, TenantId tenant) {
  std::string list{'['};
  for (const auto& [metric, usage] : quotas) {
    list.append(list.size() > 1 ? "," : "").append(to_json(metric, usage).take());
  }
  JsonText json;
  json.raw_member("quotas", list += ']');
  return ok(std::move(json), tenant);
}

/// An answer for an administrator, to whom it is the tenant that stands against it, not the key.
Problem refused(tenancy::Error error) {
  Problem problem{std::move(error)};
  if (problem.cause == tenancy::errc::tenant_not_active) {
    problem.status = 409;
  }
  return problem;
}

Reply<TenantId> tenant_in_path(const Call& call) {
  auto id = TenantId::parse(call.parameter());
  if (!id) {
    return nothing_of_that_name();
  }
  return id.value();
}

Reply<Metric> metric_in_path(const Call& call) {
  const auto metric = find_named<Metric>(call.parameter(1));
  if (!metric) {
    return nothing_of_that_name();
  }
  return *metric;
}

Reply<Response> list_for_administrator(const Entrance& entrance, Call& call) {
  BOOST_OUTCOME_TRY(const auto registry, entrance.enter_registry(call));
  BOOST_OUTCOME_TRY(call.query.allow_only({}));
  BOOST_OUTCOME_TRY(const auto id, tenant_in_path(call));
  auto quotas = entrance.powers().look_at_quotas(id, registry.principal(), call.limits);
  if (!quotas) {
    return refused(std::move(quotas).error());
  }
  call.tenant = id;
  return show_all(quotas.value(), id);
}

/// The quotas of one tenant, by its own keys or an administrator's.
Endpoint list_endpoint(const Entrance& entrance) {
  // Where counting has not begun, rows are counted, which takes its time.
  return {Pace::quick, [&entrance](Call& call) -> Reply<Outcome> {
            if (is_administrators(call.request)) {
              return Outcome{PendingWork{[&entrance](Call& later) -> Reply<Outcome> {
                BOOST_OUTCOME_TRY(auto response, list_for_administrator(entrance, later));
                return Outcome{std::move(response)};
              }}};
            }
            BOOST_OUTCOME_TRY(const auto context,
                              entrance.enter_tenant(call, tenancy::Scope::read));
            BOOST_OUTCOME_TRY(call.query.allow_only({"tenant_id"}));
            if (call.parameter() != context.tenant().to_string()) {
              return nothing_of_that_name();
            }
            return Outcome{PendingWork{[&entrance, context](Call& later) -> Reply<Outcome> {
              BOOST_OUTCOME_TRY(const auto quotas,
                                read_quotas(entrance.store(), context, later.limits));
              return Outcome{show_all(quotas, context.tenant())};
            }}};
          }};
}

/// A change that an administrator makes to a quota: `read(fields)` gives a `QuotaChange` and notes
/// what is wrong with the body.
template <class Read>
Endpoint changing(const Entrance& entrance, Read read) {
  return registry_endpoint(
      entrance,
      [&entrance, read](const tenancy::TenantRegistry& registry, Call& call) -> Reply<Response> {
        BOOST_OUTCOME_TRY(call.query.allow_only({}));
        BOOST_OUTCOME_TRY(const auto id, tenant_in_path(call));
        BOOST_OUTCOME_TRY(const auto metric, metric_in_path(call));
        BOOST_OUTCOME_TRY(const auto seen, required_version(call.request));
        BOOST_OUTCOME_TRY(auto fields, Fields::read(call.request, {"application/json"}));
        const QuotaChange change = read(fields);
        BOOST_OUTCOME_TRY(fields.finish());
        if (seen) {
          // Counts have no tags, which would change with each use: none can be the present one.
          return Problem{
              tenancy::Error{tenancy::errc::version_conflict, "a quota has no entity tag"}};
        }
        auto usage =
            entrance.powers().change_quota(id, metric, change, registry.principal(), call.limits);
        if (!usage) {
          if (usage.error() == tenancy::errc::invalid_argument) {
            // The library's rule is stricter in rare characters than the one above.
            Problem problem = invalid_fields({{"reason", "has characters that it must not have"}});
            problem.cause = std::move(usage).error();
            return problem;
          }
          return refused(std::move(usage).error());
        }
        call.tenant = id;
        return ok(to_json(metric, usage.value()), id);
      });
}

QuotaChange read_limit(Fields& fields) {
  const auto amount = fields.required_count_or_null("limit");
  if (!amount || !*amount) {
    return tenancy::QuotaLimit::unlimited();
  }
  return tenancy::QuotaLimit::at_most(**amount).value();
}

QuotaChange read_reset(Fields& fields) {
  return QuotaReset{fields.required_text("reason", reason_rule).value_or("")};
}

}  // namespace

void add_quota_routes(Router& router, const Entrance& entrance) {
  router.add("GET", collection, list_endpoint(entrance));
  router.add("PUT", item, changing(entrance, read_limit));
  router.add("POST", std::string{item} + "/reset", changing(entrance, read_reset));
}

}  // namespace tenantd
