#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <vector>

#include "tenancy/storage/observer.hpp"

namespace tenancy_test {

/// Keeps what a store reports, for tests that ask about it or wait for it.
///
/// Thread safety: thread-safe.
class ReportLog final : public tenancy::StoreObserver {
 public:
  void on_isolation_alarm(const tenancy::IsolationAlarm& /*alarm*/) noexcept override {
    const std::scoped_lock lock{mutex_};
    ++alarms_;
  }
  void on_transaction(const tenancy::TransactionReport& report) noexcept override {
    add(transactions_, report);
  }
  void on_batch(const tenancy::BatchReport& report) noexcept override { add(batches_, report); }
  void on_checkpoint(const tenancy::CheckpointReport& report) noexcept override {
    add(checkpoints_, report);
  }

  [[nodiscard]] std::size_t alarms() const { return copy_of(alarms_); }
  [[nodiscard]] std::vector<tenancy::TransactionReport> transactions() const {
    return copy_of(transactions_);
  }
  [[nodiscard]] std::vector<tenancy::BatchReport> batches() const { return copy_of(batches_); }
  [[nodiscard]] std::vector<tenancy::CheckpointReport> checkpoints() const {
    return copy_of(checkpoints_);
  }

  /// Forgets all batches so far, so that those to come can be told from them.
  void forget_batches() {
    const std::scoped_lock lock{mutex_};
    batches_.clear();
  }

  /// The same of checkpoints.
  void forget_checkpoints() {
    const std::scoped_lock lock{mutex_};
    checkpoints_.clear();
  }

  /// Waits until the batches sum up to so many transactions, kept or rolled back: a batch is
  /// reported only after its callers were told. Gives the batches.
  std::vector<tenancy::BatchReport> await_transactions(std::size_t count) {
    std::unique_lock lock{mutex_};
    added_.wait(lock, [&] {
      std::size_t sum = 0;
      for (const auto& batch : batches_) {
        sum += batch.transactions + batch.rolled_back;
      }
      return sum >= count;
    });
    return batches_;
  }

  /// Waits until there were so many checkpoints.
  void await_checkpoints(std::size_t count) {
    std::unique_lock lock{mutex_};
    added_.wait(lock, [&] { return checkpoints_.size() >= count; });
  }

  /// Waits until some checkpoint moved the whole log.
  void await_complete_checkpoint() {
    std::unique_lock lock{mutex_};
    added_.wait(lock, [&] {
      for (const auto& checkpoint : checkpoints_) {
        if (checkpoint.complete) {
          return true;
        }
      }
      return false;
    });
  }

 private:
  template <class Report>
  void add(std::vector<Report>& reports, const Report& report) noexcept {
    const std::scoped_lock lock{mutex_};
    reports.push_back(report);
    added_.notify_all();
  }
  template <class Kept>
  Kept copy_of(const Kept& kept) const {
    const std::scoped_lock lock{mutex_};
    return kept;
  }

  mutable std::mutex mutex_;
  std::condition_variable added_;
  std::size_t alarms_ = 0;
  std::vector<tenancy::TransactionReport> transactions_;
  std::vector<tenancy::BatchReport> batches_;
  std::vector<tenancy::CheckpointReport> checkpoints_;
};

}  // namespace tenancy_test
