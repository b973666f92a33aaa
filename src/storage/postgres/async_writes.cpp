#include "storage/postgres/async_writes.hpp"

#include <algorithm>
#include <condition_variable>
#include <list>
#include <mutex>
#include <stop_token>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "storage/call_limits.hpp"

namespace tenancy::inline v0::detail::postgres {
namespace {

constexpr std::chrono::hours longest_sleep{1};

}  // namespace

/// They share it, so that it outlives a store that is closed on one of them.
class AsyncWrites::Threads : public std::enable_shared_from_this<Threads> {
 public:
  Threads(std::size_t threads, std::size_t max_waiting_per_tenant)
      : size_{threads},
        queue_{{.quantum = std::chrono::microseconds{500},
                .max_waiting_per_tenant = max_waiting_per_tenant,
                .capacity = threads}} {}

  void submit(std::optional<TenantId> tenant, std::uint32_t weight, const CallOptions& options,
              std::chrono::milliseconds max_wait, Job job) {
    // A list of its own, which is spliced, so that nothing that may throw is half done.
    Writes one;
    one.push_back(std::make_unique<Waiting>(*this, std::move(job), options, max_wait));
    Waiting& added = *one.front();
    added.place = one.begin();
    const std::scoped_lock lock{mutex_};
    start();
    if (auto pushed = queue_.push(tenant, added, weight); !pushed) {
      added.refused = std::move(pushed).error();
      ended_.splice(ended_.end(), one);
      told_.notify_one();
      return;
    }
    waiting_.splice(waiting_.end(), one);
    // It may have been stopped before anybody could look.
    const auto look = added.limits.stop().stop_requested() ? CallLimits::Clock::time_point::min()
                                                           : added.limits.wait_until();
    if (look < next_look_) {
      next_look_ = look;
      told_.notify_one();
    }
    wanted_.notify_one();
  }

  void refuse(Error why, Job job) {
    auto write = std::make_unique<Waiting>(*this, std::move(job), CallOptions{},
                                           std::chrono::milliseconds{0});
    write->refused = std::move(why);
    const std::scoped_lock lock{mutex_};
    start();
    ended_.push_back(std::move(write));
    told_.notify_one();
  }

  [[nodiscard]] std::size_t waiting() const {
    const std::scoped_lock lock{mutex_};
    return queue_.waiting();
  }

  void stop() {
    {
      const std::scoped_lock lock{mutex_};
      stops_ = true;
      wanted_.notify_all();
      told_.notify_one();
    }
    for (std::thread& thread : threads_) {
      if (thread.get_id() == std::this_thread::get_id()) {
        thread.detach();
      } else {
        thread.join();
      }
    }
  }

 private:
  struct Waiting;
  using Writes = std::list<std::unique_ptr<Waiting>>;

  struct OnStop {
    Threads* threads;
    void operator()() const noexcept { threads->look_at_limits(); }
  };

  /// One that waits for its turn, or for being told why it has none. It is made and goes outside
  /// the lock, which whoever stops it takes.
  struct Waiting : FairQueueItem {
    Waiting(Threads& threads, Job its_job, CallOptions its_options,
            std::chrono::milliseconds max_wait)
        : job{std::move(its_job)}, options{std::move(its_options)}, limits{options, max_wait} {
      if (options.stop.stop_possible()) {
        on_stop.emplace(options.stop, OnStop{&threads});
      }
    }

    Job job;
    const CallOptions options;
    const CallLimits limits;
    Result<void> refused = success();
    Writes::iterator place;
    std::optional<std::stop_callback<OnStop>> on_stop;
  };

  void look_at_limits() noexcept {
    const std::scoped_lock lock{mutex_};
    next_look_ = CallLimits::Clock::time_point::min();
    told_.notify_one();
  }

  /// Under the lock: the one that tells, and another one that works if none is free. Throws
  /// `std::system_error` where there can be no thread at all.
  void start() {
    if (threads_.empty()) {
      threads_.emplace_back([self = shared_from_this()] { self->tell(); });
    }
    if (idle_ > 0 || threads_.size() > size_) {
      return;
    }
    try {
      threads_.emplace_back([self = shared_from_this()] { self->work(); });
    } catch (const std::system_error&) {
      if (threads_.size() == 1) {
        throw;
      }
    }
  }

  void work() {
    std::unique_lock lock{mutex_};
    while (true) {
      ++idle_;
      wanted_.wait(lock, [this] { return stops_ || !queue_.empty(); });
      --idle_;
      if (auto* const next = queue_.pop()) {
        Writes one;
        one.splice(one.begin(), waiting_, next->place);
        const auto begun = CallLimits::Clock::now();
        lock.unlock();
        // With the last of them the store may go, and with it all but this object.
        std::exchange(next->job, nullptr)(success());
        lock.lock();
        queue_.finish(*next, CallLimits::Clock::now() - begun);
        lock.unlock();
        one.clear();
        lock.lock();
      } else if (stops_) {
        return;
      }
    }
  }

  void tell() {
    std::unique_lock lock{mutex_};
    while (true) {
      if (CallLimits::Clock::now() >= next_look_) {
        give_up_on_late();
      }
      if (!ended_.empty()) {
        Writes ended = std::exchange(ended_, {});
        lock.unlock();
        for (const auto& write : ended) {
          std::exchange(write->job, nullptr)(write->refused);
        }
        ended.clear();
        lock.lock();
      } else if (stops_) {
        return;
      } else {
        told_.wait_until(lock, next_look_);
      }
    }
  }

  /// Those that run already look at their limits by themselves.
  void give_up_on_late() {
    const auto now = CallLimits::Clock::now();
    next_look_ = now + longest_sleep;
    for (auto place = waiting_.begin(); place != waiting_.end();) {
      const auto at = place++;
      Waiting& write = **at;
      if (!write.limits.stop().stop_requested() && now < write.limits.wait_until()) {
        next_look_ = std::min(next_look_, write.limits.wait_until());
      } else if (queue_.remove(write)) {
        write.refused = write.limits.wait_ended(errc::overloaded, "a thread to write on");
        ended_.splice(ended_.end(), waiting_, at);
      }
    }
  }

  const std::size_t size_;
  mutable std::mutex mutex_;
  std::condition_variable wanted_;  ///< Those that work.
  std::condition_variable told_;    ///< The one that tells.
  FairQueue<Waiting> queue_;
  Writes waiting_;  ///< For their turn.
  Writes ended_;    ///< To be told why they have none.
  CallLimits::Clock::time_point next_look_ = CallLimits::Clock::now() + longest_sleep;
  std::vector<std::thread> threads_;
  std::size_t idle_ = 0;
  bool stops_ = false;
};

AsyncWrites::AsyncWrites(std::size_t threads, std::size_t max_waiting_per_tenant)
    : threads_{std::make_shared<Threads>(threads, max_waiting_per_tenant)} {}

AsyncWrites::~AsyncWrites() { threads_->stop(); }

void AsyncWrites::submit(std::optional<TenantId> tenant, std::uint32_t weight,
                         const CallOptions& options, std::chrono::milliseconds max_wait, Job job) {
  threads_->submit(tenant, weight, options, max_wait, std::move(job));
}

void AsyncWrites::refuse(Error why, Job job) { threads_->refuse(std::move(why), std::move(job)); }

std::size_t AsyncWrites::waiting() const { return threads_->waiting(); }

}  // namespace tenancy::inline v0::detail::postgres
