#include "storage/sqlite/async_writes.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

namespace tenancy::inline v0::detail::sqlite {

/// The threads and what they work on. One leads, and may wait long for its turn; the other one
/// meanwhile completes what was refused or is too late, and disposes of what has been completed.
/// They share it, so that it outlives a store that is closed on the latter.
class AsyncWrites::Worker : public std::enable_shared_from_this<Worker> {
 public:
  explicit Worker(Writer& writer) noexcept : writer_{writer} {}

  void add(std::unique_ptr<AsyncWrite> write, std::optional<TenantId> tenant,
           std::uint32_t weight) {
    AsyncWrite& added = *write;
    if (added.limits.stop().stop_possible()) {
      added.on_stop_.emplace(added.limits.stop(), AsyncWrite::OnStop{this});
    }
    // Nobody looks at its limits before it can be withdrawn, and once it can, it may soon be gone.
    const std::scoped_lock lock{mutex_};
    keep(std::move(write), waiting_);
    auto submitted = writer_.submit(added, tenant, weight);
    if (!submitted) {
      added.outcome = std::move(submitted).error();
      ended_.splice(ended_.end(), waiting_, added.place_);
      wanted_.notify_one();
    } else if (submitted.value()) {
      to_lead_ = &added;
      called_to_lead_.notify_one();
    }
  }

  void add_ended(std::unique_ptr<AsyncWrite> write) {
    const std::scoped_lock lock{mutex_};
    keep(std::move(write), ended_);
    wanted_.notify_one();
  }

  void lead_with(AsyncWrite& write) noexcept {
    const std::scoped_lock lock{mutex_};
    to_lead_ = &write;
    called_to_lead_.notify_one();
  }

  /// After it has been completed on the thread that led.
  void dispose_of(AsyncWrite& write) noexcept {
    const std::scoped_lock lock{mutex_};
    disposable_.splice(disposable_.end(), waiting_, write.place_);
    wanted_.notify_one();
  }

  void look_at_limits() noexcept {
    const std::scoped_lock lock{mutex_};
    next_look_ = CallLimits::Clock::time_point::min();
    wanted_.notify_one();
  }

  void stop() {
    {
      const std::scoped_lock lock{mutex_};
      stops_ = true;
      wanted_.notify_one();
      called_to_lead_.notify_one();
    }
    if (leader_.joinable()) {
      leader_.join();
    }
    if (!keeper_.joinable()) {
      return;
    }
    if (keeper_.get_id() == std::this_thread::get_id()) {
      keeper_.detach();
    } else {
      keeper_.join();
    }
  }

  void abandon() noexcept {
    static_cast<void>(new std::thread{std::move(leader_)});
    static_cast<void>(new std::thread{std::move(keeper_)});
  }

 private:
  using Writes = std::list<std::unique_ptr<AsyncWrite>>;

  /// Under the mutex.
  void keep(std::unique_ptr<AsyncWrite> write, Writes& list) {
    if (!keeper_.joinable()) {
      keeper_ = std::thread{[self = shared_from_this()] { self->keep_up(); }};
    }
    if (!leader_.joinable()) {
      leader_ = std::thread{[self = shared_from_this()] { self->lead_when_called(); }};
    }
    AsyncWrite& kept = *write;
    kept.worker_ = this;
    kept.place_ = list.insert(list.end(), std::move(write));
    // It may have been stopped before it was in the list.
    const auto look = kept.limits.stop().stop_requested() ? CallLimits::Clock::time_point::min()
                                                          : kept.limits.wait_until();
    if (look < next_look_) {
      next_look_ = look;
      wanted_.notify_one();
    }
  }

  void lead_when_called() {
    std::unique_lock lock{mutex_};
    while (true) {
      called_to_lead_.wait(lock, [this] { return stops_ || to_lead_ != nullptr; });
      if (to_lead_ == nullptr) {
        return;
      }
      AsyncWrite& write = *std::exchange(to_lead_, nullptr);
      lock.unlock();
      writer_.lead(write);
      lock.lock();
    }
  }

  void keep_up() {
    std::unique_lock lock{mutex_};
    while (!stops_) {
      if (!ended_.empty() || !disposable_.empty()) {
        Writes ended = std::move(ended_);
        Writes disposable = std::move(disposable_);
        ended_.clear();
        disposable_.clear();
        lock.unlock();
        for (const auto& late : ended) {
          late->complete();
        }
        // With the last of them the store may go, and with it all but this object.
        ended.clear();
        disposable.clear();
        lock.lock();
      } else if (CallLimits::Clock::now() >= next_look_) {
        give_up_on_late();
      } else {
        wanted_.wait_until(lock, next_look_);
      }
    }
  }

  /// Under the mutex. Those that run already look at their limits by themselves.
  void give_up_on_late() {
    next_look_ = CallLimits::Clock::now() + longest_sleep;
    for (auto place = waiting_.begin(); place != waiting_.end();) {
      AsyncWrite& write = **place++;
      const bool is_over = write.limits.stop().stop_requested() ||
                           CallLimits::Clock::now() >= write.limits.wait_until();
      if (!is_over) {
        next_look_ = std::min(next_look_, write.limits.wait_until());
      } else if (writer_.withdraw(write)) {
        write.outcome = write.limits.wait_ended(errc::overloaded, "the turn to write");
        ended_.splice(ended_.end(), waiting_, write.place_);
      }
    }
  }

  static constexpr std::chrono::hours longest_sleep{1};

  Writer& writer_;
  std::mutex mutex_;
  std::condition_variable wanted_;
  std::condition_variable called_to_lead_;
  Writes waiting_;     ///< For their turn or their commit.
  Writes ended_;       ///< To be completed here.
  Writes disposable_;  ///< Completed.
  AsyncWrite* to_lead_ = nullptr;
  CallLimits::Clock::time_point next_look_ = CallLimits::Clock::now() + longest_sleep;
  bool stops_ = false;
  std::thread leader_;
  std::thread keeper_;
};

AsyncWrites::AsyncWrites(Writer& writer) : worker_{std::make_shared<Worker>(writer)} {}

AsyncWrites::~AsyncWrites() { worker_->stop(); }

void AsyncWrites::submit(std::unique_ptr<AsyncWrite> write, std::optional<TenantId> tenant,
                         std::uint32_t weight) {
  worker_->add(std::move(write), tenant, weight);
}

void AsyncWrites::refuse(std::unique_ptr<AsyncWrite> write, Error reason) {
  write->outcome = std::move(reason);
  worker_->add_ended(std::move(write));
}

void AsyncWrites::abandon() noexcept { worker_->abandon(); }

void AsyncWrite::OnStop::operator()() const noexcept { worker->look_at_limits(); }

void AsyncWrite::call_to_lead() noexcept { worker_->lead_with(*this); }

void AsyncWrite::finish() noexcept {
  complete();
  worker_->dispose_of(*this);
}

}  // namespace tenancy::inline v0::detail::sqlite
