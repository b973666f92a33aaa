#pragma once

#include "service/http/json_text.hpp"
#include "service/http/problem.hpp"
#include "service/messaging/gateway_failure.hpp"
#include "service/messaging/instance_name.hpp"
#include "service/messaging/pairing.hpp"

namespace tenantd {

/// An instance, and what it is paired with where there is something.
JsonText messaging_json(const InstanceName& instance, const Pairing& pairing);

/// What a fault of the gateway is to clients: 409 for a name that is taken, 504 for no answer in
/// time, 502 for everything else.
Problem to_problem(GatewayFault fault);

}  // namespace tenantd
