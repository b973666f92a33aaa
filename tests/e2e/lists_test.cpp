#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "e2e/served_api.hpp"

namespace {

using Json = nlohmann::json;
using e2e::is_problem;
using e2e::ServedApi;
using Names = std::vector<std::string>;

Names names(const Json& list) {
  Names result;
  for (const Json& row : list.at("data")) {
    result.push_back(row.at("project_name"));
  }
  return result;
}

/// A tenant with deployments whose names and statuses are told apart by filters and orders.
void make_deployments(e2e::ApiClient& client) {
  for (const auto& [name, status] :
       {std::pair{"b", "active"}, std::pair{"a_1", "failed"}, std::pair{"C%", "active"},
        std::pair{"a", "pending"}, std::pair{"d", "active"}, std::pair{"a1", "failed"}}) {
    CHECK(client
              .post("/api/deployments", {{"project_name", name},
                                         {"status", status},
                                         {"url", std::string{"https://"} + name[0] + ".example"}})
              .status == 201);
  }
}

TEST_CASE("deployments are found by status, text and time") {
  ServedApi api;
  auto client = api.client(api.make_tenant("acme"));
  make_deployments(client);
  const auto found = [&](const std::string& query) {
    const Json list = client.get("/api/deployments?" + query).json();
    CHECK(list["pagination"]["total"] == list["data"].size());
    return names(list);
  };
  CHECK(found("status=failed") == Names{"a1", "a_1"});
  CHECK(found("status=failed,pending") == Names{"a1", "a", "a_1"});
  CHECK(found("search=a_") == Names{"a_1"});
  CHECK(found("search=%25") == Names{"C%"});
  CHECK(found("search=c") == Names{"C%"});
  CHECK(found("search=B.EXAMPLE") == Names{"b"});
  CHECK(found("search=nothing").empty());
  CHECK(found("name=a") == Names{"a"});
  CHECK(found("name=C%25") == Names{"C%"});
  CHECK(found("name=c%25").empty());
  CHECK(found("name=a%25").empty());
  CHECK(found("name=a_1&status=failed") == Names{"a_1"});
  CHECK(found("name=a_1&status=active").empty());
  CHECK(found("name=a&search=1").empty());
  CHECK(found("search=a&status=failed&sort=project_name") == Names{"a1", "a_1"});
  const Json rows = client.get("/api/deployments?sort=created_at").json()["data"];
  const std::string third = rows[2]["created_at"];
  CHECK(found("created_before=" + third) == Names{"a_1", "b"});
  CHECK(found("created_after=" + third + "&status=active") == Names{"d", "C%"});
  CHECK(found("created_after=" + third + "&created_before=" + third).empty());

  // A change moves a row in time without moving its creation.
  const std::string item = "/api/deployments/" + rows[0]["id"].get<std::string>();
  const std::string changed =
      client.patch(item, {{"status", "stopped"}}).json()["data"]["updated_at"];
  CHECK(found("updated_after=" + changed) == Names{"b"});
  CHECK(found("updated_before=" + changed).size() == 5);
  CHECK(found("updated_after=" + changed + "&created_after=" + third).empty());
  for (const std::string& query :
       std::vector<std::string>{"status=", "status=live", "status=active,", "search=", "search=%00",
                                "search=" + std::string(101, 'x'), "created_after=yesterday",
                                "created_after=", "created_before=2026-02-30T00:00:00Z",
                                "updated_after=now", "updated_before=", "name=", "name=a%0A",
                                "name=" + std::string(201, 'x'), "name=a&name=a", "colour=red"}) {
    CAPTURE(query);
    CHECK(is_problem(client.get("/api/deployments?" + query), 400));
  }
  CHECK(api.process().stop() == 0);
}

TEST_CASE("deployments are sorted by listed columns, in both directions") {
  ServedApi api;
  auto client = api.client(api.make_tenant("acme"));
  make_deployments(client);
  const auto sorted = [&](const std::string& sort) {
    return names(client.get("/api/deployments?sort=" + sort).json());
  };
  CHECK(sorted("project_name") == Names{"C%", "a", "a1", "a_1", "b", "d"});
  CHECK(sorted("-project_name") == Names{"d", "b", "a_1", "a1", "a", "C%"});
  CHECK(sorted("status,-project_name") == Names{"d", "b", "C%", "a_1", "a1", "a"});
  CHECK(sorted("-created_at") == Names{"a1", "d", "a", "C%", "a_1", "b"});
  for (const char* sort : {"", "-", "url", "tenant_id", "row_version", "status,", "--status",
                           "status;drop", "status%20desc"}) {
    CAPTURE(sort);
    CHECK(is_problem(client.get(std::string{"/api/deployments?sort="} + sort), 400));
  }
  CHECK(api.process().stop() == 0);
}

TEST_CASE("a list by cursor goes there and back") {
  ServedApi api;
  auto client = api.client(api.make_tenant("acme"));
  make_deployments(client);
  for (const std::string& query :
       std::vector<std::string>{"sort=status,-project_name", "sort=-updated_at", "search=a",
                                "status=active,failed&sort=project_name"}) {
    CAPTURE(query);
    const std::string list = "/api/deployments?" + query;
    const Names all = names(client.get(list).json());
    Json page = client.get(list + "&limit=2").json();
    CHECK(page["pagination"]["previous_cursor"].is_null());
    Names forwards = names(page);
    const auto follow = [&](const char* cursor) {
      const std::string text = page["pagination"][cursor];
      page = client.get(list + "&limit=2&cursor=" + text).json();
    };
    while (page["pagination"]["has_next"] == true) {
      follow("cursor");
      for (const std::string& name : names(page)) {
        forwards.push_back(name);
      }
    }
    CHECK(forwards == all);
    CHECK(page["pagination"]["cursor"].is_null());
    Names backwards = names(page);
    while (page["pagination"]["has_prev"] == true) {
      follow("previous_cursor");
      const Names before = names(page);
      backwards.insert(backwards.begin(), before.begin(), before.end());
    }
    CHECK(backwards == all);
  }
  CHECK(api.process().stop() == 0);
}

TEST_CASE("a cursor belongs to its filters, their values and its order") {
  ServedApi api;
  auto client = api.client(api.make_tenant("acme"));
  make_deployments(client);
  const Json page = client.get("/api/deployments?status=active&sort=project_name&limit=1").json();
  const std::string cursor = "&cursor=" + page["pagination"]["cursor"].get<std::string>();
  CHECK(client.get("/api/deployments?sort=project_name&status=active" + cursor).status == 200);
  for (const char* query :
       {"status=failed&sort=project_name", "status=active&sort=-project_name", "status=active",
        "sort=project_name", "status=active&sort=project_name&search=a",
        "status=active&sort=project_name&name=b",
        "status=active&sort=project_name&updated_after=2026-01-01T00:00:00Z"}) {
    CAPTURE(query);
    const auto refused = client.get(std::string{"/api/deployments?"} + query + cursor);
    CHECK(is_problem(refused, 400));
    CHECK(refused.json()["type"] == "urn:tenancy:error:invalid_cursor");
  }
  CHECK(is_problem(client.get("/api/workflows?status=active" + cursor), 400));
  CHECK(api.process().stop() == 0);
}

TEST_CASE("numbered pages of a filtered list count what they list") {
  ServedApi api;
  auto client = api.client(api.make_tenant("acme"));
  make_deployments(client);
  const Json page =
      client.get("/api/deployments?status=active&sort=project_name&per_page=2&page=2").json();
  CHECK(names(page) == Names{"d"});
  CHECK(page["pagination"]["total"] == 3);
  CHECK(page["pagination"]["total_pages"] == 2);
  CHECK(page["pagination"]["has_next"] == false);
  const std::string back = page["pagination"]["previous_cursor"];
  const Json before =
      client.get("/api/deployments?status=active&sort=project_name&limit=2&cursor=" + back).json();
  CHECK(names(before) == Names{"C%", "b"});
  CHECK(api.process().stop() == 0);
}

}  // namespace
