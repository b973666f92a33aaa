#include "service/requests_in_flight.hpp"

#include <utility>

namespace tenantd {

using tenancy::TenantId;

RequestsInFlight::Permit::Permit(Permit&& other) noexcept
    : counter_{std::exchange(other.counter_, nullptr)}, tenant_{other.tenant_} {}

RequestsInFlight::Permit& RequestsInFlight::Permit::operator=(Permit&& other) noexcept {
  if (this != &other) {
    release();
    counter_ = std::exchange(other.counter_, nullptr);
    tenant_ = other.tenant_;
  }
  return *this;
}

void RequestsInFlight::Permit::release() noexcept {
  if (RequestsInFlight* const counter = std::exchange(counter_, nullptr)) {
    counter->leave(*tenant_);
  }
}

std::optional<RequestsInFlight::Permit> RequestsInFlight::admit(TenantId tenant) {
  Shard& shard = shard_of(tenant);
  const std::lock_guard lock{shard.mutex};
  std::size_t& count = shard.counts[tenant];
  if (count >= most_) {
    return std::nullopt;
  }
  ++count;
  return Permit{*this, tenant};
}

void RequestsInFlight::leave(TenantId tenant) noexcept {
  Shard& shard = shard_of(tenant);
  const std::lock_guard lock{shard.mutex};
  const auto found = shard.counts.find(tenant);
  if (--found->second == 0) {
    shard.counts.erase(found);
  }
}

}  // namespace tenantd
