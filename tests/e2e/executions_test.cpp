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

TEST_CASE("an execution is started, ends once, and is deleted") {
  ServedApi api;
  auto client = api.client(api.make_tenant("acme"));
  const std::string workflow = make_workflow(client, "Order");
  const auto started = client.post("/api/workflows/" + workflow + "/executions", Json::object());
  REQUIRE(started.status == 201);
  const std::string item = started.header("Location");
  const Json running = started.json()["data"];
  CHECK(item == "/api/executions/" + running["id"].get<std::string>());
  CHECK(running["workflow_id"] == workflow);
  CHECK(running["status"] == "running");
  CHECK(running["finished_at"].is_null());
  CHECK(running["duration_ms"].is_null());
  CHECK(client.get(item).json() == started.json());

  CHECK(is_problem(client.patch(item, Json::object()), 422));
  CHECK(is_problem(client.patch(item, {{"status", "running"}}), 422));
  CHECK(is_problem(client.patch(item, {{"status", "succeeded"}, {"error", "none"}}), 422));
  const Json failed{{"status", "failed"}, {"error", "503"}};
  CHECK(is_problem(client.patch(item, failed, {{"If-Match", "\"2\""}}), 412));
  const auto ended = client.patch(item, failed, {{"If-Match", started.header("ETag")}});
  REQUIRE(ended.status == 200);
  CHECK(ended.header("ETag") == "\"2\"");
  const Json data = ended.json()["data"];
  CHECK(data["status"] == "failed");
  CHECK(data["error"] == "503");
  CHECK(data["finished_at"] >= data["started_at"]);
  CHECK(data["duration_ms"] >= 0);
  CHECK(client.get(item).json() == ended.json());
  const auto again = client.patch(item, {{"status", "succeeded"}});
  CHECK(is_problem(again, 409));
  CHECK(again.json()["type"] == "urn:tenancy:error:invalid_transition");

  CHECK(is_problem(client.remove(item, {{"If-Match", "\"1\""}}), 412));
  CHECK(client.remove(item, {{"If-Match", "\"2\""}}).status == 204);
  CHECK(is_problem(client.get(item), 404));
  CHECK(api.process().stop() == 0);
}

TEST_CASE("only an active workflow is started, and one that ran is kept") {
  ServedApi api;
  auto client = api.client(api.make_tenant("acme"));
  const std::string workflow = make_workflow(client, "Order");
  const std::string item = "/api/workflows/" + workflow;
  const std::string execution = start_execution(client, workflow);
  const auto kept = client.remove(item);
  CHECK(is_problem(kept, 409));
  CHECK(kept.json()["type"] == "urn:tenancy:error:reference_violation");
  CHECK(client.patch(item, {{"status", "archived"}}).status == 200);
  CHECK(is_problem(client.post(item + "/executions", Json::object()), 409));
  CHECK(is_problem(client.post(item + "/executions", {{"status", "running"}}), 422));
  CHECK(is_problem(client.post("/api/workflows/none/executions", Json::object()), 404));
  CHECK(is_problem(client.get("/api/workflows/none/executions"), 404));
  CHECK(client.remove("/api/executions/" + execution).status == 204);
  CHECK(client.remove(item).status == 204);
  CHECK(api.process().stop() == 0);
}

TEST_CASE("executions are listed by workflow, status and time") {
  ServedApi api;
  auto client = api.client(api.make_tenant("acme"));
  const std::string order = make_workflow(client, "Order");
  const std::string ship = make_workflow(client, "Ship");
  std::vector<std::string> ids;
  for (int i = 0; i < 4; ++i) {
    ids.push_back(start_execution(client, i % 2 == 0 ? order : ship));
  }
  CHECK(client.patch("/api/executions/" + ids[0], {{"status", "succeeded"}}).status == 200);
  CHECK(client.patch("/api/executions/" + ids[1], {{"status", "cancelled"}}).status == 200);
  const auto listed = [&](const std::string& target) {
    std::vector<std::string> result;
    const Json list = client.get(target).json();
    for (const Json& row : list.at("data")) {
      result.push_back(row.at("id"));
    }
    return result;
  };
  using Ids = std::vector<std::string>;
  CHECK(listed("/api/executions?sort=started_at") == ids);
  CHECK(listed("/api/executions?workflow_id=" + ship) == Ids{ids[3], ids[1]});
  CHECK(listed("/api/workflows/" + order + "/executions") == Ids{ids[2], ids[0]});
  CHECK(listed("/api/workflows/" + order + "/executions?status=running") == Ids{ids[2]});
  CHECK(listed("/api/executions?status=succeeded,cancelled&sort=status") == Ids{ids[1], ids[0]});
  // NULL comes before everything else.
  CHECK(listed("/api/executions?sort=-finished_at") == Ids{ids[1], ids[0], ids[3], ids[2]});
  const std::string third = client.get("/api/executions/" + ids[2]).json()["data"]["started_at"];
  CHECK(listed("/api/executions?started_after=" + third) == Ids{ids[3], ids[2]});
  CHECK(listed("/api/executions?started_before=" + third) == Ids{ids[1], ids[0]});
  CHECK(listed("/api/executions?workflow_id=none").empty());
  CHECK(is_problem(client.get("/api/executions?status=active"), 400));
  CHECK(api.process().stop() == 0);
}

TEST_CASE("statistics count what the same filters list") {
  ServedApi api;
  auto client = api.client(api.make_tenant("acme"));
  auto globex = api.client(api.make_tenant("globex"));
  const std::string target = "/api/executions/statistics";
  CHECK(client.get(target).json()["data"] ==
        Json{{"total", 0},
             {"by_status", {{"running", 0}, {"succeeded", 0}, {"failed", 0}, {"cancelled", 0}}},
             {"duration_ms", 0},
             {"last_started_at", nullptr}});
  const std::string workflow = make_workflow(client, "Order");
  start_execution(globex, make_workflow(globex, "Order"));
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) {
    ids.push_back(start_execution(client, workflow));
  }
  const Json ended =
      client.patch("/api/executions/" + ids[0], {{"status", "succeeded"}}).json()["data"];
  const Json last = client.get("/api/executions/" + ids[2]).json()["data"];
  CHECK(client.get(target).json()["data"] ==
        Json{{"total", 3},
             {"by_status", {{"running", 2}, {"succeeded", 1}, {"failed", 0}, {"cancelled", 0}}},
             {"duration_ms", ended["duration_ms"]},
             {"last_started_at", last["started_at"]}});
  CHECK(client.get(target + "?status=failed,succeeded").json()["data"]["total"] == 1);
  CHECK(is_problem(client.get(target + "?page=1"), 400));
  CHECK(api.process().stop() == 0);
}

}  // namespace
