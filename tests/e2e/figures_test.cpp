#include <string>

#include <doctest/doctest.h>

#include "e2e/served_api.hpp"

namespace {

using Json = nlohmann::json;
using e2e::is_problem;
using e2e::ServedApi;
using e2e::without_request_id;

TEST_CASE("a tenant's figures are shown to its own keys and to administrators") {
  ServedApi api;
  const auto acme = api.make_tenant("acme");
  const auto globex = api.make_tenant("globex");
  auto client = api.client(acme);
  auto administrator = api.administrator();
  const std::string path = "/api/tenants/" + acme.id + "/stats";

  const auto nothing = client.get(path);
  REQUIRE(nothing.status == 200);
  CHECK(nothing.json()["tenant_id"] == acme.id);
  const Json none = nothing.json()["data"];
  CHECK(none["deployments"] ==
        Json{{"total", 0},
             {"by_status", {{"pending", 0}, {"active", 0}, {"failed", 0}, {"stopped", 0}}}});
  CHECK(none["executions"]["last_started_at"].is_null());

  e2e::make_deployment(client, "a");
  e2e::make_deployment(client, "b");
  CHECK(client.post("/api/deployments", {{"project_name", "c"}, {"status", "failed"}}).status ==
        201);
  const auto workflow = e2e::make_workflow(client, "w");
  e2e::start_execution(client, workflow);
  const auto last = client.get("/api/executions/" + e2e::start_execution(client, workflow));
  auto other = api.client(globex);
  e2e::make_deployment(other, "not acme's");

  const Json figures = client.get(path).json()["data"];
  CHECK(figures["deployments"]["total"] == 3);
  CHECK(figures["deployments"]["by_status"]["pending"] == 2);
  CHECK(figures["deployments"]["by_status"]["failed"] == 1);
  CHECK(figures["workflows"]["by_status"]["active"] == 1);
  CHECK(figures["workflows"]["total"] == 1);
  CHECK(figures["executions"]["by_status"]["running"] == 2);
  CHECK(figures["executions"]["last_started_at"] == last.json()["data"]["started_at"]);

  CHECK(administrator.get(path).json() == client.get(path).json());
  CHECK(administrator.get("/api/tenants/" + globex.id + "/stats")
            .json()["data"]["deployments"]["total"] == 1);

  const auto refused = other.get(path);
  REQUIRE(is_problem(refused, 404));
  for (const char* missing : {"/api/tenants/tnt_0000000000001/stats", "/api/tenants/x/stats"}) {
    CHECK(without_request_id(other.get(missing)) == without_request_id(refused));
    CHECK(is_problem(administrator.get(missing), 404));
  }
  CHECK(is_problem(client.get(path + "?page=1"), 400));

  administrator.post("/api/tenants/" + acme.id + "/suspend", nullptr);
  CHECK(is_problem(administrator.get(path), 409));
  CHECK(is_problem(client.get(path), 403));
  CHECK(api.process().stop() == 0);
}

}  // namespace
