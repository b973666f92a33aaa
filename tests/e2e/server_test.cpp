#include "service/http/server.hpp"

#include <chrono>
#include <latch>
#include <memory>
#include <mutex>
#include <optional>
#include <semaphore>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): kill
#include <unistd.h>

#include "e2e/http_client.hpp"

namespace {

using e2e::HttpClient;
using tenantd::Request;
using tenantd::Response;

/// Answers at once, but for `/wait`: those later, from threads of their own. `/block` keeps the
/// thread of its socket until it is let go. Objects to heads of `/closed`.
class Echo final : public tenantd::Handler {
 public:
  void handle(Request request, tenantd::Answer answer) noexcept override {
    Response response{200, "text/plain", request.method + " " + request.target, {}};
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
  std::optional<tenantd::Problem> object_to(const Request& head) noexcept override {
    return head.target == "/closed" ? std::optional{tenantd::Problem{401, "closed"}} : std::nullopt;
  }
  Response refuse(const Request& /*request*/, const tenantd::Problem& problem) noexcept override {
    return Response{problem.status, "text/plain", problem.detail, {}};
  }

  Response without_room(const Response& answer) noexcept override {
    return Response{503, "text/plain", std::to_string(answer.body.size()), {}};
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
class Running {
 public:
  explicit Running(tenantd::Limits limits = {}, std::size_t threads = 2)
      : server_{{"127.0.0.1", 0, threads, limits}} {
    const std::string url = server_.url();
    port_ = static_cast<std::uint16_t>(std::stoul(url.substr(url.rfind(':') + 1)));
    thread_ = std::jthread{[this] { server_.run(handler); }};
  }

  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() {
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

/// A connection that has been answered. Until the server has heard on its listener's thread that
/// another is idle or gone, there may be no room yet.
std::unique_ptr<HttpClient> let_in(const Running& running, const std::string& target) {
  while (true) {
    auto client = std::make_unique<HttpClient>(running.port());
    try {
      // Not within CHECK, which would keep the exception.
      const auto reply = client->request("GET", target);
      CHECK(reply.body == "GET " + target);
      return client;
    } catch (const std::runtime_error&) {
      continue;
    }
  }
}

TEST_CASE("a connection above the limit is closed, and there is room again when one goes") {
  tenantd::Limits limits;
  limits.connections = 1;
  limits.connections_per_peer = 8;
  Running running{limits};
  HttpClient busy{running.port()};
  busy.send(e2e::request_bytes("GET", "/wait", {{"Connection", "close"}}));
  running.handler.arrived.acquire();
  HttpClient refused{running.port()};
  CHECK_THROWS(refused.request("GET", "/1"));
  running.handler.released.count_down();
  CHECK(busy.read_reply().body == "GET /wait");
  CHECK(busy.is_closed_by_peer());
  static_cast<void>(let_in(running, "/2"));
  running.tell_to_stop();
  running.wait();
}

TEST_CASE("a new connection takes the place of the one that has been idle for longest") {
  tenantd::Limits limits;
  limits.connections = 2;
  limits.connections_per_peer = 2;
  Running running{limits};
  HttpClient busy{running.port()};
  busy.send(e2e::request_bytes("GET", "/wait"));
  running.handler.arrived.acquire();
  HttpClient idle{running.port()};
  CHECK(idle.request("GET", "/1").body == "GET /1");
  const auto next = let_in(running, "/2");
  CHECK(idle.is_closed_by_peer());
  // Of two that are idle, the one that was so first.
  running.handler.released.count_down();
  CHECK(busy.read_reply().status == 200);
  const auto last = let_in(running, "/3");
  CHECK(next->is_closed_by_peer());
  CHECK(busy.request("GET", "/4").body == "GET /4");
  running.tell_to_stop();
  running.wait();
}

constexpr const char* half_head = "GET / HTTP/1.1\r\nHost: x\r\nX-Half: ";

/// Connections that have been answered, and have sent a part of the next head.
std::vector<std::unique_ptr<HttpClient>> with_half_heads(const Running& running, const char* from,
                                                         int count) {
  std::vector<std::unique_ptr<HttpClient>> clients;
  for (int i = 0; i < count; ++i) {
    clients.push_back(std::make_unique<HttpClient>(running.port(), from));
    clients.back()->send(e2e::request_bytes("GET", "/half") + half_head);
    CHECK(clients.back()->read_reply().status == 200);
  }
  return clients;
}

// These run on one thread: what a client was answered, all of the server knows.

TEST_CASE("heads that never end, from several addresses, keep nobody out") {
  tenantd::Limits limits;
  limits.connections = 4;
  limits.connections_per_peer = 2;
  limits.header_time = std::chrono::minutes{10};
  Running running{limits, 1};
  const auto one = with_half_heads(running, "127.0.0.2", 2);
  const auto another = with_half_heads(running, "127.0.0.3", 2);
  std::vector<std::unique_ptr<HttpClient>> honest;
  for (const char* from : {"127.0.0.4", "127.0.0.5"}) {
    honest.push_back(std::make_unique<HttpClient>(running.port(), from));
    CHECK(honest.back()->request("GET", "/").status == 200);
  }
  // The ones that had waited for longest, of each as they had as many.
  CHECK(one.front()->is_closed_by_peer());
  CHECK(another.front()->is_closed_by_peer());
  // A peer over its share makes room for itself.
  HttpClient busy{running.port(), "127.0.0.4"};
  busy.send(half_head);
  HttpClient again{running.port(), "127.0.0.4"};
  CHECK(again.request("GET", "/").status == 200);
  running.tell_to_stop();
  running.wait();
}

TEST_CASE("the peer with the most connections makes room, not the one that has waited longest") {
  tenantd::Limits limits;
  limits.connections = 4;
  limits.connections_per_peer = 3;
  Running running{limits, 1};
  HttpClient patient{running.port(), "127.0.0.3"};
  CHECK(patient.request("GET", "/1").status == 200);
  const auto many = with_half_heads(running, "127.0.0.2", 3);
  HttpClient next{running.port()};
  CHECK(next.request("GET", "/2").status == 200);
  CHECK(many.front()->is_closed_by_peer());
  CHECK(patient.request("GET", "/3").body == "GET /3");
  running.tell_to_stop();
  running.wait();
}

TEST_CASE("whoever has many connections takes none of whoever has fewer") {
  tenantd::Limits limits;
  limits.connections = 3;
  limits.connections_per_peer = 3;
  Running running{limits, 1};
  HttpClient single{running.port(), "127.0.0.3"};
  CHECK(single.request("GET", "/1").status == 200);
  std::vector<std::unique_ptr<HttpClient>> many;
  for (int i = 0; i < 2; ++i) {
    many.push_back(std::make_unique<HttpClient>(running.port(), "127.0.0.2"));
    many.back()->send(e2e::request_bytes("POST", "/wait", {}, "12345"));
    running.handler.arrived.acquire();
  }
  HttpClient refused{running.port(), "127.0.0.2"};
  CHECK_THROWS(refused.request("GET", "/2"));
  CHECK(single.request("GET", "/3").body == "GET /3");
  // One that has fewer may.
  HttpClient fresh{running.port(), "127.0.0.4"};
  CHECK(fresh.request("GET", "/4").body == "GET /4");
  CHECK(single.is_closed_by_peer());
  running.handler.released.count_down();
  for (const auto& client : many) {
    CHECK(client->read_reply().body == "POST /wait");
  }
  running.tell_to_stop();
  running.wait();
}

/// A connection that waits for the rest of a body, as the server knows.
std::unique_ptr<HttpClient> with_half_body(const Running& running, const char* from) {
  auto client = std::make_unique<HttpClient>(running.port(), from);
  client->send("POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");
  CHECK(client->read_reply(false).status == 100);
  return client;
}

TEST_CASE("bodies that never end, from several addresses, keep nobody out") {
  tenantd::Limits limits;
  limits.connections = 4;
  limits.connections_per_peer = 2;
  limits.body_time = std::chrono::minutes{10};
  Running running{limits, 1};
  std::vector<std::unique_ptr<HttpClient>> slow;
  for (const char* from : {"127.0.0.2", "127.0.0.2", "127.0.0.3", "127.0.0.3"}) {
    slow.push_back(with_half_body(running, from));
  }
  // Nobody gains time by what drips in.
  slow[0]->send("12");
  std::vector<std::unique_ptr<HttpClient>> honest;
  for (const char* from : {"127.0.0.4", "127.0.0.5"}) {
    honest.push_back(std::make_unique<HttpClient>(running.port(), from));
    CHECK(honest.back()->request("GET", "/").status == 200);
  }
  CHECK(slow[0]->is_closed_by_peer());
  CHECK(slow[2]->is_closed_by_peer());
  // The others are served when the rest comes.
  for (const std::size_t i : {1U, 3U}) {
    slow[i]->send("12345");
    CHECK(slow[i]->read_reply().body == "POST /");
  }
  running.tell_to_stop();
  running.wait();
}

TEST_CASE("whoever waits for a head makes room before a body, and one that is served never does") {
  tenantd::Limits limits;
  limits.connections = 3;
  limits.connections_per_peer = 3;
  limits.body_time = std::chrono::minutes{10};
  Running running{limits, 1};
  HttpClient served{running.port()};
  served.send(e2e::request_bytes("POST", "/wait", {}, "12345"));
  running.handler.arrived.acquire();
  const auto in_body = with_half_body(running, "127.0.0.1");
  const auto in_head = with_half_heads(running, "127.0.0.1", 1);
  HttpClient next{running.port()};
  CHECK(next.request("GET", "/1").status == 200);
  CHECK(in_head.front()->is_closed_by_peer());
  CHECK_FALSE(in_body->has_news());
  next.send(e2e::request_bytes("GET", "/wait"));
  running.handler.arrived.acquire();
  HttpClient last{running.port()};
  CHECK(last.request("GET", "/2").status == 200);
  CHECK(in_body->is_closed_by_peer());
  last.send(e2e::request_bytes("GET", "/wait"));
  running.handler.arrived.acquire();
  HttpClient refused{running.port()};
  CHECK_THROWS(refused.request("GET", "/3"));
  running.handler.released.count_down();
  CHECK(served.read_reply().body == "POST /wait");
  CHECK(next.read_reply().body == "GET /wait");
  CHECK(last.read_reply().body == "GET /wait");
  running.tell_to_stop();
  running.wait();
}

TEST_CASE("whoever makes room begins no request that comes at the same moment") {
  tenantd::Limits limits;
  limits.connections = 6;
  limits.write_time = std::chrono::minutes{10};
  Running running{limits, 2};
  // Every other one is of the second thread, which does not let newcomers in.
  std::vector<std::unique_ptr<HttpClient>> clients;
  for (const char* const address :
       {"127.0.0.9", "127.0.0.2", "127.0.0.3", "127.0.0.9", "127.0.0.4", "127.0.0.5"}) {
    clients.push_back(std::make_unique<HttpClient>(running.port(), address));
    CHECK(clients.back()->request("GET", "/1").status == 200);
  }
  for (const std::size_t i : {0U, 2U, 4U}) {
    clients[i]->send(e2e::request_bytes("GET", "/wait"));
    running.handler.arrived.acquire();
  }
  HttpClient& blocker = *clients[1];
  HttpClient& deaf = *clients[3];
  HttpClient& other_blocker = *clients[5];
  blocker.send(e2e::request_bytes("GET", "/block"));
  running.handler.arrived.acquire();
  // The first fills what is read at once. So the second is there, and has not been looked at, while
  // the thread is kept by another.
  constexpr std::size_t read_size = 4096;
  const std::size_t rest = e2e::request_bytes("GET", "/").size();
  deaf.send(e2e::request_bytes("GET", "/" + std::string(read_size - rest, 'x')) +
            e2e::request_bytes("GET", "/large"));
  other_blocker.send(e2e::request_bytes("GET", "/block"));
  running.handler.let_go.release();
  CHECK(blocker.read_reply().status == 200);
  CHECK(deaf.read_reply().status == 200);
  running.handler.arrived.acquire();
  HttpClient next{running.port(), "127.0.0.6"};
  CHECK(next.request("GET", "/2").body == "GET /2");
  running.handler.let_go.release();
  CHECK(other_blocker.read_reply().status == 200);
  // While its answer was not read, it would keep one of the few places of those who leave.
  CHECK(deaf.is_closed_by_peer());
  running.handler.released.count_down();
  CHECK(clients.front()->read_reply().status == 200);
  running.tell_to_stop();
  running.wait();
}

TEST_CASE("a refused client that goes on sending makes room") {
  tenantd::Limits limits;
  limits.connections = 1;
  limits.connections_per_peer = 1;
  limits.linger_time = std::chrono::minutes{10};
  Running running{limits, 1};
  HttpClient refused{running.port()};
  refused.send("POST /closed HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n1");
  CHECK(refused.read_reply().status == 401);
  static_cast<void>(let_in(running, "/1"));
  running.tell_to_stop();
  running.wait();
}

TEST_CASE("what its head tells against a request is answered before its body is asked for") {
  Running running{{}, 1};
  const std::string head = "POST /closed HTTP/1.1\r\nHost: x\r\n";
  for (const std::string rest : {"Content-Length: 5\r\n\r\n", "Content-Length: 5\r\n\r\n12",
                                 "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n",
                                 "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n",
                                 "Transfer-Encoding: chunked\r\n\r\n5\r\n12"}) {
    CAPTURE(rest);
    HttpClient client{running.port()};
    client.send(head + rest);
    const auto reply = client.read_reply();
    CHECK(reply.status == 401);
    CHECK(reply.body == "closed");
    CHECK(reply.header("Connection") == "close");
    // What follows is no request any more.
    client.send("12345" + e2e::request_bytes("GET", "/next"));
    client.stop_sending();
    CHECK(client.is_closed_by_peer());
  }
  // A body that has come is nobody's to wait for.
  HttpClient whole{running.port()};
  CHECK(whole.request("POST", "/closed", {}, "12345").body == "POST /closed");
  CHECK(whole.request("GET", "/next").body == "GET /next");
  running.tell_to_stop();
  running.wait();
}

TEST_CASE("empty lines before a request are nothing") {
  Running running{{}, 1};
  HttpClient client{running.port()};
  CHECK(client.request("POST", "/1", {}, "12345\r\n").body == "POST /1");
  client.send("\r\n\r");
  client.send("\n" + e2e::request_bytes("GET", "/2"));
  CHECK(client.read_reply().body == "GET /2");
  client.send(e2e::request_bytes("GET", "/3") + "\r\n");
  CHECK(client.read_reply().body == "GET /3");
  running.tell_to_stop();
  running.wait();
}

TEST_CASE("an empty line begins no request, so that its connection stays idle") {
  tenantd::Limits limits;
  limits.idle_time = std::chrono::seconds{1};
  limits.header_time = std::chrono::minutes{10};
  Running running{limits};
  HttpClient client{running.port()};
  client.send(e2e::request_bytes("GET", "/1") + "\r\n");
  CHECK(client.read_reply().body == "GET /1");
  CHECK(client.is_closed_by_peer());
  running.tell_to_stop();
  running.wait();
}

TEST_CASE("one peer gets its share of the connections, and no more") {
  tenantd::Limits limits;
  limits.connections = 8;
  limits.connections_per_peer = 1;
  Running running{limits};
  HttpClient busy{running.port()};
  busy.send(e2e::request_bytes("GET", "/wait"));
  running.handler.arrived.acquire();
  HttpClient refused{running.port()};
  CHECK_THROWS(refused.request("GET", "/refused"));
  HttpClient other{running.port(), "127.0.0.2"};
  CHECK(other.request("GET", "/other").body == "GET /other");
  running.handler.released.count_down();
  CHECK(busy.read_reply().status == 200);
  running.tell_to_stop();
  running.wait();
}

TEST_CASE("a connection may be worth so many requests only") {
  tenantd::Limits limits;
  limits.requests_per_connection = 2;
  Running running{limits};
  HttpClient client{running.port()};
  CHECK(client.request("GET", "/1").header("Connection").empty());
  CHECK(client.request("GET", "/2").header("Connection") == "close");
  CHECK(client.is_closed_by_peer());
  running.tell_to_stop();
  running.wait();
}

TEST_CASE("what drips in does not gain time") {
  tenantd::Limits limits;
  limits.header_time = std::chrono::seconds{1};
  limits.body_time = std::chrono::seconds{1};
  Running running{limits};
  for (const std::string head : {"GET / HTTP/1.1\r\nHost: x\r\nX-Drip: ",
                                 "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n"}) {
    HttpClient client{running.port()};
    client.send(head);
    // Only the server ends this: as long as it reads, a byte goes every now and then.
    bool is_open = true;
    while (is_open) {
      try {
        client.send("x");
        is_open = !client.is_closed_within(std::chrono::milliseconds{50});
      } catch (const std::runtime_error&) {
        is_open = false;
      }
    }
  }
  running.tell_to_stop();
  running.wait();
}

TEST_CASE("an empty line in two parts gains no time for the head behind it") {
  tenantd::Limits limits;
  limits.header_time = std::chrono::seconds{1};
  limits.idle_time = std::chrono::seconds{1};
  Running running{limits};
  for (const bool is_fresh : {true, false}) {
    CAPTURE(is_fresh);
    HttpClient client{running.port()};
    if (!is_fresh) {
      CHECK(client.request("GET", "/1").status == 200);
    }
    // So that the server reads each of them on its own.
    for (const std::string part : {"\r", "\n", "GET /2 HTTP/1.1\r\n"}) {
      client.send(part);
      CHECK_FALSE(client.is_closed_within(std::chrono::milliseconds{20}));
    }
    CHECK(client.is_closed_by_peer());
  }
  running.tell_to_stop();
  running.wait();
}

TEST_CASE("a client that does not read its answers is dropped") {
  tenantd::Limits limits;
  limits.write_time = std::chrono::seconds{1};
  limits.target_bytes = 16 * 1024;
  Running running{limits};
  HttpClient deaf{running.port()};
  const std::string request = e2e::request_bytes("GET", "/" + std::string(15'000, 'x'));
  // The answers fill all buffers between here and there; then nothing is read any more.
  CHECK_THROWS([&] {
    while (true) {
      deaf.send(request);
    }
  }());
  HttpClient other{running.port()};
  CHECK(other.request("GET", "/").status == 200);
  running.tell_to_stop();
  running.wait();
}

TEST_CASE("answers that nobody reads hold a share of the memory at most") {
  tenantd::Limits limits;
  // Two large answers in all, and one of each peer.
  limits.bodies_bytes = 2 * Echo::large_size;
  Running running{limits, 1};
  HttpClient deaf{running.port(), "127.0.0.2"};
  deaf.send(e2e::request_bytes("GET", "/large"));
  while (!deaf.has_news()) {
    std::this_thread::yield();
  }
  HttpClient same_peer{running.port(), "127.0.0.2"};
  const auto refused = same_peer.request("GET", "/large");
  CHECK(refused.status == 503);
  CHECK(refused.body == std::to_string(Echo::large_size));
  CHECK(same_peer.request("GET", "/small").status == 200);
  HttpClient other{running.port(), "127.0.0.3"};
  CHECK(other.request("GET", "/large").body.size() == Echo::large_size);
  // What is sent gives its share back.
  CHECK(deaf.read_reply().body == std::string(Echo::large_size, 'x'));
  while (same_peer.request("GET", "/large").status == 503) {
  }
  running.tell_to_stop();
  running.wait();
}

TEST_CASE("many pipelined requests are answered in order, also when an answer comes later") {
  Running running;
  HttpClient client{running.port()};
  std::string bytes;
  for (int i = 0; i < 50; ++i) {
    bytes += e2e::request_bytes("GET", i == 20 ? "/wait" : "/" + std::to_string(i));
  }
  client.send(bytes);
  running.handler.arrived.acquire();
  running.handler.released.count_down();
  for (int i = 0; i < 50; ++i) {
    CHECK(client.read_reply().body == (i == 20 ? "GET /wait" : "GET /" + std::to_string(i)));
  }
  running.tell_to_stop();
  running.wait();
}

TEST_CASE("a client that sends nothing, or no more, is dropped") {
  tenantd::Limits limits;
  limits.header_time = std::chrono::seconds{1};
  limits.body_time = std::chrono::seconds{1};
  Running running{limits};
  HttpClient silent{running.port()};
  HttpClient stuck{running.port()};
  stuck.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab");
  CHECK(silent.is_closed_by_peer());
  CHECK(stuck.is_closed_by_peer());
  running.tell_to_stop();
  running.wait();
}

TEST_CASE("a handler at work is waited for, and its answer is sent") {
  // On one thread: when one connection has heard of the end, so have all.
  Running running{{}, 1};
  HttpClient idle{running.port()};
  CHECK(idle.request("GET", "/").status == 200);
  HttpClient busy{running.port()};
  busy.send(e2e::request_bytes("GET", "/wait"));
  running.handler.arrived.acquire();
  running.tell_to_stop();
  CHECK(idle.is_closed_by_peer());
  running.handler.released.count_down();
  const auto reply = busy.read_reply();
  CHECK(reply.body == "GET /wait");
  CHECK(reply.header("Connection") == "close");
  running.wait();
}

TEST_CASE("a slow handler holds up neither other connections nor the sockets") {
  Running running;
  HttpClient slow{running.port()};
  slow.send(e2e::request_bytes("GET", "/wait"));
  running.handler.arrived.acquire();
  HttpClient quick{running.port()};
  CHECK(quick.request("GET", "/quick").body == "GET /quick");
  running.handler.released.count_down();
  CHECK(slow.read_reply().body == "GET /wait");
  running.tell_to_stop();
  running.wait();
}

TEST_CASE("an address that is taken is an exception that says so") {
  Running running;
  CHECK_THROWS_AS((tenantd::Server{{"127.0.0.1", running.port(), 1}}), std::runtime_error);
  running.tell_to_stop();
  running.wait();
}

TEST_CASE("addresses are printed as URLs that work") {
  const tenantd::Server v4{{"0.0.0.0", 0, 1}};
  CHECK(v4.url().starts_with("http://0.0.0.0:"));
  CHECK(v4.url_from_here().starts_with("http://127.0.0.1:"));
  CHECK_FALSE(v4.is_local());
  const tenantd::Server local{{"127.0.0.1", 0, 1}};
  CHECK(local.url() == local.url_from_here());
  CHECK(local.is_local());
}

}  // namespace
