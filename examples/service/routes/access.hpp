#pragma once

#include <string_view>
#include <utility>

#include "tenancy/core/scope.hpp"
#include "tenancy/registry/authenticator.hpp"
#include "tenancy/storage/store.hpp"

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

/// Adds endpoints that answer tenants' keys with `run(store, context, call)`.
class TenantRoutes {
 public:
  TenantRoutes(Router& router, const tenancy::Store& store,
               const tenancy::Authenticator& authenticator)
      : router_{router}, store_{store}, authenticator_{authenticator} {}

  template <class Run>
  void add(std::string_view method, std::string_view pattern, tenancy::Scope needed, Run run) {
    router_.add(method, pattern,
                [store = store_, authenticator = authenticator_, needed,
                 run](Call& call) -> Reply<Response> {
                  return answer_as_tenant(authenticator, call, needed,
                                          [&](const tenancy::TenantContext& context) {
                                            return run(store, context, std::as_const(call));
                                          });
                });
  }

 private:
  Router& router_;
  tenancy::Store store_;
  tenancy::Authenticator authenticator_;
};

/// The registry for an administrator's key. Errors: 401.
Reply<tenancy::TenantRegistry> enter_registry(const tenancy::Authenticator& authenticator,
                                              const Call& call);

}  // namespace tenantd
