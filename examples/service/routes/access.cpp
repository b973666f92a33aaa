#include "service/routes/access.hpp"

namespace tenantd {
namespace {

constexpr std::string_view scheme = "Bearer ";

Reply<std::string_view> bearer_key(const Request& request) {
  const auto values = request.header_values("authorization");
  if (values.empty()) {
    return unauthenticated("The request has no key: send Authorization: Bearer KEY.");
  }
  if (values.size() > 1) {
    return Problem{400, "The request has more than one Authorization header."};
  }
  if (!equal_ignoring_case(values.front().substr(0, scheme.size()), scheme)) {
    return unauthenticated("Keys are sent as Authorization: Bearer KEY.");
  }
  return trimmed(values.front().substr(scheme.size()));
}

Reply<void> confirm_tenant(const Call& call, tenancy::TenantId tenant) {
  const std::string own = tenant.to_string();
  const std::string* const in_query = call.query.find("tenant_id");
  bool agrees = in_query == nullptr || *in_query == own;
  for (const std::string_view in_header : call.request.header_values("x-tenant-id")) {
    agrees = agrees && in_header == own;
  }
  if (!agrees) {
    return Problem{403, "The request names a tenant that the key does not belong to."};
  }
  return boost::outcome_v2::success();
}

}  // namespace

Reply<tenancy::TenantContext> enter_tenant(const tenancy::Authenticator& authenticator, Call& call,
                                           tenancy::Scope needed) {
  BOOST_OUTCOME_TRY(const auto key, bearer_key(call.request));
  BOOST_OUTCOME_TRY(auto context, authenticator.with(call.limits).authenticate(key));
  call.tenant = context.tenant();
  BOOST_OUTCOME_TRY(confirm_tenant(call, context.tenant()));
  // The store refuses as well; asking first answers 403 before the body is looked at.
  if (!context.allows(needed)) {
    return Problem{tenancy::Error{tenancy::errc::access_denied, "the key's scope is too narrow"}};
  }
  return context;
}

Reply<tenancy::TenantRegistry> enter_registry(const tenancy::Authenticator& authenticator,
                                              const Call& call) {
  BOOST_OUTCOME_TRY(const auto key, bearer_key(call.request));
  BOOST_OUTCOME_TRY(auto registry, authenticator.with(call.limits).authenticate_administrator(key));
  return registry;
}

}  // namespace tenantd
