#include "service/workers.hpp"

#include <algorithm>

#include <boost/asio/post.hpp>

#include "tenancy/core/assert.hpp"

namespace tenantd {
namespace {

using Clock = std::chrono::steady_clock;

std::int64_t lane_of(std::optional<tenancy::TenantId> tenant) noexcept {
  return tenant ? tenant->value() : 0;
}

}  // namespace

Workers::Workers(std::size_t threads, std::chrono::nanoseconds quantum)
    : share_{std::max<std::size_t>(1, threads / 2)},
      queue_{{.quantum = quantum, .max_waiting_per_tenant = share_, .capacity = threads}},
      threads_{threads} {}

Workers::~Workers() { threads_.join(); }

void Workers::post(std::optional<tenancy::TenantId> tenant, std::function<void()> work) {
  auto piece = std::make_unique<Piece>(tenant, std::move(work));
  const std::lock_guard lock{mutex_};
  Lane& lane = lanes_[lane_of(tenant)];
  if (lane.admitted < share_) {
    ++lane.admitted;
    admit(tenant, std::move(piece));
  } else {
    lane.waiting.push_back(std::move(piece));
  }
}

void Workers::admit(std::optional<tenancy::TenantId> tenant, std::unique_ptr<Piece> piece) {
  const bool has_room = queue_.push(tenant, *piece).has_value();
  TENANCY_ASSERT(has_room, "the queue has room for each tenant's share");
  static_cast<void>(piece.release());  // Whoever takes it out of the queue owns it.
  // As many turns as pieces, though not each for the piece that it came with.
  boost::asio::post(threads_, [this] { run_next(); });
}

void Workers::run_next() noexcept {
  std::unique_lock lock{mutex_};
  const std::unique_ptr<Piece> piece{queue_.pop()};
  lock.unlock();
  const auto begin = Clock::now();
  piece->work();
  const auto cost = Clock::now() - begin;
  lock.lock();
  finish(*piece, cost);
  lock.unlock();  // What the work holds ends without it.
}

void Workers::finish(Piece& piece, std::chrono::nanoseconds cost) {
  queue_.finish(piece, cost);
  const auto lane = lanes_.find(lane_of(piece.tenant));
  if (auto& waiting = lane->second.waiting; !waiting.empty()) {
    auto next = std::move(waiting.front());
    waiting.pop_front();
    admit(piece.tenant, std::move(next));
  } else if (--lane->second.admitted == 0) {
    lanes_.erase(lane);
  }
}

}  // namespace tenantd
