#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include "tenancy/core/scope.hpp"
#include "tenancy/registry/authenticator.hpp"
#include "tenancy/storage/store.hpp"

#include "service/host_names.hpp"
#include "service/powers.hpp"
#include "service/requests_in_flight.hpp"
#include "service/router.hpp"

namespace tenantd {

/// Where requests come in: by their keys, and only as long as nothing else that they say of a
/// tenant disagrees.
///
/// Isolation: the tenant comes from the key alone. A tenant that is named in `X-Tenant-ID`, in
/// `tenant_id` or by the host may confirm it and nothing else; naming another one is refused in the
/// same words whether that one exists or not.
/// Thread safety: thread-safe.
class Entrance {
 public:
  Entrance(const tenancy::Store& store, const tenancy::Authenticator& authenticator, Powers powers,
           HostNames hosts, RequestsInFlight& in_flight);

  [[nodiscard]] const tenancy::Store& store() const noexcept { return store_; }
  [[nodiscard]] const Powers& powers() const noexcept { return powers_; }

  /// The permission that a tenant's key stands for, when it allows that much.
  /// Errors: 401 without a good key of a tenant; 403; 400 for a header that stands twice; 421; 429
  /// when the tenant has as many requests in flight as it may.
  Reply<tenancy::TenantContext> enter_tenant(Call& call, tenancy::Scope needed) const;

  /// The registry for an administrator's key. A tenant that the request names must be the one in
  /// its path, if there is one. Errors: 400, 401, 403, 421.
  [[nodiscard]] Reply<tenancy::TenantRegistry> enter_registry(const Call& call) const;

 private:
  Reply<void> confirm(const Call& call, std::optional<tenancy::TenantId> tenant,
                      const std::string* in_query) const;
  Reply<bool> agrees_with_host(const Call& call, std::optional<tenancy::TenantId> tenant) const;

  tenancy::Store store_;
  tenancy::Authenticator authenticator_;
  Powers powers_;
  HostNames hosts_;
  RequestsInFlight& in_flight_;
};

/// Whether a request comes with what could be a key, without asking whether it is a good one.
/// Errors: as the `Entrance` gives without one: 401, and 400 for a header that stands twice.
[[nodiscard]] Reply<void> has_key(const Request& request);

/// Whether a request comes with what looks like an administrator's key.
[[nodiscard]] bool is_administrators(const Request& request) noexcept;

/// Whether there is a point in working on a request that has waited. Errors: 503 when the time that
/// it may take is over.
[[nodiscard]] Reply<void> in_time(const Call& call);

/// A tenant's rows, as an endpoint that reads them gets them.
struct TenantView {
  const tenancy::Store& store;
  const tenancy::TenantContext& context;
};

/// Adds endpoints for the keys of tenants.
///
/// Ownership: the endpoints borrow the entrance.
class TenantRoutes {
 public:
  TenantRoutes(Router& router, const Entrance& entrance) : router_{router}, entrance_{entrance} {}

  /// Answers with `run(view, call)`, a `Reply<Response>`.
  template <std::invocable<const TenantView&, const Call&> Run>
  void read(std::string_view pattern, Pace pace, Run run) {
    const Entrance& entrance = entrance_;
    // Whoever has no business here, or too much of it, is turned away before a worker is asked for.
    router_.add(
        "GET", pattern,
        {Pace::quick, [&entrance, pace, run](Call& call) -> Reply<Outcome> {
           BOOST_OUTCOME_TRY(const auto context, entrance.enter_tenant(call, tenancy::Scope::read));
           if (pace == Pace::slow) {
             return Outcome{PendingWork{[&entrance, context, run](Call& later) -> Reply<Outcome> {
               BOOST_OUTCOME_TRY(auto response,
                                 run(TenantView{entrance.store(), context}, std::as_const(later)));
               return Outcome{std::move(response)};
             }}};
           }
           BOOST_OUTCOME_TRY(auto response,
                             run(TenantView{entrance.store(), context}, std::as_const(call)));
           return Outcome{std::move(response)};
         }});
  }

  /// Makes the write that `prepare(context, call)`, a `Reply<WriteUnit>`, comes to.
  template <std::invocable<const tenancy::TenantContext&, const Call&> Prepare>
  void write(std::string_view method, std::string_view pattern, Prepare prepare) {
    router_.add(
        method, pattern,
        {Pace::quick, [&entrance = entrance_, prepare](Call& call) -> Reply<Outcome> {
           BOOST_OUTCOME_TRY(auto context, entrance.enter_tenant(call, tenancy::Scope::write));
           if (call.request.body.size() > max_quick_body) {
             return Outcome{PendingWork{[context, prepare](Call& later) -> Reply<Outcome> {
               BOOST_OUTCOME_TRY(in_time(later));
               BOOST_OUTCOME_TRY(auto unit, prepare(context, std::as_const(later)));
               return Outcome{PendingWrite{context, std::move(unit)}};
             }}};
           }
           BOOST_OUTCOME_TRY(auto unit, prepare(std::as_const(context), std::as_const(call)));
           return Outcome{PendingWrite{context, std::move(unit)}};
         }});
  }

 private:
  /// A larger body takes too long to parse for a thread that serves sockets.
  static constexpr std::size_t max_quick_body = 16 * 1024;

  Router& router_;
  const Entrance& entrance_;
};

}  // namespace tenantd
