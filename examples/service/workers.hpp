#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

#include <boost/asio/thread_pool.hpp>

#include "tenancy/core/fair_queue.hpp"
#include "tenancy/core/tenant_id.hpp"

namespace tenantd {

/// Threads for what may wait or compute. Tenants take turns at them by the time that they use, and
/// none has more than half of them at once (but one), also when nobody else waits: what runs is not
/// broken off when somebody comes. So one that asks for much, or for what takes long, holds up
/// itself. What is of no tenant counts as one's.
///
/// Thread safety: thread-safe. It ends when all pieces are done.
class Workers {
 public:
  /// The quantum is what `tenancy::FairQueueOptions` means by it.
  explicit Workers(std::size_t threads,
                   std::chrono::nanoseconds quantum = std::chrono::microseconds{100});
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  ~Workers();

  /// Has a piece of work done, which does not throw. What is of no tenant has turns as one has.
  void post(std::optional<tenancy::TenantId> tenant, std::function<void()> work);

 private:
  struct Piece final : tenancy::FairQueueItem {
    Piece(std::optional<tenancy::TenantId> whose, std::function<void()> what)
        : tenant{whose}, work{std::move(what)} {}

    std::optional<tenancy::TenantId> tenant;
    std::function<void()> work;
  };

  /// A tenant's pieces: as many as it may have are in the queue or in service, the rest waits.
  struct Lane {
    std::size_t admitted = 0;
    std::deque<std::unique_ptr<Piece>> waiting = {};
  };

  void admit(std::optional<tenancy::TenantId> tenant, std::unique_ptr<Piece> piece);
  void run_next() noexcept;
  void finish(Piece& piece, std::chrono::nanoseconds cost);

  const std::size_t share_;
  std::mutex mutex_;
  std::unordered_map<std::int64_t, Lane> lanes_;  ///< Those with pieces; 0 is of no tenant.
  tenancy::FairQueue<Piece> queue_;
  boost::asio::thread_pool threads_;
};

}  // namespace tenantd
