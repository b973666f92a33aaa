#pragma once

#include <cstdint>
#include <mutex>
#include <vector>

#include "tenancy/core/crossing_audit_sink.hpp"
#include "tenancy/core/export.hpp"

namespace tenancy::inline v0::testing {

/// Keeps records of what is done across tenants in memory, for a test to look at.
///
/// Thread safety: thread-safe.
class TENANCY_API MemoryCrossingSink final : public CrossingAuditSink {
 public:
  MemoryCrossingSink() = default;
  MemoryCrossingSink(const MemoryCrossingSink&) = delete;
  MemoryCrossingSink& operator=(const MemoryCrossingSink&) = delete;
  ~MemoryCrossingSink() override;

  Result<void> record(const CrossingRecord& record, const CallOptions& options) override;

  /// All of them, in the order in which they came.
  [[nodiscard]] std::vector<CrossingRecord> records() const;

 private:
  mutable std::mutex mutex_;
  std::vector<CrossingRecord> records_;
};

/// A sink that cannot keep records any more, to see that a program does nothing across tenants
/// then.
///
/// Thread safety: thread-safe.
class TENANCY_API FailingCrossingSink final : public CrossingAuditSink {
 public:
  /// So many succeed before.
  explicit FailingCrossingSink(std::uint64_t successes = 0) noexcept : successes_left_{successes} {}
  FailingCrossingSink(const FailingCrossingSink&) = delete;
  FailingCrossingSink& operator=(const FailingCrossingSink&) = delete;
  ~FailingCrossingSink() override;

  /// Errors: `io_error`.
  Result<void> record(const CrossingRecord& record, const CallOptions& options) override;

  /// How many it was asked to keep and did not.
  [[nodiscard]] std::uint64_t refusals() const;

 private:
  mutable std::mutex mutex_;
  std::uint64_t successes_left_;
  std::uint64_t refusals_ = 0;
};

}  // namespace tenancy::inline v0::testing
