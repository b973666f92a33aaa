#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <latch>
#include <mutex>
#include <optional>
#include <semaphore>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <signal.h>  // NOLINT(modernize-deprecated-headers): kill
#include <unistd.h>

#include "service/http/server.hpp"

namespace e2e {

/// Answers at once, but for `/wait`: those later, from threads of their own. `/block` keeps the
/// thread of its socket until it is let go. Objects to heads of `/closed`.
class Echo final : public tenantd::Handler {
 public:
  void handle(tenantd::Request request, tenantd::Answer answer) noexcept override {
    tenantd::Response response{200, "text/plain", request.method + " " + request.target, {}};
    if (request.target == "/large") {
      response.body.assign(large_size, 'x');
    }
    if (request.target == "/block") {
      arrived.release();
      let_go.acquire();
    }
    if (request.target != "/wait") {
      answer(std::move(response));
      return;
    }
    const std::scoped_lock lock{mutex_};
    later_.emplace_back([this, response = std::move(response), answer = std::move(answer)] {
      arrived.release();
      released.wait();
      answer(response);
    });
  }
  std::optional<tenantd::Problem> object_to(const tenantd::Request& head) noexcept override {
    return head.target == "/closed" ? std::optional{tenantd::Problem{401, "closed"}} : std::nullopt;
  }
  tenantd::Response refuse(const tenantd::Request& /*request*/,
                           const tenantd::Problem& problem) noexcept override {
    return tenantd::Response{problem.status, "text/plain", problem.detail, {}};
  }

  tenantd::Response without_room(const tenantd::Response& answer) noexcept override {
    return tenantd::Response{503, "text/plain", std::to_string(answer.body.size()), {}};
  }

  /// More than the buffers of two sockets hold.
  static constexpr std::size_t large_size = std::size_t{48} << 20U;

  std::counting_semaphore<> arrived{0};
  std::counting_semaphore<> let_go{0};
  std::latch released{1};

 private:
  std::mutex mutex_;
  std::vector<std::jthread> later_;
};

/// A server in this process. It stops as every server does: on a signal to the process.
class EchoServer {
 public:
  explicit EchoServer(tenantd::Limits limits = {}, std::size_t threads = 2)
      : server_{{"127.0.0.1", 0, threads, limits}} {
    const std::string url = server_.url();
    port_ = static_cast<std::uint16_t>(std::stoul(url.substr(url.rfind(':') + 1)));
    thread_ = std::jthread{[this] { server_.run(handler); }};
  }

  EchoServer(const EchoServer&) = delete;
  EchoServer& operator=(const EchoServer&) = delete;
  ~EchoServer() {
    if (thread_.joinable()) {
      // What a failed test left waiting would keep the server from its end.
      if (!handler.released.try_wait()) {
        handler.released.count_down();
      }
      tell_to_stop();
    }
  }

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  void tell_to_stop() const { ::kill(::getpid(), SIGTERM); }
  void wait() { thread_.join(); }

  Echo handler;

 private:
  tenantd::Server server_;
  std::uint16_t port_ = 0;
  std::jthread thread_;
};

}  // namespace e2e
