#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "tenancy/core/assert.hpp"
#include "tenancy/core/export.hpp"
#include "tenancy/core/result.hpp"
#include "tenancy/core/tenant_id.hpp"

namespace tenancy::inline v0 {

namespace detail {
class FairQueueCore;
struct FairQueueFlow;
}  // namespace detail

/// What waits in a `FairQueue` derives from this; the queue links it in place.
///
/// Ownership: neither copied nor moved, and outlives its wait and its service; ending it before
/// stops the process.
/// Thread safety: as the queue that it is in.
class FairQueueItem {
 public:
  FairQueueItem(const FairQueueItem&) = delete;
  FairQueueItem& operator=(const FairQueueItem&) = delete;

 protected:
  FairQueueItem() noexcept = default;
  ~FairQueueItem() {
    TENANCY_ASSERT(flow_ == nullptr, "an item ended while a fair queue still had it");
  }

  /// Ends without its queue: for a process that was forked off, where that is of no use any more.
  void forget_queue() noexcept { flow_ = nullptr; }

 private:
  friend class detail::FairQueueCore;
  friend struct detail::FairQueueFlow;

  FairQueueItem* previous_ = nullptr;
  FairQueueItem* next_ = nullptr;
  detail::FairQueueFlow* flow_ = nullptr;  ///< Its tenant's; null in no queue.
  std::int64_t charged_ = 0;               ///< In service: what its tenant paid in advance.
};

/// How a `FairQueue` shares.
struct FairQueueOptions {
  /// Service time that a tenant of weight 1 gets in each round. Close to the usual cost of an item
  /// or below: a larger one makes all wait longer, a smaller one gains nothing.
  /// 1 nanosecond to 10 minutes.
  std::chrono::nanoseconds quantum{50'000};
  /// Items of one tenant that may wait; more are refused. Positive.
  std::size_t max_waiting_per_tenant = 256;
  /// Items that its user takes into service at once, such as a batch or the number of workers. The
  /// queue does not enforce it; the share below is of this. Positive.
  std::size_t capacity = 1;
  /// The part of the capacity, in percent, that one tenant may have in service while others wait;
  /// one item at the least. 1 to 100.
  unsigned max_share_percent = 50;
};

namespace detail {

/// The queue without its item's type.
class TENANCY_API FairQueueCore {
 public:
  explicit FairQueueCore(const FairQueueOptions& options);
  FairQueueCore(const FairQueueCore&) = delete;
  FairQueueCore& operator=(const FairQueueCore&) = delete;
  ~FairQueueCore();

  /// The number that stands for the host; tenants' ids are positive.
  static constexpr std::int64_t host = 0;

  /// False when as many items of the tenant wait as may.
  [[nodiscard]] bool push(std::int64_t tenant, FairQueueItem& item, std::uint32_t weight);
  FairQueueItem* pop() noexcept;
  void finish(FairQueueItem& item, std::chrono::nanoseconds cost) noexcept;
  bool remove(FairQueueItem& item) noexcept;
  [[nodiscard]] std::size_t waiting() const noexcept;
  [[nodiscard]] std::size_t tenants() const noexcept;

 private:
  class State;
  std::unique_ptr<State> state_;
};

TENANCY_API Error queue_full();

}  // namespace detail

/// Lets tenants take turns by the service time that they use: one that sends a thousand times as
/// much, or items that take a thousand times as long, gets its share and no more while others wait.
///
/// Rounds pass as in deficit round robin, but over cost that is measured: an item is charged with
/// its tenant's running mean when its turn comes, and with the difference when it is finished. In
/// each round a tenant gets `quantum` times its weight. One that used more sits out the rounds that
/// it owes, also if it went away in between, but no more than 4,000 of them, so that one wrong
/// measure is not held against it for ever. One that used less keeps at most the quantum of one
/// round. Whatever waits is served if it is asked for: nobody is held back for nobody.
///
/// An item is charged with a thousandth of a quantum at least, so that rounds come to an end. A
/// tenant that starts to wait joins the round that is under way, unless as many have done so as
/// waited when it began (or 16): then it joins the next one, so that newcomers without end keep
/// nobody from it. At most 65,536 tenants that owe and are away are remembered.
///
/// Isolation: what a tenant does shows to others as the wait for one of its items a round.
/// Ownership: borrows its items, from `push` until `finish` or a `remove` that is true; it ends
/// empty, with nothing in service. Memory grows with the tenants that wait, are in service or owe;
/// for those that it knows it allocates nothing.
/// Thread safety: thread-compatible.
/// Complexity: each function takes amortised constant time.
/// Source: M. Shreedhar and G. Varghese, Efficient Fair Queuing using Deficit Round Robin, 1995;
/// G. Varghese and A. Lauck, Hashed and Hierarchical Timing Wheels, 1987.
template <std::derived_from<FairQueueItem> Item>
class FairQueue {
 public:
  /// Options out of range stop the process.
  explicit FairQueue(const FairQueueOptions& options) : core_{options} {}

  /// Lines an item up behind those of its tenant; no tenant means the host itself.
  ///
  /// Units and shapes: a tenant of weight 3 gets three times the service time of one of weight 1.
  /// The last weight that was given holds; 1 to 1000, others are taken for the nearest.
  /// Errors: `overloaded` when as many items of this tenant wait as may.
  Result<void> push(std::optional<TenantId> tenant, Item& item, std::uint32_t weight = 1) {
    if (!core_.push(tenant ? tenant->value() : detail::FairQueueCore::host, item, weight)) {
      return detail::queue_full();
    }
    return success();
  }

  /// The item whose turn it is, which is in service from now on; null when nothing waits.
  Item* pop() noexcept { return static_cast<Item*>(core_.pop()); }

  /// Ends the service of a popped item and charges its tenant with what it cost.
  void finish(Item& item, std::chrono::nanoseconds cost) noexcept { core_.finish(item, cost); }

  /// Takes an item of this queue out before its turn. False when it does not wait (any more).
  bool remove(Item& item) noexcept { return core_.remove(item); }

  [[nodiscard]] std::size_t waiting() const noexcept { return core_.waiting(); }
  [[nodiscard]] bool empty() const noexcept { return waiting() == 0; }
  /// Tenants that it keeps in mind: those with items waiting or in service, and those that owe.
  [[nodiscard]] std::size_t tenants() const noexcept { return core_.tenants(); }

 private:
  detail::FairQueueCore core_;
};

}  // namespace tenancy::inline v0
