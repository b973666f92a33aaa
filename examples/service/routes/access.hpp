#pragma once

#include <concepts>
#include <string_view>
#include <type_traits>
#include <utility>

#include "tenancy/core/scope.hpp"
#include "tenancy/registry/authenticator.hpp"
#include "tenancy/storage/store.hpp"

#include "service/router.hpp"

namespace tenantd {

/// The permission that a tenant's key stands for, when it allows that much.
///
/// Isolation: the tenant comes from the key alone. A tenant named in `X-Tenant-ID` or `tenant_id`
/// may confirm it and nothing else; naming another one is refused in the same words whether that
/// one exists or not.
/// Errors: 401 without a good key of a tenant; 403; 400 for a header that stands twice.
Reply<tenancy::TenantContext> enter_tenant(const tenancy::Authenticator& authenticator, Call& call,
                                           tenancy::Scope needed);

/// The registry for an administrator's key. Errors: 401.
Reply<tenancy::TenantRegistry> enter_registry(const tenancy::Authenticator& authenticator,
                                              const Call& call);

/// A tenant's rows, as an endpoint that reads them gets them.
struct TenantView {
  const tenancy::Store& store;
  const tenancy::TenantContext& context;
};

/// Adds endpoints for the keys of tenants.
class TenantRoutes {
 public:
  TenantRoutes(Router& router, const tenancy::Store& store,
               const tenancy::Authenticator& authenticator)
      : router_{router}, store_{store}, authenticator_{authenticator} {}

  /// Answers with `run(view, call)`, a `Reply<Response>`.
  template <std::invocable<const TenantView&, const Call&> Run>
  void read(std::string_view pattern, Pace pace, Run run) {
    router_.add(
        "GET", pattern,
        {pace, [store = store_, authenticator = authenticator_, run](Call& call) -> Reply<Outcome> {
           BOOST_OUTCOME_TRY(const auto context,
                             enter_tenant(authenticator, call, tenancy::Scope::read));
           BOOST_OUTCOME_TRY(auto response, run(TenantView{store, context}, std::as_const(call)));
           return Outcome{std::move(response)};
         }});
  }

  /// Makes the write that `prepare(context, call)`, a `Reply<WriteUnit>`, comes to.
  template <std::invocable<const tenancy::TenantContext&, const Call&> Prepare>
  void write(std::string_view method, std::string_view pattern, Prepare prepare) {
    router_.add(
        method, pattern,
        {Pace::quick, [authenticator = authenticator_, prepare](Call& call) -> Reply<Outcome> {
           BOOST_OUTCOME_TRY(auto context,
                             enter_tenant(authenticator, call, tenancy::Scope::write));
           BOOST_OUTCOME_TRY(auto unit, prepare(std::as_const(context), std::as_const(call)));
           return Outcome{PendingWrite{context, std::move(unit)}};
         }});
  }

 private:
  Router& router_;
  tenancy::Store store_;
  tenancy::Authenticator authenticator_;
};

}  // namespace tenantd
