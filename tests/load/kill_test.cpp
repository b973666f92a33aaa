// The service is killed under load, again and again: what it acknowledged is there.

#include <algorithm>
#include <atomic>
#include <random>
#include <semaphore>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "crash/seed.hpp"
#include "e2e/served_api.hpp"

namespace {

using Json = nlohmann::json;
using e2e::ServedApi;
using e2e::TenantKey;

constexpr std::size_t writers = 8;

/// One tenant's only client, and what it knows of its rows.
struct Writer {
  TenantKey tenant;
  std::set<std::string> acknowledged;
  std::set<std::string> uncertain;  ///< Asked for, and never answered.
  int next = 0;

  /// Writes until the service is gone.
  void write(const ServedApi& api, std::counting_semaphore<>& written) {
    try {
      auto client = api.client(tenant);
      while (true) {
        const std::string name = tenant.id + "/" + std::to_string(next++);
        uncertain.insert(name);
        if (client.post("/api/deployments", {{"project_name", name}}).status != 201) {
          return;
        }
        uncertain.erase(name);
        acknowledged.insert(name);
        written.release();
      }
    } catch (const std::exception&) {
      return;  // It was killed.
    }
  }
};

std::set<std::string> stored(const ServedApi& api, const TenantKey& tenant) {
  auto client = api.client(tenant);
  std::set<std::string> all;
  std::string target = "/api/deployments?limit=500";
  while (true) {
    const Json page = client.get(target).json();
    for (const Json& row : page.at("data")) {
      all.insert(row.at("project_name").get<std::string>());
    }
    if (page.at("pagination").at("cursor").is_null()) {
      return all;
    }
    target = "/api/deployments?limit=500&cursor=" +
             page.at("pagination").at("cursor").get<std::string>();
  }
}

TEST_CASE("every acknowledged write survives a kill under load, and nothing is there by half") {
  std::mt19937_64 random{tenancy_test::announced_seed()};
  const int rounds = tenancy_test::is_long_run() ? 1000 : 6;
  ServedApi api;
  std::vector<Writer> all(writers);
  for (std::size_t i = 0; i < writers; ++i) {
    all[i].tenant = api.make_tenant("writer-" + std::to_string(i));
  }
  for (int round = 0; round < rounds; ++round) {
    CAPTURE(round);
    const int wanted = 1 + tenancy_test::below(random, 200);
    std::counting_semaphore<> written{0};
    std::atomic<bool> has_ended = false;
    {
      std::vector<std::jthread> threads;
      for (Writer& writer : all) {
        threads.emplace_back([&] {
          writer.write(api, written);
          has_ended = true;
          written.release(wanted);
        });
      }
      for (int i = 0; i < wanted; ++i) {
        written.acquire();
      }
      CHECK_FALSE(has_ended);
      api.process().kill();
    }
    api.start_again();
    for (Writer& writer : all) {
      const auto found = stored(api, writer.tenant);
      CHECK(std::includes(found.begin(), found.end(), writer.acknowledged.begin(),
                          writer.acknowledged.end()));
      // A client waits for each answer, so of each life of the service one write may be in doubt.
      CHECK(writer.uncertain.size() <= 1);
      for (const std::string& name : found) {
        if (!writer.acknowledged.contains(name)) {
          CHECK(writer.uncertain.contains(name));
        }
      }
      writer.acknowledged = found;
      writer.uncertain.clear();
    }
  }
  CHECK(api.process().stop() == 0);
}

}  // namespace
