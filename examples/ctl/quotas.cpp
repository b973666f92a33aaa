#include "ctl/quotas.hpp"

#include <charconv>
#include <cstdint>
#include <string>
#include <system_error>

#include <CLI/App.hpp>

#include "ctl/quota_view.hpp"
#include "ctl/session.hpp"
#include "ctl/tenant_command.hpp"
#include "ctl/tenant_view.hpp"

namespace tenantctl {
namespace {

using tenancy::MetricName;
using tenancy::QuotaLimit;

struct Request {
  std::string tenant;
  std::string metric;
  std::string limit;
  std::string reason;
};

/// `unlimited`, or a number that all readers of JSON keep exactly. Errors: usage.
Outcome<QuotaLimit> parse_limit(std::string_view text) {
  constexpr std::int64_t greatest = (std::int64_t{1} << 53) - 1;
  if (text == "unlimited") {
    return QuotaLimit::unlimited();
  }
  std::int64_t amount = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, failure] = std::from_chars(text.data(), end, amount);
  if (failure != std::errc{} || stopped != end || amount < 0 || amount > greatest ||
      text.front() == '-') {
    return Failure::misused("A limit is a whole number from 0 to 9007199254740991, or unlimited.");
  }
  BOOST_OUTCOME_TRY(const auto limit, QuotaLimit::at_most(amount));
  return limit;
}

Outcome<void> print(Session& session, const QuotaRecord& quota) {
  session.output().result(to_json(quota), details(quota));
  return success();
}

Outcome<void> show_all(Session& session, const TenantRecord& tenant, QuotaDesk& desk) {
  BOOST_OUTCOME_TRY(const auto quotas, desk.list(tenant.id));
  Listing listing{session.output(), {"METRIC", "USED", "LIMIT", "UPDATED", "LAST RESET"}};
  for (const QuotaRecord& quota : quotas) {
    listing.add(to_json(quota), cells(quota));
  }
  listing.flush();
  listing.finish();
  if (listing.empty() && !session.output().json()) {
    session.output().notice("Nothing of " + tenant.slug.to_string() + " has been counted.", {});
  }
  return success();
}

Outcome<void> show(Session& session, const Request& request) {
  BOOST_OUTCOME_TRY(auto* const tenants, session.tenants());
  BOOST_OUTCOME_TRY(auto* const desk, session.quotas());
  if (request.metric.empty()) {
    BOOST_OUTCOME_TRY(const auto tenant, tenants->find(request.tenant));
    return show_all(session, tenant, *desk);
  }
  BOOST_OUTCOME_TRY(const auto metric, MetricName::parse(request.metric));
  BOOST_OUTCOME_TRY(const auto tenant, tenants->find(request.tenant));
  BOOST_OUTCOME_TRY(const auto quota, desk->find(tenant.id, metric));
  return print(session, quota);
}

Outcome<void> set(Session& session, const Request& request) {
  BOOST_OUTCOME_TRY(const auto metric, MetricName::parse(request.metric));
  BOOST_OUTCOME_TRY(const auto limit, parse_limit(request.limit));
  BOOST_OUTCOME_TRY(auto* const tenants, session.tenants());
  BOOST_OUTCOME_TRY(auto* const desk, session.quotas());
  BOOST_OUTCOME_TRY(const auto tenant, tenants->find(request.tenant));
  BOOST_OUTCOME_TRY(const auto quota, desk->set(tenant.id, metric, limit));
  return print(session, quota);
}

Outcome<void> reset(Session& session, const Request& request) {
  BOOST_OUTCOME_TRY(const auto metric, MetricName::parse(request.metric));
  BOOST_OUTCOME_TRY(auto* const tenants, session.tenants());
  BOOST_OUTCOME_TRY(auto* const desk, session.quotas());
  BOOST_OUTCOME_TRY(const auto tenant, tenants->find(request.tenant));
  BOOST_OUTCOME_TRY(const auto found, desk->find(tenant.id, metric));
  const std::string& slug = tenant.slug.to_string();
  BOOST_OUTCOME_TRY(session.confirm({"The " + found.metric + " of " + slug + " (" + tenant.name +
                                         "), of which " + std::to_string(found.used.value_or(0)) +
                                         " are used, are counted from 0 again.",
                                     slug}));
  BOOST_OUTCOME_TRY(const auto quota, desk->reset(tenant.id, metric, request.reason));
  return print(session, quota);
}

Outcome<void> list_resets(Session& session, const Request& request) {
  BOOST_OUTCOME_TRY(const auto metric, MetricName::parse(request.metric));
  BOOST_OUTCOME_TRY(auto* const tenants, session.tenants());
  BOOST_OUTCOME_TRY(const auto tenant, tenants->find(request.tenant));
  BOOST_OUTCOME_TRY(auto* const desk, session.store_quotas());
  BOOST_OUTCOME_TRY(const auto resets, desk->resets(tenant.id, metric));
  Listing listing{session.output(), {"NUMBER", "AT", "BY", "USED BEFORE", "REASON"}};
  for (const auto& each : resets) {
    listing.add(to_json(each), {std::to_string(each.number), short_time(each.at), each.principal,
                                std::to_string(each.used_before), each.reason});
  }
  listing.flush();
  listing.finish();
  if (listing.empty() && !session.output().json()) {
    session.output().notice("It was never reset.", {});
  }
  return success();
}

}  // namespace

void add_quota_commands(CLI::App& app, Command& chosen) {
  auto* const group =
      app.add_subcommand("quota", "What tenants use, and may use")->require_subcommand(1);
  const TenantCommands<Request> commands{*group, chosen};
  Request& request = commands.request();
  const char* const metric_help = "What is counted: deployments, workflows or executions";

  commands.add("show", "Show what a tenant uses and may use", show)
      ->add_option("METRIC", request.metric, metric_help);
  auto* command = commands.add("set", "Give a tenant a limit", set);
  command->add_option("METRIC", request.metric, metric_help)->required();
  command->add_option("LIMIT", request.limit, "A whole number, or unlimited")->required();
  command = commands.add("reset", "Count from 0 again", reset);
  command->add_option("METRIC", request.metric, metric_help)->required();
  command->add_option("--reason", request.reason, "Why, for the record")->required();
  command =
      commands.add("resets", "Show when it was reset, by whom and why", list_resets, Needs::store);
  command->add_option("METRIC", request.metric, metric_help)->required();
}

}  // namespace tenantctl
