#include "service/open_loop.hpp"

#include <array>
#include <cmath>
#include <memory>
#include <random>

#include <sys/epoll.h>
#include <unistd.h>

#include "give_up.hpp"
#include "service/http_connection.hpp"

namespace tenancy_bench {
namespace {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

/// Connections with the moments that their requests count from.
class Pool {
 public:
  Pool(std::uint16_t port, std::size_t size) : poll_{::epoll_create1(EPOLL_CLOEXEC)} {
    for (std::size_t i = 0; i < size; ++i) {
      connections_.push_back(std::make_unique<HttpConnection>(port));
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.u64 = i;
      if (::epoll_ctl(poll_, EPOLL_CTL_ADD, connections_[i]->descriptor(), &event) != 0) {
        give_up("a connection cannot be watched");
      }
      free_.push_back(i);
    }
    since_.resize(size);
  }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  ~Pool() { ::close(poll_); }

  [[nodiscard]] bool has_free() const noexcept { return !free_.empty(); }
  [[nodiscard]] bool is_idle() const noexcept { return free_.size() == connections_.size(); }

  void send(std::string_view request, Clock::time_point since) {
    const std::size_t chosen = free_.back();
    free_.pop_back();
    since_[chosen] = since;
    connections_[chosen]->send(request);
  }

  /// Takes the answers that have arrived, without waiting for any.
  void receive(std::vector<std::chrono::nanoseconds>& latencies) {
    std::array<epoll_event, 64> events;  // NOLINT(cppcoreguidelines-pro-type-member-init)
    const int count = ::epoll_wait(poll_, events.data(), static_cast<int>(events.size()), 0);
    for (int i = 0; i < count; ++i) {
      const std::size_t index = events[static_cast<std::size_t>(i)].data.u64;
      if (connections_[index]->receive()) {
        latencies.push_back(Clock::now() - since_[index]);
        free_.push_back(index);
      }
    }
  }

 private:
  int poll_;
  std::vector<std::unique_ptr<HttpConnection>> connections_ = {};
  std::vector<std::size_t> free_ = {};
  std::vector<Clock::time_point> since_ = {};
};

OpenLoopRun finish(Pool& pool, Clock::time_point begin,
                   std::vector<std::chrono::nanoseconds> latencies) {
  while (!pool.is_idle()) {
    pool.receive(latencies);
  }
  const Seconds took = Clock::now() - begin;
  return {static_cast<double>(latencies.size()) / took.count(), latencies.size(),
          std::move(latencies)};
}

}  // namespace

OpenLoopRun run_open_loop(std::uint16_t port, std::size_t connections, double per_second,
                          Seconds time, const NextRequest& next) {
  Pool pool{port, connections};
  std::mt19937_64 random{1};  // NOLINT(cert-msc51-cpp): the same each time
  std::exponential_distribution<double> gap{per_second};
  std::vector<std::chrono::nanoseconds> latencies;
  latencies.reserve(static_cast<std::size_t>(per_second * time.count() * 1.2));
  const auto begin = Clock::now();
  const auto after = [begin](double seconds) {
    return begin + std::chrono::duration_cast<Clock::duration>(Seconds{seconds});
  };
  double moment = gap(random);
  while (moment < time.count()) {
    const auto due = after(moment);
    if (pool.has_free() && due <= Clock::now()) {
      pool.send(next(), due);
      moment += gap(random);
    } else {
      pool.receive(latencies);
    }
  }
  return finish(pool, begin, std::move(latencies));
}

OpenLoopRun run_closed_loop_over_http(std::uint16_t port, std::size_t connections, Seconds time,
                                      const NextRequest& next) {
  Pool pool{port, connections};
  std::vector<std::chrono::nanoseconds> latencies;
  const auto begin = Clock::now();
  for (auto now = begin; now - begin < time; now = Clock::now()) {
    while (pool.has_free()) {
      pool.send(next(), now);
    }
    pool.receive(latencies);
  }
  return finish(pool, begin, std::move(latencies));
}

std::string ask(std::uint16_t port, std::string_view request) {
  HttpConnection connection{port};
  connection.send(request);
  while (!connection.receive()) {
  }
  return std::string{connection.body()};
}

}  // namespace tenancy_bench
