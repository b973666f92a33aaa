#include <set>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "e2e/served_api.hpp"

namespace {

using Json = nlohmann::json;
using e2e::ServedApi;

constexpr int clients_per_tenant = 4;
constexpr int rounds = 15;

/// What one client found wrong; doctest's checks stay on the test's own thread.
struct Findings {
  std::vector<std::string> wrong;
  std::set<std::string> kept;

  void expect(bool holds, const std::string& what) {
    if (!holds) {
      wrong.push_back(what);
    }
  }
};

void work(const ServedApi& api, const e2e::TenantKey& tenant, const std::string& own,
          const std::string& foreign_id, Findings& findings) {
  auto client = api.client(tenant);
  for (int round = 0; round < rounds; ++round) {
    const auto made = client.post("/api/deployments", {{"project_name", own}});
    findings.expect(made.status == 201, "create: " + made.body);
    const std::string item = made.header("Location");
    const auto changed = client.patch(item, {{"status", "active"}});
    findings.expect(changed.json()["data"]["project_name"] == own, "patch: " + changed.body);
    const auto foreign = client.get("/api/deployments/" + foreign_id);
    findings.expect(foreign.status == 404, "foreign: " + foreign.body);
    const Json list = client.get("/api/deployments?per_page=500").json();
    findings.expect(list["tenant_id"] == tenant.id, "list: " + list.dump());
    for (const Json& row : list["data"]) {
      findings.expect(row["project_name"] == own, "a foreign row: " + row.dump());
    }
    if (round % 3 == 0) {
      findings.expect(client.remove(item).status == 204, "delete");
    } else {
      findings.kept.insert(made.json()["data"]["id"]);
    }
  }
}

TEST_CASE("no row crosses between tenants whose clients work at the same time") {
  ServedApi api;
  const std::vector<std::string> slugs{"acme", "globex"};
  std::vector<e2e::TenantKey> tenants;
  std::vector<std::string> samples;
  for (const std::string& slug : slugs) {
    tenants.push_back(api.make_tenant(slug));
    auto client = api.client(tenants.back());
    samples.push_back(e2e::make_deployment(client, slug));
  }

  std::vector<Findings> findings(slugs.size() * clients_per_tenant);
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < findings.size(); ++i) {
      const std::size_t who = i % slugs.size();
      threads.emplace_back([&, i, who] {
        try {
          work(api, tenants[who], slugs[who], samples[1 - who], findings[i]);
        } catch (const std::exception& e) {
          findings[i].wrong.emplace_back(e.what());
        }
      });
    }
  }

  for (std::size_t who = 0; who < slugs.size(); ++who) {
    std::set<std::string> expected{samples[who]};
    for (std::size_t i = who; i < findings.size(); i += slugs.size()) {
      CHECK(findings[i].wrong == std::vector<std::string>{});
      expected.insert(findings[i].kept.begin(), findings[i].kept.end());
    }
    std::set<std::string> stored;
    const Json list = api.client(tenants[who]).get("/api/deployments?per_page=500").json();
    for (const Json& row : list["data"]) {
      stored.insert(row["id"]);
    }
    CHECK(stored == expected);
  }
  CHECK(api.process().stop() == 0);
}

}  // namespace
