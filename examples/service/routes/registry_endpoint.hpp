#pragma once

#include <utility>

#include "tenancy/registry/tenant_registry.hpp"

#include "service/routes/access.hpp"

namespace tenantd {

/// The registry for a request of an administrator's. Errors: as `Entrance::enter_registry`; 400 for
/// an `Idempotency-Key`, which is not kept for these requests.
Reply<tenancy::TenantRegistry> enter_registry_once(const Entrance& entrance, const Call& call);

/// An endpoint for administrators' keys that answers with `run(registry, call)`, which is a
/// `Reply<Response>` or a `Reply<Outcome>`. It is slow: the registry's calls wait for their turn to
/// write, or read many rows.
///
/// Ownership: it borrows the entrance.
template <class Run>
Endpoint registry_endpoint(const Entrance& entrance, Run run) {
  return {Pace::slow, [&entrance, run](Call& call) -> Reply<Outcome> {
            BOOST_OUTCOME_TRY(const auto registry, enter_registry_once(entrance, call));
            BOOST_OUTCOME_TRY(auto outcome, run(registry, call));
            return Outcome{std::move(outcome)};
          }};
}

}  // namespace tenantd
