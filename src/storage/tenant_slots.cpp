#include "storage/tenant_slots.hpp"

#include <utility>

namespace tenancy::inline v0::detail {

TenantSlots::Slot::Slot(Slot&& other) noexcept
    : slots_{std::exchange(other.slots_, nullptr)}, tenant_{other.tenant_} {}

TenantSlots::Slot::~Slot() {
  // In a child, another thread may have held the lock.
  if (slots_ != nullptr && slots_->process_.in_same_process()) {
    slots_->give_back(tenant_);
  }
}

Result<TenantSlots::Slot> TenantSlots::acquire(TenantId tenant, const CallLimits& limits) {
  std::unique_lock lock{mutex_};
  const auto is_available = [&] {
    const auto found = taken_.find(tenant.value());
    return found == taken_.end() || found->second < each_;
  };
  if (!is_available() &&
      !freed_.wait_until(lock, limits.stop(), limits.wait_until(), is_available)) {
    return limits.wait_ended(errc::overloaded, "other queries of the tenant");
  }
  ++taken_[tenant.value()];
  return Slot{*this, tenant};
}

void TenantSlots::give_back(TenantId tenant) noexcept {
  const std::scoped_lock lock{mutex_};
  const auto found = taken_.find(tenant.value());
  if (--found->second == 0) {
    taken_.erase(found);
  }
  freed_.notify_all();
}

}  // namespace tenancy::inline v0::detail
