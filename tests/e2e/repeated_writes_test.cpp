#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "e2e/served_api.hpp"

namespace {

using Json = nlohmann::json;
using e2e::ApiClient;
using e2e::ServedApi;
using e2e::ServiceProcess;

e2e::Headers with_key(const std::string& key) { return {{"Idempotency-Key", key}}; }

TEST_CASE("a write that many connections send at the same time is made once") {
  ServedApi api;
  const auto tenant = api.make_tenant("acme");
  constexpr std::size_t senders = 12;
  constexpr int rounds = 10;
  std::vector<std::vector<std::string>> bodies(senders);
  std::vector<std::jthread> threads;
  for (std::size_t sender = 0; sender < senders; ++sender) {
    threads.emplace_back([&, sender] {
      auto client = api.client(tenant);
      for (int round = 0; round < rounds; ++round) {
        const std::string name = "round" + std::to_string(round);
        bodies[sender].push_back(
            client.post("/api/deployments", {{"project_name", name}}, with_key(name)).body);
      }
    });
  }
  threads.clear();
  for (const auto& answers : bodies) {
    CHECK(answers == bodies.front());
  }
  auto client = api.client(tenant);
  CHECK(client.get("/api/deployments").json()["pagination"]["total"] == rounds);
  CHECK(api.process().stop() == 0);
}

/// A service that can be killed and started again on what it left behind.
class Restartable {
 public:
  Restartable() {
    start();
    ApiClient administrator{process_->port(),
                            e2e::words_with_prefix(process_->output(), "tna_").at(0)};
    const std::string id = administrator.post("/api/tenants", {{"slug", "acme"}, {"name", "Acme"}})
                               .json()["data"]["id"];
    key_ = administrator.post("/api/tenants/" + id + "/api-keys", {{"name", "test"}})
               .json()["data"]["key"];
  }

  void start() { process_.emplace(store_.service_arguments({"--no-demo"})); }
  /// By SIGKILL.
  void kill() { process_.reset(); }

  [[nodiscard]] ApiClient client() const { return {process_->port(), key_}; }
  [[nodiscard]] std::uint16_t port() const { return process_->port(); }
  [[nodiscard]] const std::string& key() const noexcept { return key_; }

 private:
  e2e::ProgramStore store_;
  std::optional<ServiceProcess> process_;
  std::string key_;
};

TEST_CASE("a write whose answer was lost with the service is answered after the restart") {
  Restartable service;
  std::string made;
  {
    e2e::HttpClient unheard{service.port()};
    unheard.send(e2e::request_bytes("POST", "/api/deployments",
                                    {{"Authorization", "Bearer " + service.key()},
                                     {"Content-Type", "application/json"},
                                     {"Idempotency-Key", "lost"}},
                                    Json{{"project_name", "shop"}}.dump()));
    // Committed, as another connection sees; its answer is never read.
    auto watcher = service.client();
    Json rows = Json::array();
    while (rows.empty()) {
      rows = watcher.get("/api/deployments").json()["data"];
    }
    made = rows[0]["id"];
    service.kill();
  }
  service.start();
  auto client = service.client();
  const auto again = client.post("/api/deployments", {{"project_name", "shop"}}, with_key("lost"));
  CHECK(again.status == 201);
  CHECK(again.header("Idempotency-Replayed") == "true");
  CHECK(again.header("Location") == "/api/deployments/" + made);
  CHECK(again.json()["data"]["id"] == made);
  CHECK(client.get("/api/deployments").json()["pagination"]["total"] == 1);
}

TEST_CASE("writes that a kill cut off happen once when they are sent again") {
  Restartable service;
  constexpr std::size_t senders = 6;
  std::size_t cut_off = 0;
  for (int round = 0; round < 3; ++round) {
    std::vector<std::map<std::string, std::string>> answered(senders);
    std::vector<std::string> last(senders);
    std::vector<std::jthread> threads;
    for (std::size_t sender = 0; sender < senders; ++sender) {
      threads.emplace_back([&, sender] {
        try {
          auto client = service.client();
          for (int i = 0;; ++i) {
            const std::string name =
                std::to_string(round) + "-" + std::to_string(sender) + "-" + std::to_string(i);
            last[sender] = name;
            const auto reply =
                client.post("/api/deployments", {{"project_name", name}}, with_key(name));
            answered[sender][name] = reply.json().at("data").at("id");
          }
        } catch (const std::exception&) {
          // The service is gone.
        }
      });
    }
    // Some writes later.
    auto watcher = service.client();
    const int wanted =
        watcher.get("/api/deployments").json()["pagination"]["total"].get<int>() + 60;
    while (watcher.get("/api/deployments?per_page=1").json()["pagination"]["total"] < wanted) {
    }
    service.kill();
    threads.clear();
    service.start();
    auto client = service.client();
    for (std::size_t sender = 0; sender < senders; ++sender) {
      const std::string& name = last[sender];
      const auto again = client.post("/api/deployments", {{"project_name", name}}, with_key(name));
      CHECK(again.status == 201);
      ++cut_off;
      CHECK(client.get("/api/deployments?search=" + name + "&per_page=500").json()["data"].size() >=
            1);
      for (const auto& [done, id] : answered[sender]) {
        const auto replayed =
            client.post("/api/deployments", {{"project_name", done}}, with_key(done));
        CHECK(replayed.header("Idempotency-Replayed") == "true");
        CHECK(replayed.json()["data"]["id"] == id);
      }
    }
    // Each name once.
    std::vector<std::string> names;
    for (int page = 1;; ++page) {
      const Json rows =
          client.get("/api/deployments?per_page=500&page=" + std::to_string(page)).json()["data"];
      for (const Json& row : rows) {
        names.push_back(row["project_name"]);
      }
      if (rows.size() < 500) {
        break;
      }
    }
    std::sort(names.begin(), names.end());
    CHECK(std::adjacent_find(names.begin(), names.end()) == names.end());
    for (std::size_t sender = 0; sender < senders; ++sender) {
      CHECK(std::binary_search(names.begin(), names.end(), last[sender]));
    }
  }
  CHECK(cut_off == 3 * senders);
}

}  // namespace
