#include "storage/sqlite/async_writes.hpp"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <utility>

namespace tenancy::inline v0::detail::sqlite {
namespace {

/// Refused writes that may wait to be told so; who submits more waits with them.
constexpr std::size_t max_ended = 1024;

constexpr std::chrono::hours longest_sleep{1};

/// For so long completed writes are gathered before they are disposed of: nobody waits for that,
/// and each time costs two changes of threads.
constexpr std::chrono::milliseconds gathering{1};

}  // namespace

/// The two threads and what they work on. They share it, so that it outlives a store that is closed
/// on one of them.
class AsyncWrites::Threads : public std::enable_shared_from_this<Threads> {
 public:
  explicit Threads(Writer& writer) noexcept : writer_{writer} {}

  void add(std::unique_ptr<AsyncWrite> write, std::optional<TenantId> tenant,
           std::uint32_t weight) {
    AsyncWrite& added = *write;
    added.threads_ = this;
    if (added.limits.stop().stop_possible()) {
      added.on_stop_.emplace(added.limits.stop(), AsyncWrite::OnStop{this});
    }
    std::unique_lock lock{mutex_};
    start();
    added.place_ = waiting_.insert(waiting_.end(), std::move(write));
    if (!submit(added, tenant, weight)) {
      end(added);
      await_room(lock);
      return;
    }
    // It may have been stopped before anybody could look.
    const auto look = added.limits.stop().stop_requested() ? CallLimits::Clock::time_point::min()
                                                           : added.limits.wait_until();
    if (look < next_look_) {
      next_look_ = look;
      wanted_.notify_one();
    }
  }

  void add_ended(std::unique_ptr<AsyncWrite> write) {
    std::unique_lock lock{mutex_};
    start();
    ended_.push_back(std::move(write));
    wanted_.notify_one();
    await_room(lock);
  }

  void call_to_lead(AsyncWrite& write) noexcept {
    const std::scoped_lock lock{mutex_};
    lead_with(write);
  }

  /// After it has been completed on the thread that led.
  void dispose_of(AsyncWrite& write) noexcept {
    const std::scoped_lock lock{mutex_};
    if (disposable_.empty()) {
      wanted_.notify_one();
    }
    disposable_.splice(disposable_.end(), waiting_, write.place_);
  }

  [[nodiscard]] bool in_same_process() const noexcept { return writer_.in_same_process(); }

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
      called_.notify_one();
    }
    for (std::thread* const thread : {&leader_, &attendant_}) {
      if (thread->get_id() == std::this_thread::get_id()) {
        thread->detach();
      } else if (thread->joinable()) {
        thread->join();
      }
    }
  }

 private:
  using Writes = std::list<std::unique_ptr<AsyncWrite>>;

  // What follows is called under the mutex.

  void start() {
    if (!attendant_.joinable()) {
      attendant_ = std::thread{[self = shared_from_this()] { self->attend(); }};
    }
    if (!leader_.joinable()) {
      leader_ = std::thread{[self = shared_from_this()] { self->lead(); }};
    }
  }

  /// Whether it was taken on; why not is noted in it.
  bool submit(AsyncWrite& write, std::optional<TenantId> tenant, std::uint32_t weight) noexcept {
    try {
      auto submitted = writer_.submit(write, tenant, weight);
      if (submitted) {
        if (submitted.value()) {
          lead_with(write);
        }
        return true;
      }
      write.outcome = std::move(submitted).error();
    } catch (...) {
      write.exception = std::current_exception();
    }
    return false;
  }

  void lead_with(AsyncWrite& write) noexcept {
    to_lead_ = &write;
    called_.notify_one();
  }

  void end(AsyncWrite& write) noexcept {
    ended_.splice(ended_.end(), waiting_, write.place_);
    wanted_.notify_one();
  }

  /// Whoever is refused faster than it is told waits; but not who tells.
  void await_room(std::unique_lock<std::mutex>& lock) {
    if (std::this_thread::get_id() != attendant_.get_id()) {
      told_.wait(lock, [this] { return ended_.size() < max_ended; });
    }
  }

  void lead() {
    std::unique_lock lock{mutex_};
    while (true) {
      called_.wait(lock, [this] { return stops_ || to_lead_ != nullptr; });
      if (stops_) {
        return;
      }
      AsyncWrite& write = *std::exchange(to_lead_, nullptr);
      lock.unlock();
      writer_.lead(write);
      if (!writer_.in_same_process()) {
        return;
      }
      lock.lock();
    }
  }

  void attend() {
    std::unique_lock lock{mutex_};
    while (!stops_) {
      if (CallLimits::Clock::now() >= next_look_) {
        give_up_on_late();
      }
      if (ended_.empty() && disposable_.empty()) {
        wanted_.wait_until(lock, next_look_);
        if (ended_.empty() && !disposable_.empty() && !stops_) {
          wanted_.wait_for(lock, gathering);
        }
        continue;
      }
      Writes ended = std::exchange(ended_, {});
      Writes disposable = std::exchange(disposable_, {});
      told_.notify_all();
      lock.unlock();
      for (const auto& write : ended) {
        write->complete();
      }
      // With the last of them the store may go, and with it all but this object.
      ended.clear();
      disposable.clear();
      lock.lock();
    }
  }

  /// Those that run already look at their limits by themselves.
  void give_up_on_late() {
    const auto now = CallLimits::Clock::now();
    next_look_ = now + longest_sleep;
    for (auto place = waiting_.begin(); place != waiting_.end();) {
      AsyncWrite& write = **place++;
      if (!write.limits.stop().stop_requested() && now < write.limits.wait_until()) {
        next_look_ = std::min(next_look_, write.limits.wait_until());
      } else if (writer_.withdraw(write)) {
        write.outcome = write.limits.wait_ended(errc::overloaded, "the turn to write");
        end(write);
      }
    }
  }

  Writer& writer_;
  std::mutex mutex_;
  std::condition_variable called_;  ///< The leading thread.
  std::condition_variable wanted_;  ///< The attending thread.
  std::condition_variable told_;    ///< Who waits for room.
  Writes waiting_;                  ///< For their turn or their commit.
  Writes ended_;                    ///< To be completed here.
  Writes disposable_;               ///< Completed.
  AsyncWrite* to_lead_ = nullptr;
  CallLimits::Clock::time_point next_look_ = CallLimits::Clock::now() + longest_sleep;
  bool stops_ = false;
  std::thread leader_;
  std::thread attendant_;
};

AsyncWrites::AsyncWrites(Writer& writer) : threads_{std::make_shared<Threads>(writer)} {}

AsyncWrites::~AsyncWrites() { threads_->stop(); }

void AsyncWrites::submit(std::unique_ptr<AsyncWrite> write, std::optional<TenantId> tenant,
                         std::uint32_t weight) {
  threads_->add(std::move(write), tenant, weight);
}

void AsyncWrites::refuse(std::unique_ptr<AsyncWrite> write) {
  threads_->add_ended(std::move(write));
}

void AsyncWrite::OnStop::operator()() const noexcept { threads->look_at_limits(); }

void AsyncWrite::call_to_lead() noexcept { threads_->call_to_lead(*this); }

void AsyncWrite::finish() noexcept {
  complete();
  if (threads_->in_same_process()) {
    threads_->dispose_of(*this);
  }
}

}  // namespace tenancy::inline v0::detail::sqlite
