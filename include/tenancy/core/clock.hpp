#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "tenancy/core/export.hpp"
#include "tenancy/core/timestamp.hpp"

namespace tenancy::inline v0 {

/// Where the library gets the time of day from.
///
/// Thread safety: implementations are thread-safe.
class TENANCY_API Clock {
 public:
  virtual ~Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;

  [[nodiscard]] virtual Timestamp now() const noexcept = 0;

 protected:
  Clock() = default;
};

/// The operating system's clock. It may jump when the machine's time is set.
class TENANCY_API SystemClock final : public Clock {
 public:
  [[nodiscard]] Timestamp now() const noexcept override;
};

/// A clock that stands still until it is told to move, for tests.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Timestamp start) noexcept : now_{start.microseconds()} {}

  [[nodiscard]] Timestamp now() const noexcept override {
    return Timestamp::from_microseconds(now_.load(std::memory_order_relaxed));
  }
  void set(Timestamp time) noexcept { now_.store(time.microseconds(), std::memory_order_relaxed); }
  void advance(Timestamp::Duration by) noexcept {
    now_.fetch_add(by.count(), std::memory_order_relaxed);
  }

 private:
  std::atomic<std::int64_t> now_;
};

}  // namespace tenancy::inline v0
