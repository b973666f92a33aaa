#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "e2e/served_api.hpp"

namespace {

using Json = nlohmann::json;
using e2e::is_problem;
using e2e::make_deployment;
using e2e::ServedApi;
using e2e::without_request_id;

TEST_CASE("another tenant's deployment is answered as one that does not exist") {
  ServedApi api;
  auto acme = api.client(api.make_tenant("acme"));
  auto globex = api.client(api.make_tenant("globex"));
  const std::string acmes = "/api/deployments/" + make_deployment(acme, "secret-plan");
  const std::string missing = "/api/deployments/01AAAAAAAAAAAAAAAAAAAAAAAA";
  const Json before = acme.get(acmes).json();

  REQUIRE(is_problem(globex.get(acmes), 404));
  CHECK(without_request_id(globex.get(acmes)) == without_request_id(globex.get(missing)));
  const Json change{{"project_name", "taken"}};
  REQUIRE(is_problem(globex.patch(acmes, change), 404));
  CHECK(without_request_id(globex.patch(acmes, change)) ==
        without_request_id(globex.patch(missing, change)));
  const Json wrong_change{{"status", "taken"}};
  CHECK(without_request_id(globex.patch(acmes, wrong_change)) ==
        without_request_id(globex.patch(missing, wrong_change)));
  REQUIRE(is_problem(globex.remove(acmes), 404));
  CHECK(without_request_id(globex.remove(acmes)) == without_request_id(globex.remove(missing)));

  CHECK(acme.get(acmes).json() == before);
  CHECK(api.process().stop() == 0);
}

TEST_CASE("a list holds its tenant's rows only, and so does its count") {
  ServedApi api;
  const auto acme_key = api.make_tenant("acme");
  auto acme = api.client(acme_key);
  auto globex = api.client(api.make_tenant("globex"));
  for (int i = 0; i < 3; ++i) {
    make_deployment(acme, "acme");
    make_deployment(globex, "globex");
  }
  make_deployment(acme, "acme");
  for (const char* target : {"/api/deployments", "/api/deployments?limit=500"}) {
    const Json list = acme.get(target).json();
    CHECK(list["data"].size() == 4);
    CHECK(list["tenant_id"] == acme_key.id);
    for (const Json& row : list["data"]) {
      CHECK(row["project_name"] == "acme");
    }
  }
  CHECK(globex.get("/api/deployments").json()["pagination"]["total"] == 3);
  CHECK(api.process().stop() == 0);
}

TEST_CASE("a cursor is good for the tenant that was given it, as it was given") {
  ServedApi api;
  auto acme = api.client(api.make_tenant("acme"));
  auto globex = api.client(api.make_tenant("globex"));
  for (int i = 0; i < 2; ++i) {
    make_deployment(acme, "acme");
    make_deployment(globex, "globex");
  }
  std::string cursor = acme.get("/api/deployments?limit=1").json()["pagination"]["cursor"];
  const std::string target = "/api/deployments?cursor=";
  CHECK(acme.get(target + cursor).status == 200);
  const auto refused = globex.get(target + cursor);
  CHECK(is_problem(refused, 400));
  CHECK(without_request_id(refused) == without_request_id(globex.get(target + "bm9uc2Vuc2U")));
  cursor.back() = cursor.back() == 'A' ? 'B' : 'A';
  CHECK(is_problem(acme.get(target + cursor), 400));
  CHECK(is_problem(acme.get(target), 400));
  CHECK(api.process().stop() == 0);
}

TEST_CASE("workflows and executions of another tenant are answered as ones that do not exist") {
  ServedApi api;
  auto acme = api.client(api.make_tenant("acme"));
  auto globex = api.client(api.make_tenant("globex"));
  const std::string workflow = e2e::make_workflow(acme, "Secret plan");
  const std::string execution = e2e::start_execution(acme, workflow);
  const std::string missing = "01AAAAAAAAAAAAAAAAAAAAAAAA";
  struct Attempt {
    std::string method;
    std::string before;
    std::string id;
    std::string behind;
    Json body;
  };
  for (const auto& attempt :
       std::vector<Attempt>{{"GET", "/api/workflows/", workflow, "", nullptr},
                            {"PUT", "/api/workflows/", workflow, "", {{"name", "taken"}}},
                            {"PATCH", "/api/workflows/", workflow, "", {{"name", "taken"}}},
                            {"DELETE", "/api/workflows/", workflow, "", nullptr},
                            {"GET", "/api/workflows/", workflow, "/executions", nullptr},
                            {"POST", "/api/workflows/", workflow, "/executions", Json::object()},
                            {"GET", "/api/executions/", execution, "", nullptr},
                            {"PATCH", "/api/executions/", execution, "", {{"status", "failed"}}},
                            {"DELETE", "/api/executions/", execution, "", nullptr}}) {
    CAPTURE(attempt.method);
    CAPTURE(attempt.before);
    const auto sent = [&](const std::string& id, const e2e::Headers& more) {
      e2e::Headers headers{{"Content-Type", "application/json"}};
      headers.insert(headers.end(), more.begin(), more.end());
      return globex.send(attempt.method, attempt.before + id + attempt.behind,
                         attempt.body.is_null() ? "" : attempt.body.dump(), headers);
    };
    for (const e2e::Headers& headers : {e2e::Headers{}, e2e::Headers{{"If-Match", "\"1\""}},
                                        e2e::Headers{{"If-Match", "\"9\""}}}) {
      const auto refused = sent(attempt.id, headers);
      REQUIRE(is_problem(refused, 404));
      CHECK(without_request_id(refused) == without_request_id(sent(missing, headers)));
    }
  }
  for (const char* list : {"/api/workflows?executions=3", "/api/executions"}) {
    CHECK(globex.get(list).json()["data"].empty());
    CHECK(globex.get(list).json()["pagination"]["total"] == 0);
  }
  CHECK(globex.get("/api/executions?workflow_id=" + workflow).json()["data"].empty());
  CHECK(globex.get("/api/executions/statistics").json()["data"]["total"] == 0);
  CHECK(acme.get("/api/workflows/" + workflow).header("ETag") == "\"1\"");
  CHECK(acme.get("/api/executions/" + execution).json()["data"]["status"] == "running");
  CHECK(api.process().stop() == 0);
}

TEST_CASE("no list takes another tenant's cursor, in either direction") {
  ServedApi api;
  auto acme = api.client(api.make_tenant("acme"));
  auto globex = api.client(api.make_tenant("globex"));
  for (auto* client : {&acme, &globex}) {
    for (const char* name : {"a", "b", "c"}) {
      make_deployment(*client, name);
      e2e::start_execution(*client, e2e::make_workflow(*client, name));
    }
  }
  for (const std::string& list : std::vector<std::string>{
           "/api/deployments?", "/api/deployments?sort=project_name&", "/api/workflows?",
           "/api/workflows?status=active&sort=name&executions=1&", "/api/executions?",
           "/api/executions?status=running&sort=-started_at&"}) {
    CAPTURE(list);
    const Json middle = acme.get(list + "per_page=1&page=2").json()["pagination"];
    for (const char* way : {"cursor", "previous_cursor"}) {
      const std::string target = list + "cursor=" + middle[way].get<std::string>();
      CHECK(acme.get(target).json()["data"].size() == 1);
      const auto refused = globex.get(target);
      CHECK(is_problem(refused, 400));
      CHECK(refused.json()["type"] == "urn:tenancy:error:invalid_cursor");
    }
  }
  CHECK(api.process().stop() == 0);
}

TEST_CASE("naming a tenant confirms the key's own and opens no other") {
  ServedApi api;
  const auto own = api.make_tenant("acme");
  const auto other = api.make_tenant("globex");
  auto acme = api.client(own);
  const std::string list = "/api/deployments";
  CHECK(acme.get(list, {{"X-Tenant-ID", own.id}}).status == 200);
  CHECK(acme.get(list + "?tenant_id=" + own.id).status == 200);
  CHECK(acme.get(list + "?page=1&tenant_id=" + own.id, {{"x-tenant-id", own.id}}).status == 200);

  const auto refused = acme.get(list, {{"X-Tenant-ID", other.id}});
  REQUIRE(is_problem(refused, 403));
  for (const std::string& claimed :
       {std::string{"tnt_0000000000001"}, std::string{"globex"}, std::string{"acme"}}) {
    CAPTURE(claimed);
    CHECK(without_request_id(acme.get(list, {{"X-Tenant-ID", claimed}})) ==
          without_request_id(refused));
    CHECK(without_request_id(acme.get(std::string{list}.append("?tenant_id=").append(claimed))) ==
          without_request_id(refused));
  }
  CHECK(without_request_id(acme.get(list + "?tenant_id=" + other.id)) ==
        without_request_id(refused));
  CHECK(is_problem(acme.get(list, {{"X-Tenant-ID", own.id}, {"X-Tenant-ID", other.id}}), 400));
  CHECK(is_problem(acme.get(list, {{"X-Tenant-ID", own.id}, {"X-Tenant-ID", own.id}}), 400));
  CHECK(is_problem(acme.post(list, {{"project_name", "x"}}, {{"X-Tenant-ID", other.id}}), 403));
  CHECK(acme.get(list).json()["pagination"]["total"] == 0);
  CHECK(api.process().stop() == 0);
}

TEST_CASE("a tenant is no member of a body") {
  ServedApi api;
  const auto other = api.make_tenant("globex");
  auto acme = api.client(api.make_tenant("acme"));
  const auto refused =
      acme.post("/api/deployments", {{"project_name", "x"}, {"tenant_id", other.id}});
  CHECK(is_problem(refused, 422));
  CHECK(api.client(other).get("/api/deployments").json()["data"].empty());
  CHECK(api.process().stop() == 0);
}

}  // namespace
