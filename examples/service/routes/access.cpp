#include "service/routes/access.hpp"

#include <string>

namespace tenantd {
namespace {

using tenancy::TenantId;

constexpr std::string_view scheme = "Bearer ";

Reply<std::string_view> bearer_key(const Request& request) {
  const HeaderLines lines = request.header("authorization");
  if (lines.count == 0) {
    return unauthenticated("The request has no key: send Authorization: Bearer KEY.");
  }
  if (lines.count > 1) {
    return Problem{400, "The request has more than one Authorization header."};
  }
  if (!equal_ignoring_case(lines.first.substr(0, scheme.size()), scheme)) {
    return unauthenticated("Keys are sent as Authorization: Bearer KEY.");
  }
  return trimmed(lines.first.substr(scheme.size()));
}

/// What is told says neither which tenant was named nor where; the operator learns where.
Problem disagreement(std::string_view place) {
  Problem problem{403, "The request names a tenant that it is not for."};
  problem.cause =
      tenancy::Error{tenancy::errc::access_denied,
                     std::string{place} + " names another tenant than the request is for"};
  return problem;
}

}  // namespace

Entrance::Entrance(const tenancy::Store& store, const tenancy::Authenticator& authenticator,
                   Powers powers, HostNames hosts, RequestsInFlight& in_flight)
    : store_{store},
      authenticator_{authenticator},
      powers_{std::move(powers)},
      hosts_{std::move(hosts)},
      in_flight_{in_flight} {}

Reply<tenancy::TenantContext> Entrance::enter_tenant(Call& call, tenancy::Scope needed) const {
  BOOST_OUTCOME_TRY(const auto key, bearer_key(call.request));
  BOOST_OUTCOME_TRY(auto context, authenticator_.with(call.limits).authenticate(key));
  call.tenant = context.tenant();
  call.permit.release();
  auto permit = in_flight_.admit(context.tenant());
  if (!permit) {
    Problem problem{429, "The tenant has too many requests in flight: wait for their answers."};
    problem.headers.push_back({"Retry-After", "1"});
    return problem;
  }
  call.permit = *std::move(permit);
  BOOST_OUTCOME_TRY(confirm(call, context.tenant(), call.query.find("tenant_id")));
  // The store refuses as well; asking first answers 403 before the body is looked at.
  if (!context.allows(needed)) {
    return Problem{tenancy::Error{tenancy::errc::access_denied, "the key's scope is too narrow"}};
  }
  return context;
}

Reply<tenancy::TenantRegistry> Entrance::enter_registry(const Call& call) const {
  BOOST_OUTCOME_TRY(const auto key, bearer_key(call.request));
  BOOST_OUTCOME_TRY(auto registry,
                    authenticator_.with(call.limits).authenticate_administrator(key));
  std::optional<TenantId> in_path;
  if (!call.parameters.empty()) {
    if (const auto id = TenantId::parse(call.parameter())) {
      in_path = id.value();
    }
  }
  BOOST_OUTCOME_TRY(confirm(call, in_path, nullptr));
  return registry;
}

Reply<void> Entrance::confirm(const Call& call, std::optional<TenantId> tenant,
                              const std::string* in_query) const {
  const HeaderLines lines = call.request.header("x-tenant-id");
  if (lines.count > 1) {
    return Problem{400, "The request has more than one X-Tenant-ID header."};
  }
  BOOST_OUTCOME_TRY(const bool agrees, agrees_with_host(call, tenant));
  if (!agrees) {
    return disagreement("the host");
  }
  const std::string own = tenant ? tenant->to_string() : std::string{};
  if (lines.count == 1 && (!tenant || trimmed(lines.first) != own)) {
    return disagreement("X-Tenant-ID");
  }
  if (in_query != nullptr && (!tenant || *in_query != own)) {
    return disagreement("tenant_id");
  }
  return boost::outcome_v2::success();
}

Reply<bool> Entrance::agrees_with_host(const Call& call, std::optional<TenantId> tenant) const {
  BOOST_OUTCOME_TRY(const auto named, hosts_.read(call.host));
  if (!named.names_tenant) {
    return true;
  }
  if (!named.slug || !tenant) {
    return false;
  }
  const auto found = powers_.has_slug(*tenant, *named.slug, call.limits);
  if (found) {
    return found.value();
  }
  if (found.error() != tenancy::errc::not_found) {
    return Problem{found.error()};
  }
  return false;
}

Reply<void> in_time(const Call& call) {
  if (tenancy::CallOptions::Clock::now() >= call.limits.deadline) {
    return Problem{
        tenancy::Error{tenancy::errc::deadline_exceeded, "the request waited for too long"}};
  }
  return boost::outcome_v2::success();
}

Reply<void> has_key(const Request& request) {
  BOOST_OUTCOME_TRY(const auto key, bearer_key(request));
  if (!tenancy::Authenticator::is_well_formed(key)) {
    return Problem{
        tenancy::Error{tenancy::errc::invalid_credential, "the text is not a key of any kind"}};
  }
  return boost::outcome_v2::success();
}

bool is_administrators(const Request& request) noexcept {
  constexpr std::string_view prefix = "tna_";
  const std::string_view value = request.header("authorization").first;
  return value.size() > scheme.size() && trimmed(value.substr(scheme.size())).starts_with(prefix);
}

}  // namespace tenantd
