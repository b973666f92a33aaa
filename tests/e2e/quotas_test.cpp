#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "e2e/served_api.hpp"

namespace {

using Json = nlohmann::json;
using e2e::ApiClient;
using e2e::is_problem;
using e2e::ServedApi;
using e2e::TenantKey;
using e2e::without_request_id;

std::string quotas_of(const std::string& tenant) { return "/api/tenants/" + tenant + "/quotas"; }

/// The quota of a metric, as it is shown.
Json quota(ApiClient& client, const TenantKey& tenant, const std::string& metric) {
  const auto reply = client.get(quotas_of(tenant.id));
  REQUIRE(reply.status == 200);
  const Json all = reply.json()["data"]["quotas"];
  for (const Json& each : all) {
    if (each["metric"] == metric) {
      return each;
    }
  }
  return nullptr;
}

std::int64_t used(ApiClient& client, const TenantKey& tenant, const std::string& metric) {
  return quota(client, tenant, metric)["used"].get<std::int64_t>();
}

void limit(const ServedApi& api, const TenantKey& tenant, const std::string& metric,
           const Json& most) {
  auto administrator = api.administrator();
  REQUIRE(administrator.put(quotas_of(tenant.id) + "/" + metric, {{"limit", most}}).status == 200);
}

int add_deployment(ApiClient& client, const std::string& name) {
  return client.post("/api/deployments", {{"project_name", name}}).status;
}

TEST_CASE("what a tenant creates counts, and what it removes is given back, but for executions") {
  ServedApi api;
  const auto acme = api.make_tenant("acme");
  auto client = api.client(acme);

  const Json none = client.get(quotas_of(acme.id)).json()["data"]["quotas"];
  REQUIRE(none.size() == 3);
  for (const Json& each : none) {
    CHECK(each["used"] == 0);
    CHECK(each["limit"].is_null());
    CHECK(each["updated_at"].is_null());
    CHECK(each["last_reset_at"].is_null());
  }

  const auto deployment = e2e::make_deployment(client, "a");
  e2e::make_deployment(client, "b");
  const auto workflow = e2e::make_workflow(client, "w");
  const auto execution = e2e::start_execution(client, workflow);
  e2e::start_execution(client, workflow);
  CHECK(used(client, acme, "deployments") == 2);
  CHECK(used(client, acme, "workflows") == 1);
  CHECK(used(client, acme, "executions") == 2);
  CHECK(quota(client, acme, "executions")["updated_at"].is_string());

  CHECK(client.remove("/api/deployments/" + deployment).status == 204);
  CHECK(client.remove("/api/deployments/" + deployment).status == 404);
  CHECK(client.remove("/api/executions/" + execution).status == 204);
  CHECK(client.post("/api/workflows", {{"name", "w"}}).status == 409);
  const auto other = e2e::make_workflow(client, "other");
  CHECK(client.remove("/api/workflows/" + other).status == 204);
  CHECK(client.remove("/api/workflows/" + workflow).status == 409);
  CHECK(used(client, acme, "deployments") == 1);
  CHECK(used(client, acme, "workflows") == 1);
  CHECK(used(client, acme, "executions") == 2);
  CHECK(api.process().stop() == 0);
}

TEST_CASE("over the limit it is refused with the metric, and nothing is created") {
  ServedApi api;
  const auto acme = api.make_tenant("acme");
  const auto globex = api.make_tenant("globex");
  auto client = api.client(acme);
  auto other = api.client(globex);
  limit(api, acme, "deployments", 2);
  const auto first = e2e::make_deployment(client, "a");
  e2e::make_deployment(client, "b");

  const auto refused = client.post("/api/deployments", {{"project_name", "c"}});
  REQUIRE(is_problem(refused, 403));
  CHECK(refused.json()["type"] == "urn:tenancy:error:quota_exceeded");
  CHECK(refused.json()["metric"] == "deployments");
  CHECK(refused.header("Retry-After").empty());
  CHECK(client.get("/api/deployments").json()["data"].size() == 2);
  CHECK(used(client, acme, "deployments") == 2);

  // Another tenant's is another.
  for (const char* name : {"a", "b", "c"}) {
    CHECK(add_deployment(other, name) == 201);
  }
  CHECK(quota(other, globex, "deployments")["limit"].is_null());

  CHECK(client.remove("/api/deployments/" + first).status == 204);
  CHECK(add_deployment(client, "c") == 201);
  CHECK(add_deployment(client, "d") == 403);
  limit(api, acme, "deployments", nullptr);
  CHECK(add_deployment(client, "d") == 201);
  limit(api, acme, "deployments", 1);
  CHECK(add_deployment(client, "e") == 403);
  CHECK(used(client, acme, "deployments") == 3);

  limit(api, acme, "workflows", 1);
  limit(api, acme, "executions", 1);
  const auto workflow = e2e::make_workflow(client, "w");
  CHECK(client.post("/api/workflows", {{"name", "v"}}).json()["metric"] == "workflows");
  const auto execution = e2e::start_execution(client, workflow);
  CHECK(client.remove("/api/executions/" + execution).status == 204);
  const auto again = client.post("/api/workflows/" + workflow + "/executions", Json::object());
  REQUIRE(is_problem(again, 403));
  CHECK(again.json()["metric"] == "executions");
  CHECK(api.process().stop() == 0);
}

TEST_CASE("a request that comes again is counted once, and one that was refused is tried again") {
  ServedApi api;
  const auto acme = api.make_tenant("acme");
  auto client = api.client(acme);
  limit(api, acme, "deployments", 1);
  const Json body{{"project_name", "a"}};
  for (int i = 0; i < 3; ++i) {
    CHECK(client.post("/api/deployments", body, {{"Idempotency-Key", "one"}}).status == 201);
  }
  CHECK(used(client, acme, "deployments") == 1);
  const Json more{{"project_name", "b"}};
  CHECK(client.post("/api/deployments", more, {{"Idempotency-Key", "two"}}).status == 403);
  limit(api, acme, "deployments", 2);
  CHECK(client.post("/api/deployments", more, {{"Idempotency-Key", "two"}}).status == 201);
  CHECK(used(client, acme, "deployments") == 2);
  CHECK(api.process().stop() == 0);
}

TEST_CASE("clients at once are let in up to the limit exactly") {
  constexpr int clients = 4;
  constexpr int tries = 12;
  constexpr int most = 30;
  ServedApi api;
  const auto acme = api.make_tenant("acme");
  limit(api, acme, "deployments", most);
  std::vector<int> created(clients);
  std::vector<int> refused(clients);
  {
    std::vector<std::jthread> running;
    running.reserve(clients);
    for (std::size_t i = 0; i < clients; ++i) {
      running.emplace_back([&, i] {
        auto client = api.client(acme);
        for (int n = 0; n < tries; ++n) {
          const int status = add_deployment(client, std::to_string(i) + "-" + std::to_string(n));
          created[i] += status == 201 ? 1 : 0;
          refused[i] += status == 403 ? 1 : 0;
        }
      });
    }
  }
  const auto sum = [](const std::vector<int>& numbers) {
    int all = 0;
    for (const int number : numbers) {
      all += number;
    }
    return all;
  };
  CHECK(sum(created) == most);
  CHECK(sum(refused) == clients * tries - most);
  auto client = api.client(acme);
  CHECK(used(client, acme, "deployments") == most);
  CHECK(client.get("/api/deployments?limit=100").json()["data"].size() == most);
  CHECK(api.process().stop() == 0);
}

TEST_CASE("in a store that was filled before there were quotas, what is there counts") {
  ServedApi api;
  const auto acme = api.make_tenant("acme");
  const auto globex = api.make_tenant("globex");
  {
    auto client = api.client(acme);
    for (const char* name : {"a", "b", "c"}) {
      e2e::make_deployment(client, name);
    }
    const auto workflow = e2e::make_workflow(client, "w");
    e2e::start_execution(client, workflow);
    auto other = api.client(globex);
    e2e::make_deployment(other, "not acme's");
  }
  REQUIRE(api.process().stop() == 0);
  api.store().run_raw_for_tenants("DELETE FROM tenancy_quotas");
  api.start_again();
  auto client = api.client(acme);
  CHECK(used(client, acme, "deployments") == 3);
  CHECK(used(client, acme, "workflows") == 1);
  CHECK(used(client, acme, "executions") == 1);
  // A limit alone begins nothing that is not there, nor at 0.
  limit(api, acme, "deployments", 4);
  CHECK(used(client, acme, "deployments") == 3);
  const auto last = e2e::make_deployment(client, "d");
  CHECK(add_deployment(client, "e") == 403);
  CHECK(client.remove("/api/deployments/" + last).status == 204);
  CHECK(used(client, acme, "deployments") == 3);

  auto other = api.client(globex);
  const auto page = other.get("/api/deployments").json()["data"];
  REQUIRE(page.size() == 1);
  // Where the first thing that happens is a removal.
  CHECK(other.remove("/api/deployments/" + page[0]["id"].get<std::string>()).status == 204);
  CHECK(used(other, globex, "deployments") == 0);
  CHECK(add_deployment(other, "again") == 201);
  CHECK(used(other, globex, "deployments") == 1);
  CHECK(api.process().stop() == 0);
}

TEST_CASE("an administrator resets a quota for a reason, which is on record") {
  ServedApi api;
  const auto acme = api.make_tenant("acme");
  auto client = api.client(acme);
  auto administrator = api.administrator();
  limit(api, acme, "executions", 2);
  const auto workflow = e2e::make_workflow(client, "w");
  e2e::start_execution(client, workflow);
  e2e::start_execution(client, workflow);
  const std::string path = quotas_of(acme.id) + "/executions/reset";

  const auto reset = administrator.post(path, {{"reason", "ticket 17"}});
  REQUIRE(reset.status == 200);
  CHECK(reset.json()["tenant_id"] == acme.id);
  const Json shown = reset.json()["data"];
  CHECK(shown["metric"] == "executions");
  CHECK(shown["used"] == 0);
  CHECK(shown["limit"] == 2);
  CHECK(shown["last_reset_at"].is_string());
  CHECK(quota(client, acme, "executions") == shown);
  e2e::start_execution(client, workflow);

  CHECK(administrator.post(quotas_of(acme.id) + "/deployments/reset", {{"reason", "none yet"}})
            .json()["data"]["used"] == 0);
  REQUIRE(api.process().stop() == 0);
  const auto kept = api.store().rows_raw_of_tenants(
      "SELECT used_before, principal, reason FROM tenancy_quota_resets WHERE metric = "
      "'executions'");
  REQUIRE(kept.size() == 1);
  CHECK(kept[0][0] == "2");
  CHECK(kept[0][1].value_or("").starts_with("administrator:"));
  CHECK(kept[0][2] == "ticket 17");
  CHECK(api.store().rows_raw("SELECT count(*) FROM tenancy_impersonations WHERE explanation LIKE "
                             "'an administrator changes the quota of %'") ==
        tenancy_test::RawRows{{"3"}});
}

TEST_CASE("quotas are shown to their tenant and changed by administrators alone") {
  ServedApi api;
  const auto acme = api.make_tenant("acme");
  const auto globex = api.make_tenant("globex");
  const auto own_admin = api.make_key(acme.id, {{"name", "own"}, {"scope", "admin"}});
  auto client = api.client(acme);
  auto strongest = api.client(own_admin);
  auto other = api.client(globex);
  auto administrator = api.administrator();
  const std::string path = quotas_of(acme.id);
  const std::string missing = "/api/tenants/tnt_0000000000001/quotas";

  CHECK(administrator.get(path).json() == client.get(path).json());
  const auto refused = other.get(path);
  REQUIRE(is_problem(refused, 404));
  for (const std::string& elsewhere : {missing, std::string{"/api/tenants/x/quotas"}}) {
    CHECK(without_request_id(other.get(elsewhere)) == without_request_id(refused));
    CHECK(is_problem(administrator.get(elsewhere), 404));
  }
  for (ApiClient* const each : {&client, &strongest, &other}) {
    CHECK(is_problem(each->put(path + "/deployments", {{"limit", 7}}), 401));
    CHECK(is_problem(each->post(path + "/deployments/reset", {{"reason", "more"}}), 401));
  }
  CHECK(quota(client, acme, "deployments")["limit"].is_null());
  CHECK(quota(client, acme, "deployments")["last_reset_at"].is_null());

  const auto unknown = administrator.put(path + "/seats", {{"limit", 7}});
  REQUIRE(is_problem(unknown, 404));
  for (const std::string& elsewhere : {missing + "/deployments", path + "/Deployments",
                                       std::string{"/api/tenants/x/quotas/deployments"}}) {
    CHECK(without_request_id(administrator.put(elsewhere, {{"limit", 7}})) ==
          without_request_id(unknown));
    CHECK(without_request_id(administrator.post(elsewhere + "/reset", {{"reason", "more"}})) ==
          without_request_id(unknown));
  }

  for (const Json& wrong : {Json{{"limit", -1}}, Json{{"limit", 1.5}}, Json{{"limit", "7"}},
                            Json{{"limit", true}}, Json{{"limit", 9007199254740992}},
                            Json{{"most", 7}}, Json{{"limit", 7}, {"more", 1}}, Json::object()}) {
    CAPTURE(wrong.dump());
    CHECK(is_problem(administrator.put(path + "/deployments", wrong), 422));
  }
  for (const Json& wrong : {Json{{"reason", ""}}, Json{{"reason", "two\nlines"}},
                            Json{{"reason", std::string(501, 'r')}}, Json{{"reason", nullptr}},
                            Json{{"reason", "\u2028turned"}}, Json::object()}) {
    CAPTURE(wrong.dump());
    CHECK(is_problem(administrator.post(path + "/deployments/reset", wrong), 422));
  }
  CHECK(is_problem(
      administrator.put(path + "/deployments", {{"limit", 7}}, {{"Idempotency-Key", "a"}}), 400));
  CHECK(is_problem(
      administrator.put(path + "/deployments", {{"limit", 7}}, {{"If-Match", "\"1\""}}), 412));
  CHECK(is_problem(administrator.put(path + "/deployments?page=1", {{"limit", 7}}), 400));
  CHECK(is_problem(administrator.get(path + "?page=1"), 400));
  CHECK(quota(client, acme, "deployments")["limit"].is_null());
  CHECK(administrator.put(path + "/deployments", {{"limit", 9007199254740991}}, {{"If-Match", "*"}})
            .json()["data"]["limit"] == 9007199254740991);

  administrator.post("/api/tenants/" + acme.id + "/suspend", nullptr);
  CHECK(is_problem(administrator.get(path), 409));
  CHECK(is_problem(administrator.put(path + "/deployments", {{"limit", 7}}), 409));
  CHECK(is_problem(administrator.post(path + "/deployments/reset", {{"reason", "more"}}), 409));
  CHECK(is_problem(client.get(path), 403));
  CHECK(api.process().stop() == 0);
}

}  // namespace
