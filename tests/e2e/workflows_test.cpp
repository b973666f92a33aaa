#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "e2e/served_api.hpp"

namespace {

using Json = nlohmann::json;
using e2e::is_problem;
using e2e::make_workflow;
using e2e::ServedApi;
using e2e::start_execution;

std::string problem_of(const e2e::HttpReply& reply, const std::string& field) {
  const Json document = reply.json();
  for (const Json& error : document.value("errors", Json::array())) {
    if (error.at("field") == field) {
      return error.at("problem");
    }
  }
  return {};
}

Json definition() {
  return {{"nodes", Json::array({{{"name", "Start"}, {"parameters", {{"a", {{"b", {1, 2.5}}}}}}}})},
          {"note", "größer\u0000als"},
          {"connections", {{"Start", {{"main", {{{{"node", "End"}, {"index", 0}}}}}}}}}};
}

TEST_CASE("a workflow is created, read, changed and deleted") {
  ServedApi api;
  const auto tenant = api.make_tenant("acme");
  auto client = api.client(tenant);
  const auto made =
      client.post("/api/workflows",
                  {{"name", "Order anvils"}, {"status", "paused"}, {"definition", definition()}});
  REQUIRE(made.status == 201);
  const Json created = made.json();
  const std::string item = made.header("Location");
  CHECK(item == "/api/workflows/" + created["data"]["id"].get<std::string>());
  CHECK(created["tenant_id"] == tenant.id);
  CHECK(created["data"].size() == 6);
  CHECK(created["data"]["status"] == "paused");
  CHECK(created["data"]["definition"] == definition());
  CHECK(client.get(item).json() == created);

  const Json patched = client.patch(item, {{"status", "active"}}).json();
  CHECK(patched["data"]["status"] == "active");
  CHECK(patched["data"]["definition"] == definition());
  const Json put = client.put(item, {{"name", "Order more"}}).json();
  CHECK(put["data"]["name"] == "Order more");
  CHECK(put["data"]["status"] == "draft");
  CHECK(put["data"]["definition"] == Json::object());
  CHECK(put["data"]["created_at"] == created["data"]["created_at"]);
  CHECK(client.remove(item).status == 204);
  CHECK(is_problem(client.get(item), 404));
  CHECK(api.process().stop() == 0);
}

TEST_CASE("a name that another workflow has is refused by its member") {
  ServedApi api;
  auto client = api.client(api.make_tenant("acme"));
  make_workflow(client, "Order");
  const std::string item = "/api/workflows/" + make_workflow(client, "Ship");
  for (const auto& refused :
       {client.post("/api/workflows", {{"name", "Order"}}), client.put(item, {{"name", "Order"}}),
        client.patch(item, {{"name", "Order"}})}) {
    CHECK(is_problem(refused, 409));
    CHECK(refused.json()["type"] == "urn:tenancy:error:already_exists");
    CHECK(problem_of(refused, "name") == "is taken");
  }
  CHECK(client.patch(item, {{"name", "Ship"}}).status == 200);
  auto globex = api.client(api.make_tenant("globex"));
  make_workflow(globex, "Order");
  CHECK(api.process().stop() == 0);
}

TEST_CASE("a workflow is found by its name, letter by letter, and by its last change") {
  ServedApi api;
  auto client = api.client(api.make_tenant("acme"));
  auto other = api.client(api.make_tenant("globex"));
  make_workflow(client, "Order anvils");
  make_workflow(client, "Order");
  make_workflow(other, "order");
  const auto found = [](e2e::ApiClient& by, const std::string& query) {
    std::vector<std::string> names;
    const Json list = by.get("/api/workflows?" + query).json();
    for (const Json& row : list.at("data")) {
      names.push_back(row.at("name"));
    }
    return names;
  };
  using Names = std::vector<std::string>;
  CHECK(found(client, "name=Order") == Names{"Order"});
  CHECK(found(client, "name=Order%20anvils") == Names{"Order anvils"});
  CHECK(found(client, "name=order").empty());
  CHECK(found(client, "search=order").size() == 2);
  CHECK(found(other, "name=order") == Names{"order"});
  const Json oldest = client.get("/api/workflows?sort=created_at").json()["data"][0];
  const std::string item = "/api/workflows/" + oldest["id"].get<std::string>();
  const std::string changed =
      client.patch(item, {{"status", "paused"}}).json()["data"]["updated_at"];
  CHECK(found(client, "updated_after=" + changed) == Names{"Order anvils"});
  CHECK(found(client, "updated_before=" + changed) == Names{"Order"});
  CHECK(is_problem(client.get("/api/workflows?name="), 400));
  CHECK(api.process().stop() == 0);
}

TEST_CASE("everything wrong with a workflow is said at once") {
  ServedApi api;
  auto client = api.client(api.make_tenant("acme"));
  const auto refused =
      client.post("/api/workflows", {{"status", "live"}, {"definition", {1}}, {"owner", "me"}});
  CHECK(is_problem(refused, 422));
  CHECK(problem_of(refused, "name") == "is missing");
  CHECK(problem_of(refused, "status") == "must be one of draft, active, paused, archived");
  CHECK(problem_of(refused, "definition") == "must be an object");
  CHECK(problem_of(refused, "owner") == "is unknown");
  CHECK(client.get("/api/workflows").json()["data"].empty());
  CHECK(api.process().stop() == 0);
}

TEST_CASE("lists show no definitions, and the latest executions of each when asked") {
  ServedApi api;
  auto client = api.client(api.make_tenant("acme"));
  auto globex = api.client(api.make_tenant("globex"));
  const std::string order = make_workflow(client, "Order");
  const std::string ship = make_workflow(client, "Ship");
  const std::string idle = make_workflow(client, "Idle");
  start_execution(globex, make_workflow(globex, "Order"));
  std::vector<std::string> orders;
  std::vector<std::string> ships;
  for (int i = 0; i < 5; ++i) {
    orders.push_back(start_execution(client, order));
    ships.push_back(start_execution(client, ship));
  }
  const Json plain = client.get("/api/workflows?sort=name").json();
  REQUIRE(plain["data"].size() == 3);
  for (const Json& row : plain["data"]) {
    CHECK(row.size() == 5);
  }
  const auto ids = [](const Json& row) {
    std::vector<std::string> result;
    for (const Json& execution : row.at("latest_executions")) {
      CHECK(execution.at("workflow_id") == row.at("id"));
      result.push_back(execution.at("id"));
    }
    return result;
  };
  using Ids = std::vector<std::string>;
  const Json two = client.get("/api/workflows?sort=name&executions=2").json()["data"];
  CHECK(two[0]["id"] == idle);
  CHECK(ids(two[0]).empty());
  CHECK(ids(two[1]) == Ids{orders[4], orders[3]});
  CHECK(ids(two[2]) == Ids{ships[4], ships[3]});
  const Json all = client.get("/api/workflows?sort=name&executions=20&per_page=2&page=2").json();
  REQUIRE(all["data"].size() == 1);
  CHECK(ids(all["data"][0]) == Ids{ships[4], ships[3], ships[2], ships[1], ships[0]});
  CHECK(is_problem(client.get("/api/workflows?executions=21"), 400));
  for (const std::string size : {"per_page=", "limit="}) {
    CHECK(client.get("/api/workflows?executions=20&" + size + "50").status == 200);
    CHECK(is_problem(client.get("/api/workflows?executions=20&" + size + "51"), 400));
    CHECK(client.get("/api/workflows?executions=2&" + size + "500").status == 200);
    CHECK(is_problem(client.get("/api/workflows?executions=3&" + size + "500"), 400));
  }
  CHECK(api.process().stop() == 0);
}

TEST_CASE("a definition is kept no longer than a body may be, whatever its numbers come to") {
  ServedApi api{{"--body-bytes", "1KiB"}};
  auto client = api.client(api.make_tenant("acme"));
  const auto definition_of = [](int numbers) {
    std::string list;
    for (int i = 0; i < numbers; ++i) {
      list += (i > 0 ? ",1e14" : "1e14");
    }
    return R"({"name":"x","definition":{"a":[)" + list + "]}}";
  };
  const e2e::Headers json{{"Content-Type", "application/json"}};
  const auto refused = client.send("POST", "/api/workflows", definition_of(100), json);
  CHECK(is_problem(refused, 422));
  CHECK(refused.json()["errors"][0]["field"] == "definition");
  const auto made = client.send("POST", "/api/workflows", definition_of(50), json);
  CHECK(made.status == 201);
  const std::string path = made.header("Location");
  CHECK(is_problem(client.send("PUT", path, definition_of(100), json), 422));
  CHECK(is_problem(client.send("PATCH", path, definition_of(100), json), 422));
  CHECK(api.process().stop() == 0);
}

}  // namespace
