#include "storage/fair_turns.hpp"

#include <utility>

namespace tenancy::inline v0::detail {

FairTurns::Turn::Turn(FairTurns& turns, std::unique_ptr<Waiter> waiter) noexcept
    : turns_{&turns}, waiter_{std::move(waiter)} {}

FairTurns::Turn::~Turn() {
  if (waiter_ == nullptr) {
    return;
  }
  if (turns_->process_.in_same_process()) {
    turns_->give_back(*waiter_);
  } else {
    waiter_->forget_queue_of_parent();
  }
}

FairTurns::FairTurns(std::size_t size, std::size_t max_waiting_per_tenant,
                     unsigned max_share_percent)
    : size_{size},
      queue_{{.quantum = std::chrono::microseconds{200},
              .max_waiting_per_tenant = max_waiting_per_tenant,
              .capacity = size,
              .max_share_percent = max_share_percent}} {}

FairTurns::Use FairTurns::use() const {
  const std::scoped_lock lock{mutex_};
  return {size_, taken_, queue_.waiting()};
}

Result<FairTurns::Turn> FairTurns::acquire(std::optional<TenantId> tenant, std::uint32_t weight,
                                           const CallLimits& limits) {
  auto waiter = std::make_unique<Turn::Waiter>();
  {
    std::unique_lock lock{mutex_};
    BOOST_OUTCOME_TRY(queue_.push(tenant, *waiter, weight));
    pass_on();
    if (!waiter->has_turn) {
      waiter->called.wait_until(lock, limits.stop(), limits.wait_until(),
                                [&] { return waiter->has_turn; });
    }
    if (!waiter->has_turn) {
      queue_.remove(*waiter);
      return limits.wait_ended(errc::overloaded, "a connection");
    }
  }
  return Turn{*this, std::move(waiter)};
}

void FairTurns::give_back(Turn::Waiter& waiter) noexcept {
  const std::scoped_lock lock{mutex_};
  queue_.finish(waiter, std::chrono::steady_clock::now() - waiter.since);
  --taken_;
  pass_on();
}

void FairTurns::pass_on() noexcept {
  while (taken_ < size_) {
    Turn::Waiter* const next = queue_.pop();
    if (next == nullptr) {
      return;
    }
    ++taken_;
    next->has_turn = true;
    next->since = std::chrono::steady_clock::now();
    next->called.notify_one();
  }
}

}  // namespace tenancy::inline v0::detail
