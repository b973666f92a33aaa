#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>

#include "service/http/body_budget.hpp"
#include "service/http/handler.hpp"
#include "service/http/limits.hpp"

namespace tenantd {

/// Each thread that serves sockets has a context of its own, which needs no locks between them.
using IoExecutor = boost::asio::io_context::executor_type;
using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, IoExecutor>;

/// One client's connection: reads requests one after the other and answers each before it reads the
/// next, which keeps pipelined answers in order.
///
/// Ownership: shared by the server and by the coroutine that serves it.
/// Thread safety: `claim`, `is_late`, `idle_since`, `waits_since` and `body_since` are thread-safe;
/// everything else is confined to the thread of the socket. The handler may answer from anywhere.
class Connection {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr Clock::time_point never = Clock::time_point::max();

  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;
  virtual ~Connection() = default;

  /// Without a TLS context it speaks in the clear.
  static std::shared_ptr<Connection> make(Socket socket,
                                          const std::shared_ptr<boost::asio::ssl::context>& tls,
                                          std::string peer, Handler& handler, const Limits& limits,
                                          std::shared_ptr<BodyBudget> bodies);

  [[nodiscard]] virtual IoExecutor executor() = 0;

  /// Serves until either side closes. To be called once, on a connection that is kept alive
  /// meanwhile.
  virtual boost::asio::awaitable<void, IoExecutor> serve() = 0;

  /// Closes once the request in flight, if any, is answered.
  virtual void finish_soon() = 0;

  /// Closes whatever it waits for. Only for one that was claimed.
  virtual void give_way() = 0;

  /// Closes at once; a handler at work is still waited for.
  virtual void abort() = 0;

  /// Keeps it from beginning a further request, so that nothing holds it up when it is told to give
  /// way; not while a request is at work or its answer is sent.
  [[nodiscard]] bool claim() noexcept {
    Turn open = Turn::open;
    return turn_.compare_exchange_strong(open, Turn::claimed, std::memory_order_acq_rel);
  }

  /// Whether what it waits for should have come.
  [[nodiscard]] bool is_late(Clock::time_point now) const noexcept {
    return now >= deadline_.load(std::memory_order_relaxed);
  }

  /// Since when it has waited for a request to begin; `never` when it does not.
  [[nodiscard]] Clock::time_point idle_since() const noexcept {
    return idle_since_.load(std::memory_order_relaxed);
  }

  /// Since when it has waited for a request to begin, for the rest of its head, or for a refused
  /// client to read why; `never` when it waits for none of them.
  [[nodiscard]] Clock::time_point waits_since() const noexcept {
    return waits_since_.load(std::memory_order_relaxed);
  }

  /// Since when it has waited for the rest of a body, whatever has come of it meanwhile; `never`
  /// when it does not.
  [[nodiscard]] Clock::time_point body_since() const noexcept {
    return body_since_.load(std::memory_order_relaxed);
  }

 protected:
  Connection() = default;

  /// Whether a request may begin. Then nobody claims the connection until it has ended.
  [[nodiscard]] bool begin_turn() noexcept {
    Turn open = Turn::open;
    return turn_.compare_exchange_strong(open, Turn::taken, std::memory_order_acq_rel);
  }
  void end_turn() noexcept { turn_.store(Turn::open, std::memory_order_release); }
  [[nodiscard]] bool is_claimed() const noexcept {
    return turn_.load(std::memory_order_acquire) == Turn::claimed;
  }

  void wait_for(std::chrono::milliseconds time) noexcept {
    deadline_.store(Clock::now() + time, std::memory_order_relaxed);
  }
  void wait_forever() noexcept { deadline_.store(never, std::memory_order_relaxed); }
  void set_idle() noexcept {
    const auto now = Clock::now();
    set_waits(now, now, never);
  }
  void set_in_head() noexcept { set_waits(never, Clock::now(), never); }
  void set_in_body() noexcept { set_waits(never, never, Clock::now()); }
  void set_lingering() noexcept { set_in_head(); }
  void set_busy() noexcept { set_waits(never, never, never); }

 private:
  enum class Turn : std::uint8_t { open, taken, claimed };

  void set_waits(Clock::time_point idle_since, Clock::time_point waits_since,
                 Clock::time_point body_since) noexcept {
    idle_since_.store(idle_since, std::memory_order_relaxed);
    waits_since_.store(waits_since, std::memory_order_relaxed);
    body_since_.store(body_since, std::memory_order_relaxed);
  }

  std::atomic<Turn> turn_ = Turn::open;
  std::atomic<Clock::time_point> deadline_ = never;
  std::atomic<Clock::time_point> idle_since_ = never;
  std::atomic<Clock::time_point> waits_since_ = never;
  std::atomic<Clock::time_point> body_since_ = never;
};

}  // namespace tenantd
