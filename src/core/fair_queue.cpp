#include "tenancy/core/fair_queue.hpp"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "core/round_wheel.hpp"

namespace tenancy::inline v0::detail {
namespace {

/// What a tenant can owe, in quanta of its weight.
constexpr std::int64_t max_debt = 4000;
static_assert(max_debt < static_cast<std::int64_t>(RoundWheel::horizon));

constexpr std::chrono::nanoseconds max_quantum = std::chrono::minutes{10};
constexpr std::int64_t max_weight = 1000;
static_assert(max_quantum.count() <
              std::numeric_limits<std::int64_t>::max() / max_weight / (max_debt + 2));

/// The host itself; tenants' ids are positive.
constexpr std::int64_t host = 0;

constexpr std::int64_t not_charged = -1;

/// A running mean over about so many items.
constexpr std::int64_t mean_over = 8;

/// Flows that a round takes in while it is under way, however few there are.
constexpr std::size_t min_newcomers = 16;

/// Tenants that are away and owe.
constexpr std::size_t max_resting = 65'536;

/// Flows kept for the next tenant instead of being freed.
constexpr std::size_t max_spare = 1024;

}  // namespace

/// One tenant: its items in their order, and its account.
struct FairQueueFlow : RoundWheelEntry {
  void append(FairQueueItem& item) noexcept {
    item.flow_ = this;
    item.charged_ = not_charged;
    item.previous_ = last;
    item.next_ = nullptr;
    (last != nullptr ? last->next_ : front) = &item;
    last = &item;
    ++waiting;
  }

  void take_out(FairQueueItem& item) noexcept {
    (item.previous_ != nullptr ? item.previous_->next_ : front) = item.next_;
    (item.next_ != nullptr ? item.next_->previous_ : last) = item.previous_;
    --waiting;
  }

  FairQueueItem* front = nullptr;
  FairQueueItem* last = nullptr;
  std::size_t waiting = 0;
  std::size_t in_service = 0;
  RoundWheel* wheel = nullptr;  ///< Where it lies while items of it wait.
  std::int64_t balance = 0;     ///< Nanoseconds; owed when negative.
  std::uint64_t round = 0;      ///< Up to which the balance is counted.
  std::int64_t share = 0;       ///< Quantum times weight.
  std::int64_t mean = 0;        ///< Of what its items cost.
  std::int64_t id = host;
  std::unique_ptr<FairQueueFlow> chain = nullptr;  ///< The next in the same place of the table.
};

namespace {

/// Flows by tenant: a table of chains through the flows themselves, since whoever looks a flow up
/// reads it next anyway.
class FlowTable {
 public:
  [[nodiscard]] FairQueueFlow* find(std::int64_t id) const noexcept {
    FairQueueFlow* flow = places_[place_of(id)].get();
    while (flow != nullptr && flow->id != id) {
      flow = flow->chain.get();
    }
    return flow;
  }

  /// Adds a flow for a tenant that has none. It has all values of a fresh one but the id.
  FairQueueFlow& add(std::int64_t id) {
    if (size_ == places_.size()) {
      grow();
    }
    std::unique_ptr<FairQueueFlow> flow = std::move(spare_);
    if (flow != nullptr) {
      spare_ = std::move(flow->chain);
      --spares_;
    } else {
      flow = std::make_unique<FairQueueFlow>();
    }
    flow->id = id;
    ++size_;
    return chain(places_, std::move(flow));
  }

  void erase(FairQueueFlow& flow) noexcept {
    std::unique_ptr<FairQueueFlow>* link = &places_[place_of(flow.id)];
    while (link->get() != &flow) {
      link = &(*link)->chain;
    }
    std::unique_ptr<FairQueueFlow> erased = std::move(*link);
    *link = std::move(erased->chain);
    --size_;
    if (spares_ < max_spare) {
      erased->chain = std::move(spare_);
      spare_ = std::move(erased);
      ++spares_;
    }
  }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  using Places = std::vector<std::unique_ptr<FairQueueFlow>>;

  /// Spreads every pattern of ids: the upper bits of a product with 2^64 divided by the golden
  /// ratio, after its own lower half was folded in.
  [[nodiscard]] std::size_t place_of(std::int64_t id) const noexcept {
    constexpr std::uint64_t factor = 0x9E37'79B9'7F4A'7C15;
    auto mixed = static_cast<std::uint64_t>(id) * factor;
    mixed = (mixed ^ (mixed >> 32U)) * factor;
    return static_cast<std::size_t>(mixed >> shift_);
  }

  FairQueueFlow& chain(Places& places, std::unique_ptr<FairQueueFlow> flow) const noexcept {
    FairQueueFlow& added = *flow;
    auto& place = places[place_of(added.id)];
    added.chain = std::move(place);
    place = std::move(flow);
    return added;
  }

  void grow() {
    Places larger(2 * places_.size());
    --shift_;
    for (auto& place : places_) {
      while (place != nullptr) {
        auto flow = std::move(place);
        place = std::move(flow->chain);
        chain(larger, std::move(flow));
      }
    }
    places_ = std::move(larger);
  }

  unsigned shift_ = 64 - 6;
  Places places_ = Places(64);
  std::size_t size_ = 0;
  std::unique_ptr<FairQueueFlow> spare_ = nullptr;
  std::size_t spares_ = 0;
};

}  // namespace

class FairQueueCore::State {
 public:
  explicit State(const FairQueueOptions& options) noexcept
      : quantum_{options.quantum.count()},
        least_charge_{std::max<std::int64_t>(1, quantum_ / 1000)},
        max_waiting_{options.max_waiting_per_tenant},
        cap_{
            std::max<std::size_t>(1, options.capacity / 100 * options.max_share_percent +
                                         options.capacity % 100 * options.max_share_percent / 100)},
        mean_{quantum_} {
    TENANCY_ASSERT(options.quantum.count() > 0 && options.quantum <= max_quantum,
                   "a fair queue's quantum is 1 nanosecond to 10 minutes");
    TENANCY_ASSERT(options.max_waiting_per_tenant > 0, "a fair queue lets items wait");
    TENANCY_ASSERT(options.capacity > 0, "a fair queue's capacity is positive");
    TENANCY_ASSERT(options.max_share_percent >= 1 && options.max_share_percent <= 100,
                   "a tenant's share of a fair queue is 1 to 100 percent");
  }

  /// The tenant's flow with this weight, or null when no further item of it may wait.
  FairQueueFlow* flow_for(std::int64_t id, std::uint32_t weight) {
    const std::int64_t share =
        quantum_ * std::clamp<std::int64_t>(static_cast<std::int64_t>(weight), 1, max_weight);
    FairQueueFlow* flow = flows_.find(id);
    if (flow == nullptr) [[unlikely]] {
      forget_some();
      flow = &flows_.add(id);
      flow->share = flow->balance = share;
      flow->round = round_;
      flow->mean = mean_;
      return flow;
    }
    if (flow->waiting >= max_waiting_) [[unlikely]] {
      return nullptr;
    }
    if (flow->share != share) [[unlikely]] {
      change_share(*flow, share);
    }
    return flow;
  }

  /// A flow got its first item.
  void start_waiting(FairQueueFlow& flow) noexcept {
    if (!flow.alone()) {
      flow.unlink();
      --resting_count_;
    }
    if (waiting_flows_ == 0) {
      ++round_;
      begin_round();
    }
    settle(flow);
    std::uint64_t due = due_of(flow);
    if (due == round_) {
      if (may_join_ > 0) {
        --may_join_;
      } else {
        ++due;
      }
    }
    ++waiting_flows_;
    enlist(flow, due);
  }

  /// A flow's last item was taken out of the line.
  void stop_waiting(FairQueueFlow& flow) noexcept {
    --waiting_flows_;
    if (flow.in_service == 0) {
      rest(flow);
    }
  }

  /// The flow whose turn it is, which lies in no wheel then. There must be one.
  FairQueueFlow& next_flow() noexcept {
    // Those who have their cap in service wait for those who have not; but for nobody else.
    RoundWheel& wheel = open_.empty() ? capped_ : open_;
    const std::uint64_t before = round_;
    auto& flow = static_cast<FairQueueFlow&>(wheel.first(round_));
    if (round_ != before) {
      begin_round();
    }
    wheel.erase(flow);
    settle(flow);
    return flow;
  }

  /// Takes the likely cost of an item in advance.
  std::int64_t charge(FairQueueFlow& flow) const noexcept {
    const std::int64_t charged = std::min(flow.mean, flow.balance + max_debt * flow.share);
    flow.balance -= charged;
    return charged;
  }

  void correct(FairQueueFlow& flow, std::int64_t charged, std::int64_t cost) noexcept {
    cost = std::clamp(cost, least_charge_, (max_debt + 1) * flow.share);
    flow.mean += (cost - flow.mean) / mean_over;
    mean_ += (cost - mean_) / mean_over;
    settle(flow);
    flow.balance = std::clamp(flow.balance + charged - cost, -max_debt * flow.share, flow.share);
  }

  /// An account or a count changed while items of the flow wait: moves it if its turn did.
  void place_again(FairQueueFlow& flow) noexcept {
    const std::uint64_t due = due_of(flow);
    if (&wheel_of(flow) == flow.wheel && (due == flow.due || (due == round_ && flow.due < due))) {
      return;
    }
    flow.wheel->erase(flow);
    enlist(flow, due);
  }

  void enlist(FairQueueFlow& flow) noexcept { enlist(flow, due_of(flow)); }

  void leave_wheel(FairQueueFlow& flow) noexcept { flow.wheel->erase(flow); }

  /// A flow has nothing waiting and nothing in service. What it owes it owes until rounds have
  /// passed, and what it used of this round it has used.
  void rest(FairQueueFlow& flow) noexcept {
    settle(flow);
    if (flow.balance >= flow.share || resting_count_ >= max_resting) {
      flows_.erase(flow);
    } else {
      resting_.append(flow);
      ++resting_count_;
    }
    forget_some();
  }

  [[nodiscard]] std::size_t tenants() const noexcept { return flows_.size(); }

  std::size_t waiting = 0;
  std::size_t in_service = 0;

 private:
  /// With newcomers enough a round would never end, so it takes no more than it doubles with.
  void begin_round() noexcept { may_join_ = std::max(waiting_flows_, min_newcomers); }

  /// Grants what the rounds since the last time are worth.
  void settle(FairQueueFlow& flow) const noexcept {
    const std::uint64_t rounds = round_ - flow.round;
    if (rounds == 0) {
      return;
    }
    flow.round = round_;
    flow.balance =
        rounds > static_cast<std::uint64_t>(max_debt)
            ? flow.share
            : std::min(flow.share, flow.balance + static_cast<std::int64_t>(rounds) * flow.share);
  }

  /// The first round in which the flow has something to spend.
  [[nodiscard]] std::uint64_t due_of(const FairQueueFlow& flow) const noexcept {
    if (flow.balance > 0) {
      return round_;
    }
    const auto owed = static_cast<std::uint64_t>(-flow.balance);
    const auto share = static_cast<std::uint64_t>(flow.share);
    // Most owe less than a quantum, and a division takes its time.
    return round_ + 1 + (owed < share ? 0 : owed / share);
  }

  RoundWheel& wheel_of(const FairQueueFlow& flow) noexcept {
    return flow.in_service < cap_ ? open_ : capped_;
  }

  void enlist(FairQueueFlow& flow, std::uint64_t due) noexcept {
    flow.wheel = &wheel_of(flow);
    flow.wheel->insert(flow, due, round_);
  }

  void change_share(FairQueueFlow& flow, std::int64_t share) noexcept {
    settle(flow);
    flow.share = share;
    flow.balance = std::clamp(flow.balance, -max_debt * share, share);
    if (flow.waiting > 0) {
      place_again(flow);
    }
  }

  /// Looks at the two that have rested for longest: since at most one flow comes to rest for each
  /// call, they do not pile up.
  void forget_some() noexcept {
    for (int i = 0; i < 2 && !resting_.alone(); ++i) {
      auto& flow = static_cast<FairQueueFlow&>(*resting_.next);
      settle(flow);
      flow.unlink();
      if (flow.balance >= flow.share) {
        --resting_count_;
        flows_.erase(flow);
      } else {
        resting_.append(flow);
      }
    }
  }

  std::int64_t quantum_;
  std::int64_t least_charge_;
  std::size_t max_waiting_;
  std::size_t cap_;    ///< Items of one tenant in service while others wait.
  std::int64_t mean_;  ///< Of what all items cost: what is expected of a new tenant's.
  std::uint64_t round_ = 0;
  std::size_t waiting_flows_ = 0;
  std::size_t may_join_ = min_newcomers;  ///< Flows that may yet have their turn in this round.
  std::size_t resting_count_ = 0;
  RingLink resting_;
  FlowTable flows_;
  RoundWheel open_;    ///< Flows with items waiting, below their cap,
  RoundWheel capped_;  ///< and those at it.
};

FairQueueCore::FairQueueCore(const FairQueueOptions& options)
    : state_{std::make_unique<State>(options)} {}

FairQueueCore::~FairQueueCore() {
  TENANCY_ASSERT(state_->waiting == 0 && state_->in_service == 0,
                 "a fair queue ended with items waiting or in service");
}

Result<void> FairQueueCore::push(std::optional<TenantId> tenant, FairQueueItem& item,
                                 std::uint32_t weight) {
  TENANCY_ASSERT(item.flow_ == nullptr, "an item was pushed twice");
  FairQueueFlow* const flow = state_->flow_for(tenant ? tenant->value() : host, weight);
  if (flow == nullptr) {
    return Error{errc::overloaded, "as many items of this tenant wait as may"};
  }
  flow->append(item);
  ++state_->waiting;
  if (flow->waiting == 1) {
    state_->start_waiting(*flow);
  }
  return success();
}

FairQueueItem* FairQueueCore::pop() noexcept {
  if (state_->waiting == 0) {
    return nullptr;
  }
  FairQueueFlow& flow = state_->next_flow();
  FairQueueItem& item = *flow.front;
  flow.take_out(item);
  --state_->waiting;
  ++flow.in_service;
  ++state_->in_service;
  item.charged_ = state_->charge(flow);
  if (flow.waiting > 0) {
    state_->enlist(flow);
  } else {
    state_->stop_waiting(flow);
  }
  return &item;
}

void FairQueueCore::finish(FairQueueItem& item, std::chrono::nanoseconds cost) noexcept {
  TENANCY_ASSERT(item.flow_ != nullptr && item.charged_ != not_charged,
                 "an item that is not in service was finished");
  FairQueueFlow& flow = *item.flow_;
  state_->correct(flow, item.charged_, cost.count());
  item.flow_ = nullptr;
  --flow.in_service;
  --state_->in_service;
  if (flow.waiting > 0) {
    state_->place_again(flow);
  } else if (flow.in_service == 0) {
    state_->rest(flow);
  }
}

bool FairQueueCore::remove(FairQueueItem& item) noexcept {
  if (item.flow_ == nullptr || item.charged_ != not_charged) {
    return false;
  }
  FairQueueFlow& flow = *item.flow_;
  flow.take_out(item);
  item.flow_ = nullptr;
  --state_->waiting;
  if (flow.waiting == 0) {
    state_->leave_wheel(flow);
    state_->stop_waiting(flow);
  }
  return true;
}

std::size_t FairQueueCore::waiting() const noexcept { return state_->waiting; }
std::size_t FairQueueCore::tenants() const noexcept { return state_->tenants(); }

}  // namespace tenancy::inline v0::detail
