#pragma once

#include <atomic>
#include <csignal>
#include <memory>
#include <stop_token>
#include <thread>

namespace tenantctl {

/// Turns SIGINT, SIGTERM and SIGHUP into a request to stop, so that what is being done ends in
/// order and nothing is left behind. A second one ends the process at once.
///
/// Make it before any other thread, which then leaves these signals to it.
class Interruption {
 public:
  Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;
  ~Interruption();

  [[nodiscard]] std::stop_token token() const { return source_->get_token(); }
  /// Becomes readable when there was a signal.
  [[nodiscard]] int descriptor() const noexcept { return noticed_; }
  /// The first signal; 0 when there was none.
  [[nodiscard]] int signal() const noexcept { return signal_.load(); }

 private:
  void wait();

  // On the heap, where GCC 12 does not call a local one uninitialised.
  std::unique_ptr<std::stop_source> source_ = std::make_unique<std::stop_source>();
  std::atomic<int> signal_ = 0;
  sigset_t before_{};
  int signals_ = -1;
  int noticed_;
  int end_;
  std::thread thread_;
};

}  // namespace tenantctl
