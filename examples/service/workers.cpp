#include "service/workers.hpp"

#include <memory>
#include <stdexcept>

#include <boost/asio/post.hpp>

namespace tenantd {
namespace {

using Clock = std::chrono::steady_clock;

/// Connections, and a tenant's requests in flight, are bounded elsewhere, and by less.
constexpr std::size_t max_waiting = 2'000'000;

}  // namespace

Workers::Workers(std::size_t threads, std::chrono::nanoseconds quantum)
    : queue_{{.quantum = quantum, .max_waiting_per_tenant = max_waiting, .capacity = threads}},
      threads_{threads} {}

Workers::~Workers() { threads_.join(); }

void Workers::post(std::optional<tenancy::TenantId> tenant, std::function<void()> work) {
  auto piece = std::make_unique<Piece>(std::move(work));
  {
    const std::lock_guard lock{mutex_};
    if (!queue_.push(tenant, *piece)) {
      throw std::length_error{"too much work waits for the workers"};
    }
    static_cast<void>(piece.release());  // Whoever takes it out of the queue owns it.
  }
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
  queue_.finish(*piece, cost);
  lock.unlock();  // What the work holds ends without it.
}

}  // namespace tenantd
