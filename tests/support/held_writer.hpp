#pragma once

#include <exception>
#include <functional>
#include <latch>
#include <thread>
#include <utility>

#include "tenancy/storage/store.hpp"

#include "support/future_write.hpp"
#include "support/stopper.hpp"

namespace tenancy_test {

/// Keeps a store's writer busy with a write of its own, which begins at once and ends when it is
/// let go: whatever is written meanwhile waits, and then shares a commit with it.
class HeldWriter {
 public:
  using Unit = std::function<tenancy::Result<void>(tenancy::WriteTransaction&)>;

  /// Holds once the unit has run, as the batch's first, whatever became of it.
  HeldWriter(const tenancy::Store& store, const tenancy::TenantContext& context, Unit unit = {})
      : thread_{[this, store, context, unit = std::move(unit)] {
          try {
            outcome_ = store.write(context, [&](tenancy::WriteTransaction& tx) {
              const Hold hold{*this};
              return unit ? unit(tx) : tenancy::Result<void>{tenancy::success()};
            });
          } catch (...) {
            exception_ = std::current_exception();
          }
        }} {
    held_.wait();
  }
  HeldWriter(const HeldWriter&) = delete;
  HeldWriter& operator=(const HeldWriter&) = delete;
  ~HeldWriter() { static_cast<void>(release()); }

  void let_go() {
    if (!std::exchange(is_let_go_, true)) {
      let_go_.count_down();
    }
  }

  /// Lets go and waits for the write's end. Rethrows what left the unit.
  tenancy::Result<void> finish() {
    auto outcome = release();
    if (exception_ != nullptr) {
      std::rethrow_exception(exception_);
    }
    return outcome;
  }

 private:
  /// Holds at its end, but not when the unit runs again.
  class Hold {
   public:
    explicit Hold(HeldWriter& writer) noexcept : writer_{writer} {}
    Hold(const Hold&) = delete;
    Hold& operator=(const Hold&) = delete;
    ~Hold() {
      if (!std::exchange(writer_.ran_, true)) {
        writer_.held_.count_down();
        writer_.let_go_.wait();
      }
    }

   private:
    HeldWriter& writer_;
  };

  tenancy::Result<void> release() {
    let_go();
    if (thread_.joinable()) {
      thread_.join();
    }
    return outcome_;
  }

  std::latch held_{1};
  std::latch let_go_{1};
  bool is_let_go_ = false;
  bool ran_ = false;
  std::exception_ptr exception_;
  tenancy::Result<void> outcome_ = tenancy::success();
  std::thread thread_;
};

/// Whether as many writes of the tenant wait as may. Only while the writer is held.
inline bool has_full_queue(const tenancy::Store& store, const tenancy::TenantContext& context) {
  const Stopper stopper;
  auto probe = future_write(
      store, context, stopper.options(),
      [](tenancy::WriteTransaction&) -> tenancy::Result<void> { return tenancy::success(); });
  stopper.request_stop();
  const auto outcome = probe.get().get();
  return !outcome && outcome.error() == tenancy::errc::overloaded;
}

/// A write of a thread whose place in the queue is waited for. What looks whether the queue is full
/// takes a place itself for a moment, so this tries again until it gets one.
template <class Write>
auto write_queued(Write&& write) {
  while (true) {
    auto outcome = write();
    if (outcome || outcome.error() != tenancy::errc::overloaded) {
      return outcome;
    }
  }
}

/// Returns when as many writes of the tenant wait as `max_waiting_per_tenant` lets.
inline void await_full_queue(const tenancy::Store& store, const tenancy::TenantContext& context) {
  while (!has_full_queue(store, context)) {
    std::this_thread::yield();
  }
}

}  // namespace tenancy_test
