#include "service/messaging/tenant_instances.hpp"

#include <algorithm>
#include <utility>

namespace tenantd {

using tenancy::TenantId;

TenantInstances::TenantInstances(std::unique_ptr<MessagingGateway> gateway, GatewayKeys keys,
                                 std::chrono::milliseconds time)
    : gateway_{std::move(gateway)}, keys_{std::move(keys)}, time_{time} {}

std::shared_ptr<TenantInstances::Place> TenantInstances::take_place() {
  return places_.try_acquire() ? std::make_shared<Place>(places_) : nullptr;
}

GatewayReply<Pairing> TenantInstances::make(TenantId tenant, const InstanceName& name,
                                            Deadline deadline) const {
  return make_with(keys_.tokens(tenant, name), name, earlier(deadline));
}

GatewayReply<Pairing> TenantInstances::pair(TenantId tenant, const InstanceName& name,
                                            Deadline deadline) const {
  const Tokens tokens = keys_.tokens(tenant, name);
  const Deadline end = earlier(deadline);
  auto own = connect_by_any(tokens, name, end);
  const bool may_be_missing = own.has_error() && (own.error().fault == GatewayFault::no_instance ||
                                                  own.error().fault == GatewayFault::key_refused);
  // Some gateways do not tell strangers which names they have.
  return may_be_missing ? make_with(tokens, name, end) : own;
}

GatewayReply<Pairing> TenantInstances::make_with(const Tokens& tokens, const InstanceName& name,
                                                 Deadline deadline) const {
  auto made = gateway_->create(name, tokens.front(), deadline);
  if (!made.has_error() || made.error().fault != GatewayFault::name_taken) {
    return made;
  }
  auto own = connect_by_any(tokens, name, deadline);
  if (own.has_error() && own.error().fault == GatewayFault::key_refused) {
    return made;
  }
  // A name that is taken by nothing is not taken: it refused for another reason.
  return own.has_error() && own.error().fault == GatewayFault::no_instance
             ? GatewayReply<Pairing>{GatewayFailure{GatewayFault::refused, made.error().status}}
             : own;
}

GatewayReply<Pairing> TenantInstances::connect_by_any(const Tokens& tokens,
                                                      const InstanceName& name,
                                                      Deadline deadline) const {
  GatewayReply<Pairing> last = GatewayFault::key_refused;
  for (const auto& token : tokens) {
    last = gateway_->connect(name, token, deadline);
    if (!last.has_error() || last.error().fault != GatewayFault::key_refused) {
      break;
    }
  }
  return last;
}

TenantInstances::Deadline TenantInstances::earlier(Deadline deadline) const {
  return std::min(deadline, MessagingGateway::Deadline::clock::now() + time_);
}

}  // namespace tenantd
