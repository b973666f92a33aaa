#pragma once

#include <algorithm>
#include <mutex>
#include <thread>
#include <vector>

#include "tenancy/core/result.hpp"

namespace tenancy::inline v0::detail {

inline Error nested_write_error() {
  return Error{errc::nested_write,
               "a write inside another write of this thread: use the outer transaction, or write "
               "after it"};
}

/// The threads that run a unit of a write of one store. A write inside of another one would wait
/// for locks, or connections, in an order of its own, and for itself in the end.
///
/// Thread safety: thread-safe.
class WritingThreads {
 public:
  /// Counts this thread among them for as long as it lives.
  class Mark {
   public:
    explicit Mark(WritingThreads& threads) : threads_{threads} {
      const std::scoped_lock lock{threads_.mutex_};
      threads_.ids_.push_back(std::this_thread::get_id());
    }
    Mark(const Mark&) = delete;
    Mark& operator=(const Mark&) = delete;
    ~Mark() {
      const std::scoped_lock lock{threads_.mutex_};
      const auto own = std::ranges::find(threads_.ids_, std::this_thread::get_id());
      *own = threads_.ids_.back();
      threads_.ids_.pop_back();
    }

   private:
    WritingThreads& threads_;
  };

  /// Errors: `nested_write` for a thread that is among them.
  [[nodiscard]] Result<void> refuse_this() const {
    const std::scoped_lock lock{mutex_};
    if (std::ranges::find(ids_, std::this_thread::get_id()) != ids_.end()) {
      return nested_write_error();
    }
    return success();
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::thread::id> ids_;
};

}  // namespace tenancy::inline v0::detail
