// Tenants come, change, are suspended, lose their keys and go, while clients come and go with them,
// many of them badly behaved. Each client compares what it sees with what it did.

#include <chrono>
#include <iterator>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "crash/seed.hpp"
#include "e2e/served_api.hpp"
#include "load/client_threads.hpp"
#include "support/sanitized.hpp"

namespace {

using Json = nlohmann::json;
using e2e::ApiClient;
using e2e::HttpClient;
using e2e::ServedApi;
using e2e::TenantKey;
using load::Findings;
using tenancy_test::below;
using tenancy_test::is_sanitized;

constexpr std::size_t clients = 12;
constexpr std::size_t only_the_listener = 1;

/// One client with one tenant after another.
class Churner {
 public:
  Churner(const ServedApi& api, std::size_t number, std::uint64_t seed, Findings& findings)
      : api_{api}, number_{number}, random_{seed}, findings_{findings} {}

  void work(int steps) {
    found_tenant();
    for (int step = 0; step < steps; ++step) {
      take_step();
    }
    compare();
  }

 private:
  void found_tenant() {
    const std::string slug = "churn-" + std::to_string(number_) + "-" + std::to_string(tenants_++);
    tenant_ = api_.make_tenant(slug);
    rows_.clear();
    reconnect();
  }

  void reconnect() { client_.emplace(api_.port(), tenant_.key); }

  void take_step() {
    switch (below(random_, 24)) {
      case 0:
        compare();
        break;
      case 1:
        suspend_and_return();
        break;
      case 2:
        change_keys();
        break;
      case 3:
        if (below(random_, 4) == 0) {
          archive();
          found_tenant();
        }
        break;
      case 4:
        reconnect();
        break;
      case 5:
        misbehave();
        break;
      case 6:
      case 7:
      case 8:
        erase();
        break;
      case 9:
      case 10:
      case 11:
        rename();
        break;
      default:
        insert();
    }
  }

  std::string some_name() { return tenant_.id + "/" + std::to_string(random_() % 1'000'000); }

  void insert() {
    const std::string name = some_name();
    const auto made = client_->post("/api/deployments", {{"project_name", name}});
    findings_.expect(made.status == 201, "insert: " + made.body);
    if (made.status == 201) {
      rows_[made.json().at("data").at("id")] = name;
    }
  }

  auto some_row() {
    return std::next(rows_.begin(), below(random_, static_cast<int>(rows_.size())));
  }

  void rename() {
    if (rows_.empty()) {
      return;
    }
    const auto row = some_row();
    row->second = some_name();
    const auto changed =
        client_->patch("/api/deployments/" + row->first, {{"project_name", row->second}});
    findings_.expect(changed.status == 200, "rename: " + changed.body);
  }

  void erase() {
    if (rows_.empty()) {
      return;
    }
    const auto row = some_row();
    const auto erased = client_->remove("/api/deployments/" + row->first);
    findings_.expect(erased.status == 204, "erase: " + erased.body);
    rows_.erase(row);
  }

  void compare() {
    std::map<std::string, std::string> found;
    std::string target = "/api/deployments?limit=100";
    while (true) {
      const auto reply = client_->get(target);
      findings_.expect(reply.status == 200, "list: " + reply.body);
      if (reply.status != 200) {
        return;
      }
      const Json page = reply.json();
      for (const Json& row : page.at("data")) {
        found[row.at("id")] = row.at("project_name");
      }
      const Json& cursor = page.at("pagination").at("cursor");
      if (cursor.is_null()) {
        break;
      }
      target = "/api/deployments?limit=100&cursor=" + cursor.get<std::string>();
    }
    findings_.expect(found == rows_, "the rows of " + tenant_.id);
  }

  void set_status(const std::string& verb) {
    auto administrator = api_.administrator();
    const auto reply =
        administrator.post("/api/tenants/" + tenant_.id + "/" + verb, Json::object());
    findings_.expect(reply.status == 200, verb + ": " + reply.body);
  }

  void suspend_and_return() {
    set_status("suspend");
    findings_.expect(client_->get("/api/deployments").status == 403, "a suspended tenant reads");
    findings_.expect(client_->post("/api/deployments", {{"project_name", "no"}}).status == 403,
                     "a suspended tenant writes");
    set_status("activate");
  }

  void change_keys() {
    const std::string narrow = api_.make_key(tenant_.id, {{"name", "narrow"}, {"scope", "read"}});
    auto reader = api_.client(narrow);
    findings_.expect(reader.get("/api/deployments?limit=1").status == 200, "a new key");
    findings_.expect(reader.post("/api/deployments", {{"project_name", "no"}}).status == 403,
                     "a key that may only read writes");
    tenant_.key = api_.make_key(tenant_.id, {{"name", "next"}});
    reconnect();
  }

  void archive() {
    set_status("archive");
    findings_.expect(client_->get("/api/deployments").status == 403, "an archived tenant reads");
  }

  /// As clients do that break, or mean harm.
  void misbehave() {
    HttpClient rude{api_.port()};
    switch (below(random_, 5)) {
      case 0:
        rude.send("POST /api/deployments HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\n{");
        break;
      case 1:
        rude.send("GET /api/deploy");
        break;
      case 2:
        rude.send("\x16\x03\x01\x02 what is this\r\n\r\n");
        break;
      case 3:
        // Asks, and does not wait for the answer.
        for (int i = 0; i < 20; ++i) {
          rude.send(e2e::request_bytes("GET", "/api/deployments?per_page=500",
                                       {{"Authorization", "Bearer " + tenant_.key}}));
        }
        break;
      default:
        break;
    }
  }

  const ServedApi& api_;
  std::size_t number_;
  std::mt19937_64 random_;
  Findings& findings_;
  int tenants_ = 0;
  TenantKey tenant_;
  std::optional<ApiClient> client_;
  std::map<std::string, std::string> rows_;  ///< Names by id.
};

/// Whether the service lets go of what its clients left behind, given time.
bool forgets_its_clients(const e2e::ServiceProcess& process) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::minutes{2};
  while (process.open_sockets() > only_the_listener &&
         std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
  return process.open_sockets() <= only_the_listener;
}

TEST_CASE("tenants and clients that come and go leave nothing wrong and nothing behind") {
  const std::uint64_t seed = tenancy_test::announced_seed();
  const int rounds = tenancy_test::is_long_run() ? 60 : 3;
  const int steps = tenancy_test::is_long_run() ? 600 : 60;
  ServedApi api;
  std::size_t bytes = 0;
  for (int round = 0; round < rounds; ++round) {
    const auto wrong = load::run_clients(clients, [&](std::size_t number, Findings& findings) {
      const auto turn = static_cast<std::size_t>(round) * clients + number;
      Churner{api, turn, seed + turn, findings}.work(steps);
    });
    REQUIRE(wrong == "");
    // The first round opens what stays open: the readers' connections, the caches.
    if (round == 0) {
      bytes = api.process().resident_bytes();
    }
  }
  CHECK(forgets_its_clients(api.process()));
  MESSAGE("resident after the first round: " << bytes / 1024 << " KiB, after the last: "
                                             << api.process().resident_bytes() / 1024 << " KiB");
  // Caches fill up; a leak of a kilobyte a request would be ten times as much in a long run.
  // Sanitizers keep what is freed.
  const std::size_t room = (is_sanitized ? 1024 : 64) * std::size_t{1024 * 1024};
  CHECK(api.process().resident_bytes() < bytes + room);
  CHECK(api.process().stop() == 0);
}

}  // namespace
