#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <semaphore>

#include "tenancy/core/tenant_id.hpp"

#include "service/messaging/gateway_keys.hpp"
#include "service/messaging/messaging_gateway.hpp"

namespace tenantd {

/// The messaging instances of tenants: makes those that are missing, and gets what they are paired
/// with.
///
/// Isolation: an instance is a tenant's when it has the token that is derived for that tenant and
/// name. The data of any other instance is never asked for, whatever it is called and whoever made
/// it.
/// Thread safety: thread-safe.
class TenantInstances {
 public:
  using Deadline = MessagingGateway::Deadline;

  /// How many requests may wait for the gateway at once: one that hangs must not fill the service.
  static constexpr std::ptrdiff_t most_at_once = 16;

  /// What the gateway may take for one request of a client's, all in all.
  TenantInstances(std::unique_ptr<MessagingGateway> gateway, GatewayKeys keys,
                  std::chrono::milliseconds time);

  /// A request's place among those, until it is destroyed.
  class Place {
   public:
    explicit Place(std::counting_semaphore<most_at_once>& places) noexcept : places_{places} {}
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    ~Place() { places_.release(); }

   private:
    std::counting_semaphore<most_at_once>& places_;
  };

  /// Null when all are taken.
  std::shared_ptr<Place> take_place();

  /// Makes the tenant's instance. One that is the tenant's already is as good: an answer may have
  /// been lost. Errors: `name_taken` when one of that name is not the tenant's; `key_refused` for
  /// the platform's key; those of every call, see `MessagingGateway`.
  GatewayReply<Pairing> make(tenancy::TenantId tenant, const InstanceName& name,
                             Deadline deadline) const;

  /// Fresh data to pair the tenant's instance with, which is made if it is missing. Errors: as
  /// above.
  GatewayReply<Pairing> pair(tenancy::TenantId tenant, const InstanceName& name,
                             Deadline deadline) const;

 private:
  using Tokens = std::vector<tenancy::SecretBytes>;

  GatewayReply<Pairing> make_with(const Tokens& tokens, const InstanceName& name,
                                  Deadline deadline) const;
  GatewayReply<Pairing> connect_by_any(const Tokens& tokens, const InstanceName& name,
                                       Deadline deadline) const;
  [[nodiscard]] Deadline earlier(Deadline deadline) const;

  std::unique_ptr<MessagingGateway> gateway_;
  GatewayKeys keys_;
  std::chrono::milliseconds time_;
  std::counting_semaphore<most_at_once> places_{most_at_once};
};

}  // namespace tenantd
