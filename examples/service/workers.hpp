#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

#include <boost/asio/thread_pool.hpp>

#include "tenancy/core/fair_queue.hpp"
#include "tenancy/core/tenant_id.hpp"

namespace tenantd {

/// Threads for what may wait or compute. Tenants take turns at them by the time that they use, so
/// that one that asks for much, or for what takes long, holds up itself.
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
    explicit Piece(std::function<void()> what) : work{std::move(what)} {}

    std::function<void()> work;
  };

  void run_next() noexcept;

  std::mutex mutex_;
  tenancy::FairQueue<Piece> queue_;
  boost::asio::thread_pool threads_;
};

}  // namespace tenantd
