// Clients that mean harm: more connections than there is room for, requests that never end, and one
// tenant that asks for more than its share. The others are served meanwhile.

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "crash/seed.hpp"
#include "e2e/served_api.hpp"
#include "load/client_threads.hpp"
#include "support/sanitized.hpp"

namespace {

using e2e::HttpClient;
using e2e::ServedApi;
using load::Findings;
using tenancy_test::is_sanitized;

/// A sanitizer keeps what is given back.
constexpr std::size_t max_connection_bytes = (is_sanitized ? 1024 : 64) * 1024;

int often() { return tenancy_test::is_long_run() ? 3000 : 150; }

/// Asks with a fresh connection each time, as a client does that is not known yet.
void serve_others(const ServedApi& api, const e2e::TenantKey& tenant) {
  for (int i = 0; i < 20; ++i) {
    auto client = api.client(tenant);
    CHECK(client.post("/api/deployments", {{"project_name", "good"}}).status == 201);
    CHECK(client.get("/api/deployments?limit=10").status == 200);
  }
}

/// Slow bodies on all places, from several addresses, held for as long as this lives.
class SlowBodies {
 public:
  static constexpr int count = 120;

  /// With that key, or without any.
  SlowBodies(const ServedApi& api, const std::string& key) {
    e2e::Headers headers{{"Content-Length", "1000"}};
    if (!key.empty()) {
      headers.emplace_back("Authorization", "Bearer " + key);
    }
    for (int i = 0; i < count; ++i) {
      const std::string from = "127.0.0." + std::to_string(2 + i % 3);
      clients_.push_back(std::make_unique<HttpClient>(api.port(), from.c_str()));
      clients_.back()->send(e2e::request_bytes("POST", "/api/deployments", headers) + "{");
    }
  }

  /// Those that have neither been answered nor closed.
  [[nodiscard]] std::ptrdiff_t waiting() const {
    return std::ranges::count_if(clients_, [](const auto& client) { return !client->has_news(); });
  }

 private:
  std::vector<std::unique_ptr<HttpClient>> clients_;
};

/// A key that is right in its form, so that only the store can tell that it is no good.
std::string revoked_key(const ServedApi& api, const e2e::TenantKey& tenant) {
  const std::string revoked = api.make_key(tenant.id, {{"name", "revoked"}});
  const std::string id = revoked.substr(4, 16);
  auto administrator = api.administrator();
  CHECK(administrator.remove("/api/tenants/" + tenant.id + "/api-keys/" + id).status == 204);
  return revoked;
}

/// As long as more clients wait to be let in than can be told to go, a newcomer may be sent away.
void await_room(const ServedApi& api) {
  for (bool is_served = false; !is_served;) {
    try {
      HttpClient client{api.port()};
      is_served = client.request("GET", "/healthz").status == 200;
    } catch (const std::runtime_error&) {
      continue;
    }
  }
}

TEST_CASE("requests that drip in are given up, and make room for others meanwhile") {
  ServedApi api{{"--connections", "200", "--connections-per-peer", "200", "--header-time", "2s",
                 "--body-time", "2s"}};
  const auto good = api.make_tenant("good");
  std::vector<std::unique_ptr<HttpClient>> slow;
  for (int i = 0; i < 180; ++i) {
    slow.push_back(std::make_unique<HttpClient>(api.port()));
    slow.back()->send(i % 2 == 0 ? "GET /api/deployments HTTP/1.1\r\nHost: x\r\nX-Slow: "
                                 : "POST /api/deployments HTTP/1.1\r\nHost: x\r\n"
                                   "Content-Length: 1000\r\n\r\n{");
  }
  serve_others(api, good);
  // A byte now and then gains nothing: the time is that of the whole.
  std::size_t gone = 0;
  while (gone < slow.size()) {
    gone = 0;
    for (const auto& client : slow) {
      try {
        client->send("a");
      } catch (const std::runtime_error&) {
        ++gone;
      }
    }
  }
  serve_others(api, good);
  CHECK(api.process().stop() == 0);
}

TEST_CASE("slow bodies on all places, from several addresses, keep nobody out") {
  // Nothing but making room lets others in before the test is given up.
  ServedApi api{{"--connections", "40", "--connections-per-peer", "30", "--body-time", "1h",
                 "--header-time", "1h"}};
  const auto good = api.make_tenant("good");
  const std::string wrong = revoked_key(api, api.make_tenant("other"));
  SUBCASE("without a key they are answered at once") {
    const SlowBodies slow{api, ""};
    await_room(api);
    serve_others(api, good);
    while (slow.waiting() > 0) {
      std::this_thread::yield();
    }
  }
  SUBCASE("with a key that is no good they make room") {
    const SlowBodies slow{api, wrong};
    await_room(api);
    serve_others(api, good);
    CHECK(slow.waiting() > 0);
    api.process().wait_for_log("connections are short");
  }
  SUBCASE("with a good key they make room, too") {
    const SlowBodies slow{api, good.key};
    await_room(api);
    serve_others(api, good);
    CHECK(slow.waiting() > 0);
    api.process().wait_for_log("connections are short");
  }
  CHECK(api.process().stop() == 0);
}

TEST_CASE("a flood of connections is bounded in memory and does not keep others out") {
  ServedApi api{{"--connections", "128", "--connections-per-peer", "128"}};
  const auto good = api.make_tenant("good");
  serve_others(api, good);
  const auto before = api.process().resident_bytes();
  // None of them comes to an end, so each newcomer takes the place of the one that has waited for
  // longest.
  const std::string half = "GET / HTTP/1.1\r\nHost: x\r\nX-Half: " + std::string(15'000, 'x');
  std::vector<std::unique_ptr<HttpClient>> flood;
  for (int i = 0; i < 1000; ++i) {
    flood.push_back(std::make_unique<HttpClient>(api.port()));
    try {
      flood.back()->send(half);
    } catch (const std::runtime_error&) {
      continue;  // It was turned away.
    }
  }
  await_room(api);
  serve_others(api, good);
  CHECK(api.process().open_sockets() < 128 + 32);
  // What a connection holds at most, for each that is there at once.
  CHECK(api.process().resident_bytes() < before + (128 + 32) * max_connection_bytes);
  CHECK(api.process().stop() == 0);
}

TEST_CASE("a tenant that floods is told to wait, and others are not") {
  ServedApi api{{"--tenant-requests", "4"}};
  const auto good = api.make_tenant("good");
  const auto greedy = api.make_tenant("greedy");
  constexpr std::size_t flooders = 16;
  std::atomic<int> refused = 0;
  const auto wrong = load::run_clients(flooders + 1, [&](std::size_t number, Findings& findings) {
    if (number == flooders) {
      auto client = api.client(good);
      for (int i = 0; i < often(); ++i) {
        const auto reply = client.post("/api/deployments", {{"project_name", "good"}});
        findings.expect(reply.status == 201, "another tenant's write: " + reply.body);
      }
      return;
    }
    auto client = api.client(greedy);
    for (int i = 0; i < often(); ++i) {
      const auto reply = client.post("/api/deployments", {{"project_name", "greedy"}});
      findings.expect(reply.status == 201 || reply.status == 429, "a flood: " + reply.body);
      findings.expect(reply.status != 429 || !reply.header("Retry-After").empty(), "Retry-After");
      refused += reply.status == 429 ? 1 : 0;
    }
  });
  CHECK(wrong == "");
  CHECK(refused > 0);
  // What was in flight has been given back.
  auto client = api.client(greedy);
  CHECK(client.post("/api/deployments", {{"project_name", "after"}}).status == 201);
  CHECK(api.process().stop() == 0);
}

}  // namespace
