// Who is let in and who makes room when connections run out.

#include <chrono>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "e2e/echo_server.hpp"
#include "e2e/http_client.hpp"

namespace {

using e2e::EchoServer;
using e2e::HttpClient;

/// A connection that has been answered. Until the server has heard on its listener's thread that
/// another is idle or gone, there may be no room yet.
std::unique_ptr<HttpClient> let_in(const EchoServer& running, const std::string& target) {
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
  EchoServer running{limits};
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
  EchoServer running{limits};
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
std::vector<std::unique_ptr<HttpClient>> with_half_heads(const EchoServer& running,
                                                         const char* from, int count) {
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
  EchoServer running{limits, 1};
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
  EchoServer running{limits, 1};
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
  EchoServer running{limits, 1};
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
std::unique_ptr<HttpClient> with_half_body(const EchoServer& running, const char* from) {
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
  EchoServer running{limits, 1};
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
  EchoServer running{limits, 1};
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
  EchoServer running{limits, 2};
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
  EchoServer running{limits, 1};
  HttpClient refused{running.port()};
  refused.send("POST /closed HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n1");
  CHECK(refused.read_reply().status == 401);
  static_cast<void>(let_in(running, "/1"));
  running.tell_to_stop();
  running.wait();
}

TEST_CASE("one peer gets its share of the connections, and no more") {
  tenantd::Limits limits;
  limits.connections = 8;
  limits.connections_per_peer = 1;
  EchoServer running{limits};
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

}  // namespace
