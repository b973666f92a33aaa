#pragma once

#include <string_view>

#include "tenancy/core/scope.hpp"
#include "tenancy/registry/authenticator.hpp"

#include "service/http/router.hpp"

namespace tenantd {

/// The permission that a tenant's key stands for, when it allows that much.
///
/// Isolation: the tenant comes from the key alone. A tenant named in `X-Tenant-ID` or `tenant_id`
/// may confirm it and nothing else; naming another one is refused in the same words whether that
/// one exists or not.
/// Errors: 401 without a good key of a tenant; 403; 400 for a header that stands twice.
Reply<tenancy::TenantContext> enter_tenant(const tenancy::Authenticator& authenticator, Call& call,
                                           tenancy::Scope needed);

/// The answer of `run(const TenantContext&)` for that permission. When the tenant or the key turns
/// out to have changed since it was looked up, it is looked up once more.
template <class Run>
Reply<Response> answer_as_tenant(const tenancy::Authenticator& authenticator, Call& call,
                                 tenancy::Scope needed, Run run) {
  BOOST_OUTCOME_TRY(const auto context, enter_tenant(authenticator, call, needed));
  Reply<Response> reply = run(context);
  const bool is_stale = reply.has_error() && reply.error().cause &&
                        *reply.error().cause == tenancy::errc::stale_context;
  if (!is_stale) {
    return reply;
  }
  BOOST_OUTCOME_TRY(const auto fresh, enter_tenant(authenticator, call, needed));
  return run(fresh);
}

/// The registry for an administrator's key. Errors: 401.
Reply<tenancy::TenantRegistry> enter_registry(const tenancy::Authenticator& authenticator,
                                              const Call& call);

}  // namespace tenantd
