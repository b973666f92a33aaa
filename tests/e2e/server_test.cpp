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

using e2e::Echo;
using e2e::EchoServer;
using e2e::HttpClient;

TEST_CASE("what its head tells against a request is answered before its body is asked for") {
  EchoServer running{{}, 1};
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
  EchoServer running{{}, 1};
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
  EchoServer running{limits};
  HttpClient client{running.port()};
  client.send(e2e::request_bytes("GET", "/1") + "\r\n");
  CHECK(client.read_reply().body == "GET /1");
  CHECK(client.is_closed_by_peer());
  running.tell_to_stop();
  running.wait();
}

TEST_CASE("a connection may be worth so many requests only") {
  tenantd::Limits limits;
  limits.requests_per_connection = 2;
  EchoServer running{limits};
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
  EchoServer running{limits};
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
  EchoServer running{limits};
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
  EchoServer running{limits};
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
  EchoServer running{limits, 1};
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
  EchoServer running;
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
  EchoServer running{limits};
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
  EchoServer running{{}, 1};
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
  EchoServer running;
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
  EchoServer running;
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
