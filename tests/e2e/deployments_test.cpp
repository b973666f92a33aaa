#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "e2e/served_api.hpp"

namespace {

using Json = nlohmann::json;
using e2e::make_deployment;
using e2e::ServedApi;

std::vector<std::string> names(const Json& list) {
  std::vector<std::string> result;
  for (const Json& row : list.at("data")) {
    result.push_back(row.at("project_name"));
  }
  return result;
}

TEST_CASE("a deployment is created, read, changed and deleted") {
  ServedApi api;
  const auto tenant = api.make_tenant("acme");
  auto client = api.client(tenant);
  const auto made = client.post(
      "/api/deployments",
      {{"project_name", "shop"}, {"status", "active"}, {"url", "https://shop.example/?a=b#c"}});
  REQUIRE(made.status == 201);
  const Json created = made.json();
  const std::string id = created["data"]["id"];
  const std::string item = "/api/deployments/" + id;
  CHECK(made.header("Location") == item);
  CHECK(made.header("Content-Type") == "application/json");
  CHECK(created["success"] == true);
  CHECK(created["tenant_id"] == tenant.id);
  CHECK(created["data"].size() == 6);
  CHECK(created["data"]["url"] == "https://shop.example/?a=b#c");
  CHECK(created["data"]["created_at"] == created["data"]["updated_at"]);
  CHECK(client.get(item).json() == created);

  const Json changed = client.patch(item, {{"project_name", "større"}, {"url", nullptr}}).json();
  CHECK(changed["data"]["project_name"] == "større");
  CHECK(changed["data"]["status"] == "active");
  CHECK(changed["data"]["url"].is_null());
  CHECK(changed["data"]["created_at"] == created["data"]["created_at"]);
  CHECK(changed["data"]["updated_at"] > created["data"]["updated_at"]);
  CHECK(client.get(item).json() == changed);
  const auto merged = client.send("PATCH", item, R"({"status":"stopped"})",
                                  {{"Content-Type", "application/merge-patch+json"}});
  CHECK(merged.json()["data"]["status"] == "stopped");
  CHECK(merged.json()["data"]["project_name"] == "større");

  const auto removed = client.remove(item);
  CHECK(removed.status == 204);
  CHECK(removed.body.empty());
  CHECK(removed.header("Content-Length").empty());
  CHECK(client.get(item).status == 404);
  CHECK(client.remove(item).status == 404);
  CHECK(api.process().stop() == 0);
}

TEST_CASE("what is left out has its default") {
  ServedApi api;
  auto client = api.client(api.make_tenant("acme"));
  const Json data =
      client.post("/api/deployments", {{"project_name", "bare"}, {"url", nullptr}}).json()["data"];
  CHECK(data["status"] == "pending");
  CHECK(data["url"].is_null());
  CHECK(api.process().stop() == 0);
}

TEST_CASE("deployments are listed newest first in numbered pages") {
  ServedApi api;
  const auto tenant = api.make_tenant("acme");
  auto client = api.client(tenant);
  const Json none = client.get("/api/deployments").json();
  CHECK(none["data"] == Json::array());
  CHECK(none["pagination"]["total_pages"] == 0);
  CHECK(none["pagination"]["per_page"] == 50);
  for (int i = 0; i < 5; ++i) {
    make_deployment(client, "p" + std::to_string(i));
  }
  const Json first = client.get("/api/deployments?per_page=2").json();
  CHECK(names(first) == std::vector<std::string>{"p4", "p3"});
  CHECK(first["success"] == true);
  CHECK(first["tenant_id"] == tenant.id);
  CHECK(first["pagination"]["cursor"].is_string());
  const Json second = client.get("/api/deployments?page=2&per_page=2").json();
  CHECK(names(second) == std::vector<std::string>{"p2", "p1"});
  Json pagination = second["pagination"];
  pagination.erase("cursor");
  pagination.erase("previous_cursor");
  CHECK(pagination == Json{{"page", 2},
                           {"per_page", 2},
                           {"total", 5},
                           {"total_pages", 3},
                           {"has_next", true},
                           {"has_prev", true}});
  const Json last = client.get("/api/deployments?page=3&per_page=2").json();
  CHECK(names(last) == std::vector<std::string>{"p0"});
  CHECK(last["pagination"]["has_next"] == false);
  CHECK(last["pagination"]["cursor"].is_null());
  const Json beyond = client.get("/api/deployments?page=4&per_page=2").json();
  CHECK(beyond["data"].empty());
  CHECK(beyond["pagination"]["has_prev"] == true);
  CHECK(api.process().stop() == 0);
}

TEST_CASE("cursors visit every deployment once while others come") {
  ServedApi api;
  auto client = api.client(api.make_tenant("acme"));
  for (int i = 0; i < 7; ++i) {
    make_deployment(client, "p" + std::to_string(i));
  }
  std::vector<std::string> visited;
  std::string target = "/api/deployments?limit=3";
  while (!target.empty()) {
    const Json page = client.get(target).json();
    const Json& pagination = page["pagination"];
    for (const char* absent : {"page", "total", "total_pages"}) {
      CHECK(pagination.at(absent).is_null());
    }
    CHECK(pagination["per_page"] == 3);
    CHECK(pagination["has_prev"] == !visited.empty());
    for (const std::string& name : names(page)) {
      visited.push_back(name);
    }
    CHECK(pagination["has_next"] == pagination["cursor"].is_string());
    target.clear();
    if (pagination["cursor"].is_string()) {
      target = "/api/deployments?limit=3&cursor=" + pagination["cursor"].get<std::string>();
      make_deployment(client, "late");
    }
  }
  CHECK(visited == std::vector<std::string>{"p6", "p5", "p4", "p3", "p2", "p1", "p0"});
  CHECK(api.process().stop() == 0);
}

TEST_CASE("a numbered page's cursor continues behind it") {
  ServedApi api;
  auto client = api.client(api.make_tenant("acme"));
  for (int i = 0; i < 4; ++i) {
    make_deployment(client, "p" + std::to_string(i));
  }
  const Json first = client.get("/api/deployments?per_page=1&page=2").json();
  const std::string cursor = first["pagination"]["cursor"];
  const Json rest = client.get("/api/deployments?cursor=" + cursor).json();
  CHECK(names(rest) == std::vector<std::string>{"p1", "p0"});
  CHECK(rest["pagination"]["total"].is_null());
  CHECK(rest["pagination"]["has_next"] == false);
  CHECK(api.process().stop() == 0);
}

}  // namespace
