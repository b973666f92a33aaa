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

constexpr std::int64_t not_charged = -1;

/// What is new moves a running mean by an eighth.
constexpr unsigned mean_shift = 3;

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

  FairQueueItem& take_front() noexcept {
    FairQueueItem& item = *front;
    front = item.next_;
    (front != nullptr ? front->previous_ : last) = nullptr;
    --waiting;
    return item;
  }

  void set_weight(std::uint32_t given, std::int64_t quantum) noexcept {
    weight = given;
    share = quantum * std::clamp<std::int64_t>(static_cast<std::int64_t>(given), 1, max_weight);
    least_balance = -max_debt * share;
  }

  FairQueueItem* front = nullptr;
  FairQueueItem* last = nullptr;
  std::size_t waiting = 0;
  std::size_t in_service = 0;
  RoundWheel* wheel = nullptr;     ///< Where it lies while items of it wait; null for no wheel.
  std::int64_t balance = 0;        ///< Nanoseconds; owed when negative.
  std::uint64_t round = 0;         ///< Up to which the balance is counted.
  std::int64_t share = 0;          ///< Quantum times weight.
  std::int64_t least_balance = 0;  ///< All that it can owe.
  std::int64_t mean = 0;           ///< Of what its items cost.
  std::uint32_t weight = 0;        ///< As it was given.
  std::int64_t id = 0;
  std::unique_ptr<FairQueueFlow> chain = nullptr;  ///< The next in the same place of the table.
};

namespace {

/// Flows by tenant: a table of chains through the flows themselves, since whoever looks a flow up
/// reads it next anyway. Places are many, so that hardly a chain has a second flow.
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
    if (4 * size_ >= places_.size()) {
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

  template <class Predicate>
  [[nodiscard]] bool all_of(Predicate holds) const {
    return std::ranges::all_of(places_, [&](const auto& place) {
      const FairQueueFlow* flow = place.get();
      while (flow != nullptr && holds(*flow)) {
        flow = flow->chain.get();
      }
      return flow == nullptr;
    });
  }

 private:
  using Places = std::vector<std::unique_ptr<FairQueueFlow>>;

  /// Multiplies with 2^64 divided by the golden ratio, which spreads what patterns of ids differ
  /// in; the upper half is folded in before, so that none of it is lost.
  [[nodiscard]] std::size_t place_of(std::int64_t id) const noexcept {
    constexpr std::uint64_t factor = 0x9E37'79B9'7F4A'7C15;
    const auto bits = static_cast<std::uint64_t>(id);
    return static_cast<std::size_t>(((bits ^ (bits >> 32U)) * factor) >> shift_);
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

  unsigned shift_ = 64 - 8;
  Places places_ = Places(256);
  std::size_t size_ = 0;
  std::unique_ptr<FairQueueFlow> spare_ = nullptr;
  std::size_t spares_ = 0;
};

}  // namespace

/// What happens for each item is inlined into the functions at the end, what happens now and then
/// is kept out of them: it would cost all items the saving of registers.
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
    FairQueueFlow* const flow = flows_.find(id);
    if (flow == nullptr) [[unlikely]] {
      return &add_flow(id, weight);
    }
    if (flow->waiting >= max_waiting_) [[unlikely]] {
      return nullptr;
    }
    if (flow->weight != weight) [[unlikely]] {
      change_weight(*flow, weight);
    }
    return flow;
  }

  /// A flow got its first item.
  [[gnu::noinline]] void start_waiting(FairQueueFlow& flow) noexcept {
    if (!flow.alone()) {
      flow.unlink();
      --resting_count_;
    }
    if (waiting_flows_ == 0) {
      ++round_;
      begin_round();
    }
    ++waiting_flows_;
    if (flow.in_service >= cap_) {
      line_up_capped(flow);
      return;
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
    line_up(flow, open_, due);
  }

  /// A flow's last item was taken out of the line.
  [[gnu::noinline]] void stop_waiting(FairQueueFlow& flow) noexcept {
    --waiting_flows_;
    if (flow.in_service == 0) {
      rest(flow);
    }
  }

  /// The flow whose turn it is, which lies nowhere then. There must be one.
  FairQueueFlow& next_flow() noexcept {
    // Those who have their cap in service wait for those who have not; but for nobody else.
    RoundWheel& wheel = open_.empty() ? sort_capped() : open_;
    const std::uint64_t before = round_;
    auto& flow = static_cast<FairQueueFlow&>(wheel.first(round_));
    if (round_ != before) {
      begin_round();
    }
    wheel.erase(flow);
    settle(flow);
    return flow;
  }

  /// A flow that lies nowhere has further items.
  void line_up(FairQueueFlow& flow) noexcept {
    if (flow.in_service < cap_) {
      line_up(flow, open_, due_of(flow));
    } else {
      line_up_capped(flow);
    }
  }

  /// An item of a flow that has more of them waiting is finished: its turn may be another one.
  void line_up_again(FairQueueFlow& flow) noexcept {
    if (flow.wheel == nullptr) [[likely]] {
      if (flow.in_service < cap_) {
        flow.unlink();
        line_up(flow, open_, due_of(flow));
      }
    } else {
      move_in_line(flow);
    }
  }

  [[gnu::noinline]] void move_in_line(FairQueueFlow& flow) noexcept {
    RoundWheel& wheel = flow.in_service < cap_ ? open_ : capped_;
    const std::uint64_t due = due_of(flow);
    if (&wheel != flow.wheel || (due != flow.due && !(due == round_ && flow.due < due))) {
      flow.wheel->erase(flow);
      line_up(flow, wheel, due);
    }
  }

  static void leave_line(FairQueueFlow& flow) noexcept {
    if (flow.wheel != nullptr) {
      flow.wheel->erase(flow);
    } else {
      flow.unlink();
    }
  }

  /// Takes the likely cost of an item in advance.
  static std::int64_t charge(FairQueueFlow& flow) noexcept {
    const std::int64_t charged = std::min(flow.mean, flow.balance - flow.least_balance);
    flow.balance -= charged;
    return charged;
  }

  void correct(FairQueueFlow& flow, std::int64_t charged, std::int64_t cost) const noexcept {
    // One more share than the most that can be owed, so that whoever had a share owes the most.
    cost = std::clamp(cost, least_charge_, flow.share - flow.least_balance);
    flow.mean += (cost - flow.mean) >> mean_shift;
    settle(flow);
    flow.balance = std::clamp(flow.balance + charged - cost, flow.least_balance, flow.share);
  }

  /// A flow has nothing waiting and nothing in service. What it owes it owes until rounds have
  /// passed, and what it used of this round it has used.
  [[gnu::noinline]] void rest(FairQueueFlow& flow) noexcept {
    mean_ += (flow.mean - mean_) >> mean_shift;
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

  /// Whether there is nothing to be done; slow.
  [[nodiscard]] bool at_peace() const noexcept {
    return flows_.all_of(
        [](const FairQueueFlow& flow) { return flow.waiting == 0 && flow.in_service == 0; });
  }

  std::size_t waiting = 0;

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

  /// The first round in which the flow has something to spend. Without branches, as costs vary
  /// more than a processor can predict.
  [[nodiscard]] std::uint64_t due_of(const FairQueueFlow& flow) const noexcept {
    const auto owed = static_cast<std::uint64_t>(std::max<std::int64_t>(0, -flow.balance));
    const std::uint64_t rounds = owed / static_cast<std::uint64_t>(flow.share);
    return round_ + rounds + static_cast<std::uint64_t>(flow.balance <= 0);
  }

  void line_up(FairQueueFlow& flow, RoundWheel& wheel, std::uint64_t due) const noexcept {
    flow.wheel = &wheel;
    wheel.insert(flow, due, round_);
  }

  /// Few of those at their cap have another turn before an item of theirs is finished, so they are
  /// not sorted by their turns until they must be.
  void line_up_capped(FairQueueFlow& flow) noexcept {
    flow.wheel = nullptr;
    unsorted_.append(flow);
  }

  [[gnu::noinline]] RoundWheel& sort_capped() noexcept {
    while (!unsorted_.alone()) {
      auto& flow = static_cast<FairQueueFlow&>(*unsorted_.next);
      flow.unlink();
      settle(flow);
      line_up(flow, capped_, due_of(flow));
    }
    return capped_;
  }

  [[gnu::noinline]] FairQueueFlow& add_flow(std::int64_t id, std::uint32_t weight) {
    forget_some();
    FairQueueFlow& flow = flows_.add(id);
    flow.set_weight(weight, quantum_);
    flow.balance = flow.share;
    flow.round = round_;
    flow.mean = mean_;
    return flow;
  }

  [[gnu::noinline]] void change_weight(FairQueueFlow& flow, std::uint32_t weight) noexcept {
    settle(flow);
    flow.set_weight(weight, quantum_);
    flow.balance = std::clamp(flow.balance, flow.least_balance, flow.share);
    if (flow.waiting > 0) {
      line_up_again(flow);
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
  RoundWheel capped_;  ///< and those at it: sorted
  RingLink unsorted_;  ///< or not yet.
};

FairQueueCore::FairQueueCore(const FairQueueOptions& options)
    : state_{std::make_unique<State>(options)} {}

FairQueueCore::~FairQueueCore() {
  TENANCY_ASSERT(state_->at_peace(), "a fair queue ended with items waiting or in service");
}

bool FairQueueCore::push(std::int64_t tenant, FairQueueItem& item, std::uint32_t weight) {
  TENANCY_ASSERT(item.flow_ == nullptr, "an item was pushed twice");
  FairQueueFlow* const flow = state_->flow_for(tenant, weight);
  if (flow == nullptr) [[unlikely]] {
    return false;
  }
  flow->append(item);
  ++state_->waiting;
  if (flow->waiting == 1) {
    state_->start_waiting(*flow);
  }
  return true;
}

FairQueueItem* FairQueueCore::pop() noexcept {
  if (state_->waiting == 0) {
    return nullptr;
  }
  --state_->waiting;
  FairQueueFlow& flow = state_->next_flow();
  FairQueueItem& item = flow.take_front();
  ++flow.in_service;
  item.charged_ = State::charge(flow);
  if (flow.waiting > 0) [[likely]] {
    state_->line_up(flow);
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
  if (flow.waiting > 0) [[likely]] {
    state_->line_up_again(flow);
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
    State::leave_line(flow);
    state_->stop_waiting(flow);
  }
  return true;
}

std::size_t FairQueueCore::waiting() const noexcept { return state_->waiting; }
std::size_t FairQueueCore::tenants() const noexcept { return state_->tenants(); }

Error queue_full() { return {errc::overloaded, "as many items of this tenant wait as may"}; }

}  // namespace tenancy::inline v0::detail
