// As many tenants, deployments and workflows as the service is meant for, all over sockets.

#include <atomic>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "crash/seed.hpp"
#include "e2e/served_api.hpp"
#include "load/client_threads.hpp"

namespace {

using Json = nlohmann::json;
using e2e::ApiClient;
using e2e::ServedApi;
using e2e::TenantKey;
using load::Findings;

constexpr std::size_t clients = 16;

struct Volume {
  int tenants;
  int deployments;  ///< Of each.
  int workflows;    ///< Of each.
};

Volume volume() {
  return tenancy_test::is_long_run() ? Volume{100, 1000, 500} : Volume{20, 60, 30};
}

/// A name that says whose the row is.
std::string name_of_row(const TenantKey& tenant, int number) {
  return tenant.id + "/" + std::to_string(number);
}

void fill(ApiClient& client, const TenantKey& tenant, Findings& findings) {
  for (int i = 0; i < volume().deployments; ++i) {
    const auto made = client.post(
        "/api/deployments",
        {{"project_name", name_of_row(tenant, i)}, {"status", i % 4 == 0 ? "active" : "stopped"}});
    findings.expect(made.status == 201, "a deployment: " + made.body);
  }
  for (int i = 0; i < volume().workflows; ++i) {
    const auto made = client.post("/api/workflows", {{"name", name_of_row(tenant, i)}});
    findings.expect(made.status == 201, "a workflow: " + made.body);
  }
}

/// All names of a collection, page by page, by cursor.
std::multiset<std::string> names(ApiClient& client, const std::string& collection,
                                 const std::string& member) {
  std::multiset<std::string> all;
  std::string target = collection + "?limit=200";
  while (true) {
    const Json page = client.get(target).json();
    for (const Json& row : page.at("data")) {
      all.insert(row.at(member).get<std::string>());
    }
    if (page.at("pagination").at("cursor").is_null()) {
      return all;
    }
    target =
        collection + "?limit=200&cursor=" + page.at("pagination").at("cursor").get<std::string>();
  }
}

void check(ApiClient& client, const TenantKey& tenant, Findings& findings) {
  const auto expected = [&](int count) {
    std::multiset<std::string> all;
    for (int i = 0; i < count; ++i) {
      all.insert(name_of_row(tenant, i));
    }
    return all;
  };
  findings.expect(
      names(client, "/api/deployments", "project_name") == expected(volume().deployments),
      "deployments of " + tenant.id);
  findings.expect(names(client, "/api/workflows", "name") == expected(volume().workflows),
                  "workflows of " + tenant.id);
  const Json active = client.get("/api/deployments?status=active&per_page=1").json();
  findings.expect(active.at("pagination").at("total") == (volume().deployments + 3) / 4,
                  "a total: " + active.dump());
}

TEST_CASE("a hundred tenants' rows are all there, each tenant's its own") {
  ServedApi api;
  std::vector<TenantKey> tenants;
  for (int i = 0; i < volume().tenants; ++i) {
    tenants.push_back(api.make_tenant("tenant-" + std::to_string(i)));
  }
  const auto for_each_tenant = [&](auto work) {
    std::atomic<std::size_t> next = 0;
    return load::run_clients(clients, [&](std::size_t /*number*/, Findings& findings) {
      for (std::size_t i = next++; i < tenants.size(); i = next++) {
        auto client = api.client(tenants[i]);
        work(client, tenants[i], findings);
      }
    });
  };
  CHECK(for_each_tenant(fill) == "");
  CHECK(for_each_tenant(check) == "");

  // Nobody's row can be named by another.
  const Json row = api.client(tenants[0]).get("/api/deployments?per_page=1").json();
  const std::string id = row.at("data").at(0).at("id");
  const auto foreign = load::run_clients(clients, [&](std::size_t number, Findings& findings) {
    for (std::size_t i = number + 1; i < tenants.size(); i += clients) {
      auto client = api.client(tenants[i]);
      findings.expect(client.get("/api/deployments/" + id).status == 404, tenants[i].id);
    }
  });
  CHECK(foreign == "");
  CHECK(api.process().stop() == 0);
}

}  // namespace
