#pragma once

#include <string_view>

#include "tenancy/core/secret_bytes.hpp"

#include "service/messaging/gateway_failure.hpp"
#include "service/messaging/instance_name.hpp"
#include "service/messaging/pairing.hpp"

namespace tenantd {

// What a gateway's answers say, each read from its body. JSON is taken as strictly as from clients.
// Members that are not known are left alone; of those that are, a wrong one voids the answer.
// Isolation: a pairing holds texts of a gateway only as far as they can be nothing but what they
// should be: a code of letters and digits, a QR code's text of characters without a meaning in
// pages or terminals, a PNG in base64.
// Errors: `malformed`.

/// The answer to the creation of an instance of that name: it must say the name, and that the token
/// is the instance's.
[[nodiscard]] GatewayReply<Pairing> read_created(std::string_view body, const InstanceName& name,
                                                 const tenancy::SecretBytes& token);

/// The answer to a wish to connect the instance of that name.
[[nodiscard]] GatewayReply<Pairing> read_connected(std::string_view body, const InstanceName& name);

}  // namespace tenantd
