#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "tenancy/core/call_options.hpp"
#include "tenancy/core/fair_queue.hpp"
#include "tenancy/core/result.hpp"

namespace tenancy::inline v0::detail::postgres {

/// Runs writes that nobody waits for on threads of its own, started as they are needed, and lets
/// tenants take turns. A write is always run, or told why it is not: one that still waits when it
/// is stopped, at its deadline, or after the longest wait.
///
/// Thread safety: thread-safe.
class AsyncWrites {
 public:
  /// Runs the write, or with an error only tells it.
  using Job = std::function<void(const Result<void>& refused)>;

  AsyncWrites(std::size_t threads, std::size_t max_waiting_per_tenant);
  AsyncWrites(const AsyncWrites&) = delete;
  AsyncWrites& operator=(const AsyncWrites&) = delete;
  /// None is left. May be called on one of the threads, when the last write held the store.
  ~AsyncWrites();

  void submit(std::optional<TenantId> tenant, std::uint32_t weight, const CallOptions& options,
              std::chrono::milliseconds max_wait, Job job);
  /// Only tells it.
  void refuse(Error why, Job job);
  [[nodiscard]] std::size_t waiting() const;

 private:
  class Threads;

  const std::shared_ptr<Threads> threads_;
};

}  // namespace tenancy::inline v0::detail::postgres
