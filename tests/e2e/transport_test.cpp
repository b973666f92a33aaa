#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "e2e/served_api.hpp"

namespace {

using e2e::Headers;
using e2e::HttpClient;
using e2e::is_problem;
using e2e::request_bytes;
using e2e::ServedApi;

bool serves(const ServedApi& api) {
  HttpClient client{api.port()};
  return client.request("GET", "/healthz").status == 200;
}

Headers authorized(const e2e::TenantKey& tenant) {
  return {{"Authorization", "Bearer " + tenant.key}, {"Content-Type", "application/json"}};
}

TEST_CASE("a connection serves many requests, and closes when it is asked to") {
  ServedApi api;
  HttpClient client{api.port()};
  for (int i = 0; i < 100; ++i) {
    const auto reply = client.request("GET", "/healthz");
    REQUIRE(reply.status == 200);
    CHECK(reply.header("Connection").empty());
  }
  const auto last = client.request("GET", "/healthz", {{"Connection", "close"}});
  CHECK(last.status == 200);
  CHECK(last.header("Connection") == "close");
  CHECK(client.is_closed_by_peer());
  CHECK(api.process().stop() == 0);
}

TEST_CASE("clients of HTTP/1.0 are served, one request each unless they ask for more") {
  ServedApi api;
  HttpClient brief{api.port()};
  brief.send("GET /healthz HTTP/1.0\r\n\r\n");
  CHECK(brief.read_reply().header("Connection") == "close");
  CHECK(brief.is_closed_by_peer());
  HttpClient lasting{api.port()};
  for (int i = 0; i < 2; ++i) {
    lasting.send("GET /healthz HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    CHECK(lasting.read_reply().header("Connection") == "keep-alive");
  }
  CHECK(api.process().stop() == 0);
}

TEST_CASE("pipelined requests are answered in order") {
  ServedApi api;
  const auto tenant = api.make_tenant("acme");
  HttpClient client{api.port()};
  std::string bytes;
  for (int i = 0; i < 10; ++i) {
    bytes += request_bytes("POST", "/api/deployments", authorized(tenant),
                           R"({"project_name":"p)" + std::to_string(i) + R"("})");
    bytes += request_bytes("GET", "/api/deployments?per_page=1", authorized(tenant));
  }
  client.send(bytes);
  for (int i = 0; i < 10; ++i) {
    const std::string name = "p" + std::to_string(i);
    CHECK(client.read_reply().json()["data"]["project_name"] == name);
    CHECK(client.read_reply().json()["data"][0]["project_name"] == name);
  }
  CHECK(api.process().stop() == 0);
}

TEST_CASE("HEAD answers as GET without the body") {
  ServedApi api;
  const auto tenant = api.make_tenant("acme");
  HttpClient client{api.port()};
  for (const char* target : {"/api/deployments", "/api/deployments/x", "/healthz", "/nothing"}) {
    CAPTURE(target);
    const auto full = client.request("GET", target, authorized(tenant));
    const auto head = client.request("HEAD", target, authorized(tenant));
    CHECK(head.status == full.status);
    CHECK(head.body.empty());
    CHECK(head.header("Content-Length") == full.header("Content-Length"));
    CHECK(head.header("Content-Type") == full.header("Content-Type"));
  }
  CHECK(api.process().stop() == 0);
}

TEST_CASE("a request may come byte by byte, in chunks, with the whole URL or after asking") {
  ServedApi api;
  const auto tenant = api.make_tenant("acme");
  HttpClient client{api.port()};
  for (const char byte : request_bytes("GET", "http://any.example/healthz?")) {
    client.send({&byte, 1});
  }
  CHECK(client.read_reply().status == 200);
  Headers headers = authorized(tenant);
  headers.emplace_back("Transfer-Encoding", "chunked");
  client.send(request_bytes("POST", "/api/deployments", headers) +
              "9\r\n{\"project\r\nD;x=y\r\n_name\":\"abcd\"\r\n1\r\n}\r\n0\r\n\r\n");
  CHECK(client.read_reply().json()["data"]["project_name"] == "abcd");

  headers.back() = {"Expect", "100-continue"};
  headers.emplace_back("Content-Length", "20");
  client.send(request_bytes("POST", "/api/deployments", headers));
  CHECK(client.read_reply(false).status == 100);
  client.send(R"({"project_name":"y"})");
  CHECK(client.read_reply().status == 201);
  CHECK(api.process().stop() == 0);
}

TEST_CASE("bytes that are no request are answered 400, and the service lives on") {
  ServedApi api;
  for (const std::string& garbage :
       {std::string{"GARBAGE\r\n\r\n"}, std::string{"\x16\x03\x01\x02\x00\x01\r\n\r\n", 10},
        std::string{"GET /healthz HTTP/1.1\r\nHost x\r\n\r\n"},
        std::string{"GET /healthz HTTP/1.1\r\n\r\n"},
        std::string{"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"},
        std::string{"GET /heal\x01thz HTTP/1.1\r\nHost: x\r\n\r\n"},
        std::string{"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n"},
        std::string{"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"},
        std::string{"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n"
                    "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
        std::string{"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n"},
        std::string{"GET healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"}}) {
    CAPTURE(garbage);
    HttpClient client{api.port()};
    client.send(garbage);
    CHECK(is_problem(client.read_reply(), 400));
    CHECK(client.is_closed_by_peer());
    CHECK(serves(api));
  }
  CHECK(api.process().stop() == 0);
}

TEST_CASE("another major version of HTTP is 505") {
  ServedApi api;
  for (const std::string head :
       {"GET /healthz HTTP/2.0\r\nHost: x\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"}) {
    HttpClient client{api.port()};
    client.send(head);
    CHECK(is_problem(client.read_reply(), 505));
    CHECK(client.is_closed_by_peer());
  }
  CHECK(serves(api));
  CHECK(api.process().stop() == 0);
}

TEST_CASE("no body is awaited without a key, nor what follows it carried out") {
  ServedApi api;
  const auto tenant = api.make_tenant("acme");
  const std::string follows =
      request_bytes("POST", "/api/deployments", authorized(tenant), R"({"project_name":"x"})");
  const auto refusal = [&](std::string_view target, Headers headers) {
    headers.emplace_back("Content-Length", "20");
    HttpClient client{api.port()};
    client.send(request_bytes("POST", target, headers));
    auto reply = client.read_reply();
    CHECK(is_problem(reply, reply.status));
    CHECK(reply.header("Connection") == "close");
    client.send(std::string(20, ' ') + follows);
    client.stop_sending();
    CHECK(client.is_closed_by_peer());
    return reply;
  };
  std::string damaged = tenant.key;
  damaged.back() = damaged.back() == '0' ? '1' : '0';
  for (const char* const target :
       {"/api/deployments", "/api/workflows", "/api/tenants", "/api/deployments?x=%20"}) {
    for (const Headers& key : std::vector<Headers>{{},
                                                   {{"Authorization", "Basic YTpi"}},
                                                   {{"Authorization", "Bearer "}},
                                                   {{"Authorization", "Bearer " + damaged}}}) {
      for (const Headers& expectation : std::vector<Headers>{{}, {{"Expect", "100-continue"}}}) {
        Headers headers = key;
        headers.insert(headers.end(), expectation.begin(), expectation.end());
        const auto early = refusal(target, headers);
        CHECK(early.status == 401);
        CHECK(early.header("WWW-Authenticate") == "Bearer");
        // In the same words as with the body at hand.
        HttpClient client{api.port()};
        Headers closing = key;
        closing.emplace_back("Connection", "close");
        const auto late = client.request("POST", target, closing, "{}");
        CHECK(e2e::without_request_id(early) == e2e::without_request_id(late));
      }
    }
  }
  CHECK(refusal("/nothing", {}).status == 404);
  CHECK(refusal("/healthz", {}).status == 405);
  auto client = api.client(tenant);
  CHECK(client.get("/api/deployments").json()["pagination"]["total"] == 0);
  CHECK(api.process().stop() == 0);
}

TEST_CASE("what is too large is refused by name, and the refusal arrives") {
  ServedApi api;
  const auto tenant = api.make_tenant("acme");
  const auto refusal = [&](const std::string& bytes) {
    HttpClient client{api.port()};
    client.send(bytes);
    const auto reply = client.read_reply();
    CHECK(reply.header("Connection") == "close");
    client.stop_sending();
    CHECK(client.is_closed_by_peer());
    CHECK(is_problem(reply, reply.status));
    return reply.status;
  };
  // More than the buffers of both sides hold: the service must read on after it has refused.
  const std::string huge(12 * 1024 * 1024, ' ');
  CHECK(refusal(request_bytes("POST", "/api/deployments", authorized(tenant), huge)) == 413);
  const std::string large(1024 * 1024 + 1, ' ');
  CHECK(refusal(request_bytes("POST", "/api/deployments", authorized(tenant), large)) == 413);
  CHECK(refusal("POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n100001\r\n") ==
        413);
  CHECK(refusal("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n") == 413);
  CHECK(refusal(request_bytes("GET", "/healthz", {{"X-Padding", std::string(17000, 'x')}})) == 431);
  std::string many;
  for (int i = 0; i < 101; ++i) {
    many += "X: y\r\n";
  }
  CHECK(refusal("GET /healthz HTTP/1.1\r\nHost: x\r\n" + many + "\r\n") == 431);
  CHECK(refusal(request_bytes("GET", "/" + std::string(9000, 'x'))) == 414);
  CHECK(refusal(request_bytes("GET", "/" + std::string(40000, 'x'))) == 414);
  CHECK(refusal(request_bytes("GET", "/", {{"Expect", "the-unexpected"}})) == 417);
  CHECK(serves(api));

  std::string fits = R"({"project_name":"x"})";
  fits.append(1024 * 1024 - fits.size(), ' ');
  HttpClient client{api.port()};
  CHECK(client.request("POST", "/api/deployments", authorized(tenant), fits).status == 201);
  CHECK(client.request("GET", "/healthz", {{"X-Padding", std::string(15000, 'x')}}).status == 200);
  CHECK(api.process().stop() == 0);
}

TEST_CASE("no framing but one that everybody reads alike is understood") {
  ServedApi api;
  // What follows would be a request of its own to whoever takes the framing for none.
  const std::string smuggled = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
  const char* const twice = "chunked\r\nTransfer-Encoding: chunked";
  for (const std::string encoding :
       {"gzip", "chunked, gzip", "xchunked", "identity", "gzip, chunked", twice}) {
    CAPTURE(encoding);
    HttpClient client{api.port()};
    std::string bytes = "POST /api/deployments HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: ";
    bytes.append(encoding).append("\r\n\r\n").append(smuggled);
    client.send(bytes);
    const auto reply = client.read_reply();
    CHECK((reply.status == 501 || reply.status == 400));
    client.stop_sending();
    CHECK(client.is_closed_by_peer());
  }
  HttpClient old{api.port()};
  old.send("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled);
  CHECK(old.read_reply().status >= 400);
  old.stop_sending();
  CHECK(old.is_closed_by_peer());
  CHECK(api.process().stop() == 0);
}

TEST_CASE("an upgrade is not taken up, and a target of another form is a path or refused") {
  ServedApi api;
  HttpClient client{api.port()};
  CHECK(client
            .request("GET", "/healthz",
                     {{"Connection", "Upgrade"}, {"Upgrade", "h2c"}, {"HTTP2-Settings", "AAMAAA"}})
            .status == 200);
  CHECK(client.request("OPTIONS", "*").status == 204);
  CHECK(client.request("GET", "http://any.example/healthz").status == 200);
  CHECK(is_problem(client.request("GET", "*"), 400));
  CHECK(is_problem(client.request("CONNECT", "any.example:443"), 400));
  CHECK(client.request("GET", "/healthz").status == 200);
  CHECK(api.process().stop() == 0);
}

TEST_CASE(
    "the id of a request is the service's own, and what the client calls it goes to the log") {
  ServedApi api{{"--log-format", "json"}};
  HttpClient client{api.port()};
  const auto reply = client.request("GET", "/healthz?secret=1", {{"X-Request-Id", "job-7"}});
  const std::string id = reply.header("X-Request-Id");
  CHECK(id.starts_with("req_"));
  CHECK(api.process().stop() == 0);
  std::istringstream lines{api.process().log()};
  bool is_found = false;
  for (std::string line; std::getline(lines, line);) {
    const auto json = nlohmann::json::parse(line);
    CHECK(json.contains("time"));
    if (json.value("request_id", "") == id) {
      is_found = true;
      CHECK(json.value("client_request_id", "") == "job-7");
      CHECK(json.value("path", "") == "/healthz");
      CHECK(json.value("peer", "") == "127.0.0.1");
      CHECK(json.value("status", 0) == 200);
      CHECK(json.value("level", "") == "info");
    }
  }
  CHECK(is_found);
  CHECK(api.process().log().find("secret") == std::string::npos);
}

TEST_CASE("the access log can be turned off, and the causes of refusals stay") {
  ServedApi api{{"--no-access-log", "--body-bytes", "2KiB"}};
  const auto acme = api.make_tenant("acme");
  const auto globex = api.make_tenant("globex");
  HttpClient client{api.port()};
  client.request("GET", "/healthz");
  std::map<std::string, std::string> causes;  // By the id of the request.
  const auto refuse = [&](const std::string& request, int status, const std::string& cause) {
    CAPTURE(request);
    HttpClient alone{api.port()};
    alone.send(request);
    const auto reply = alone.read_reply();
    CHECK(reply.status == status);
    causes[reply.header("X-Request-Id")] = cause;
  };
  auto to_globex = authorized(acme);
  to_globex.emplace_back("X-Tenant-ID", globex.id);
  refuse(request_bytes("GET", "/api/deployments", {{"Authorization", "Bearer tnk_wrong"}}), 401,
         "invalid_credential");
  refuse(request_bytes("GET", "/api/deployments", to_globex), 403,
         "X-Tenant-ID names another tenant");
  refuse(request_bytes("GET", "/api/deployments?tenant_id=" + globex.id, authorized(acme)), 403,
         "tenant_id names another tenant");
  refuse(request_bytes("GET", "/api/deployments?colour=red", authorized(acme)), 400,
         "parameter that is unknown");
  refuse(request_bytes("POST", "/api/deployments", authorized(acme), "{"), 400, "line 1, column 2");
  refuse(request_bytes("POST", "/api/deployments", authorized(acme), R"({"sesame":1})"), 422,
         "members of the body");
  refuse(request_bytes("POST", "/api/deployments", authorized(acme), std::string(5'000, ' ')), 413,
         "too large");
  refuse("GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400, "not well-formed");
  CHECK(api.process().stop() == 0);
  const std::string log = api.process().log();
  CHECK(log.find("/healthz") == std::string::npos);
  CHECK(log.find("sesame") == std::string::npos);
  CHECK(log.find("colour") == std::string::npos);
  CHECK(causes.size() == 8);
  for (const auto& refused : causes) {
    const std::string& cause = refused.second;
    CAPTURE(cause);
    const auto place = log.find("request=" + refused.first + " ");
    REQUIRE(place != std::string::npos);
    CHECK(log.substr(place, log.find('\n', place) - place).find(cause) != std::string::npos);
  }
}

TEST_CASE("trailers are no headers: a credential among them opens nothing") {
  ServedApi api;
  const auto tenant = api.make_tenant("acme");
  HttpClient client{api.port()};
  client.send(
      "GET /api/deployments HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
      "0\r\nAuthorization: Bearer " +
      tenant.key + "\r\n\r\n");
  CHECK(client.read_reply().status == 401);
  CHECK(api.process().stop() == 0);
}

TEST_CASE("extensions of chunks and trailers are bounded like everything else") {
  ServedApi api;
  const std::string head =
      "POST /api/deployments HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string padding(200'000, 'x');
  for (const std::string& flood : {"1;" + padding, "0\r\nX-Padding: " + padding}) {
    HttpClient client{api.port()};
    client.send(head + flood);
    CHECK(client.read_reply().status >= 400);
    client.stop_sending();
    CHECK(client.is_closed_by_peer());
  }
  CHECK(serves(api));
  CHECK(api.process().stop() == 0);
}

TEST_CASE("clients that leave in the middle harm nobody") {
  ServedApi api;
  const auto tenant = api.make_tenant("acme");
  const std::string post =
      request_bytes("POST", "/api/deployments", authorized(tenant), R"({"project_name":"half"})");
  for (std::size_t size = 0; size < post.size(); size += 7) {
    HttpClient client{api.port()};
    client.send(std::string_view{post}.substr(0, size));
  }
  HttpClient half_closed{api.port()};
  half_closed.send("GET /healthz HTTP/1.1\r\nHo");
  half_closed.stop_sending();
  CHECK(half_closed.is_closed_by_peer());

  HttpClient deaf{api.port()};
  deaf.send(request_bytes("GET", "/healthz"));
  deaf.stop_sending();
  CHECK(deaf.read_reply().status == 200);
  CHECK(deaf.is_closed_by_peer());

  auto client = api.client(tenant);
  CHECK(client.get("/api/deployments").json()["pagination"]["total"] == 0);
  CHECK(api.process().stop() == 0);
}

TEST_CASE("many open connections do not keep others out") {
  ServedApi api;
  std::vector<std::unique_ptr<HttpClient>> idle;
  idle.reserve(200);
  for (int i = 0; i < 200; ++i) {
    idle.push_back(std::make_unique<HttpClient>(api.port()));
  }
  CHECK(serves(api));
  for (const auto& client : idle) {
    CHECK(client->request("GET", "/healthz").status == 200);
  }
  CHECK(api.process().stop() == 0);
}

TEST_CASE("large bodies find room one after the other, small ones always") {
  ServedApi api{{"--body-bytes", "200KiB", "--bodies-bytes", "200KiB"}};
  const auto tenant = api.make_tenant("acme");
  const std::string small = R"({"project_name":"x"})";
  // Blanks are JSON, too.
  const std::string large = small + std::string(200 * 1024 - small.size(), ' ');
  const auto create = [&](const std::string& body) {
    return request_bytes("POST", "/api/deployments", authorized(tenant), body);
  };
  const std::string bytes = create(large);
  const auto slow_client = [&] {
    auto client = std::make_unique<HttpClient>(api.port());
    client->send(bytes.substr(0, bytes.size() - 1));
    return client;
  };
  auto slow = slow_client();
  // As soon as the service has read that, there is no room for another; until then the other may
  // take the room, and the slow one is refused.
  int status = 0;
  do {
    if (slow->has_news()) {
      CHECK(slow->read_reply().status == 503);
      slow = slow_client();
    }
    HttpClient other{api.port()};
    other.send(bytes);
    const auto reply = other.read_reply();
    status = reply.status;
    if (status == 503) {
      CHECK(is_problem(reply, 503));
      CHECK(reply.header("Retry-After") == "1");
      CHECK(other.is_closed_by_peer());
    } else {
      CHECK(status == 201);
    }
  } while (status != 503 || slow->has_news());
  HttpClient modest{api.port()};
  modest.send(create(small));
  CHECK(modest.read_reply().status == 201);
  slow->send(bytes.substr(bytes.size() - 1));
  CHECK(slow->read_reply().status == 201);
  modest.send(bytes);
  CHECK(modest.read_reply().status == 201);
  CHECK(api.process().stop() == 0);
}

}  // namespace
