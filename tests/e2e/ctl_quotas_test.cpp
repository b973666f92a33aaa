#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <SQLiteCpp/Database.h>
#include <doctest/doctest.h>

#include "e2e/ctl_process.hpp"
#include "e2e/ctl_scripted_server.hpp"
#include "e2e/served_api.hpp"
#include "support/temporary_folder.hpp"

namespace {

using e2e::CtlStore;
using e2e::json_answer;
using e2e::run_ctl;
using e2e::ScriptedServer;
using e2e::ServedApi;
using Json = nlohmann::json;

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// tenantctl for one place.
class Place {
 public:
  explicit Place(std::vector<std::string> environment) : environment_{std::move(environment)} {}

  [[nodiscard]] e2e::CtlResult run(std::vector<std::string> arguments) const {
    arguments.emplace_back("--json");
    return run_ctl({.arguments = std::move(arguments), .environment = environment_});
  }
  Json json(std::vector<std::string> arguments) const {
    const auto result = run(std::move(arguments));
    INFO(result.errors);
    REQUIRE(result.status == 0);
    return result.json();
  }

 private:
  std::vector<std::string> environment_;
};

TEST_CASE("quotas are shown as a table, or one at a time") {
  const CtlStore store;
  store.json({"tenants", "create", "acme", "--name", "A"});
  store.json({"quota", "set", "acme", "deployments", "5"});
  const auto table = store.run({"quota", "show", "acme"});
  CHECK(table.status == 0);
  CHECK(table.output.starts_with("METRIC "));
  CHECK(contains(table.output, "\ndeployments  0     5  "));
  CHECK(contains(table.output, "\nworkflows    0     unlimited  -"));
  const auto one = store.run({"quota", "show", "acme", "deployments"});
  CHECK(contains(one.output, "Metric"));
  CHECK(contains(one.output, "never"));
  const Json all = store.json({"quota", "show", "acme"});
  REQUIRE(all.size() == 3);
  CHECK(all[0]["limit"] == 5);
  CHECK(all[1]["limit"].is_null());
  CHECK(store.error(3, {"quota", "show", "acme", "seats"})["code"] == "not_found");
  CHECK(store.error(2, {"quota", "set", "acme", "deployments", "0x10"})["code"] == "usage");
  CHECK(store.error(2, {"quota", "set", "acme", "deployments", "+5"})["code"] == "usage");
  CHECK(store.error(2, {"quota", "set", "acme", "deployments", "5 "})["code"] == "usage");
  CHECK(store.error(2, {"quota", "show", "acme", "Deployments"})["code"] == "invalid_metric");
}

TEST_CASE("what tenantctl sets and resets beside a service, or through it, holds at once") {
  ServedApi api;
  const auto acme = api.make_tenant("acme");
  auto client = api.client(acme);
  const Place at_store{api.store().ctl_environment()};
  const Place at_server{{"TENANTCTL_SERVER=http://127.0.0.1:" + std::to_string(api.port()),
                         "TENANTCTL_KEY=" + api.administrator_key()}};
  std::int64_t made = 0;
  for (const Place* const place : {&at_store, &at_server}) {
    CAPTURE(made);
    place->json({"quota", "set", "acme", "deployments", "2"});
    for (int i = 0; i < 2; ++i) {
      e2e::make_deployment(client, std::to_string(++made));
    }
    CHECK(client.post("/api/deployments", {{"project_name", "more"}}).status == 403);
    CHECK(place->json({"quota", "show", "acme", "deployments"})["used"] == 2);
    const Json reset =
        place->json({"quota", "reset", "acme", "deployments", "--reason", "a new year", "--yes"});
    CHECK(reset["used"] == 0);
    CHECK(reset["limit"] == 2);
    CHECK(reset["last_reset_at"].is_string());
    CHECK(at_server.json({"quota", "show", "acme"}) == at_store.json({"quota", "show", "acme"}));
  }
  const Json resets = at_store.json({"quota", "resets", "acme", "deployments"});
  REQUIRE(resets.size() == 2);
  CHECK(resets[0]["number"] == 2);
  CHECK(resets[0]["used_before"] == 2);
  CHECK(resets[0]["reason"] == "a new year");
  CHECK(resets[1]["principal"].get<std::string>().starts_with("administrator:"));
  CHECK(resets[0]["principal"] != resets[1]["principal"]);
  const auto refused = at_server.run({"quota", "resets", "acme", "deployments"});
  CHECK(refused.status == 2);
  CHECK(api.process().stop() == 0);
}

TEST_CASE("the record of a reset has the name that --as gives, and that somebody looked") {
  const CtlStore store;
  store.json({"tenants", "create", "acme", "--name", "A"});
  store.json({"quota", "reset", "acme", "executions", "--reason", "ticket 17", "--yes", "--as",
              "ada", "--timeout", "20s"});
  CHECK(store.json({"quota", "resets", "acme", "executions"})[0]["principal"] ==
        "administrator:ada");
  CHECK(store.place().rows_raw("SELECT count(*) FROM tenancy_impersonations WHERE principal = "
                               "'administrator:ada'") == tenancy_test::RawRows{{"2"}});
}

TEST_CASE("in a store with another schema there is what its program has counted") {
  const tenancy_test::TemporaryFolder folder;
  std::ofstream{folder / "0001_seats.sql"} << "CREATE TABLE seats (tenant_id INTEGER NOT NULL "
                                              "REFERENCES tenancy_tenants, id TEXT NOT NULL, "
                                              "PRIMARY KEY (tenant_id, id)) STRICT;\n";
  const std::string file = (folder / "store.db").string();
  const Place place{
      {"TENANTCTL_STORE=sqlite:" + file, "TENANTCTL_MIGRATIONS=" + folder.path().string()}};
  place.json({"migrate", "up"});
  place.json({"tenants", "create", "acme", "--name", "A"});
  CHECK(place.json({"quota", "show", "acme"}).empty());
  const Json set = place.json({"quota", "set", "acme", "seats", "5"});
  CHECK(set["limit"] == 5);
  CHECK_FALSE(set.contains("used"));
  const std::vector<std::string> reset{"quota", "reset",    "acme",      "seats",
                                       "--yes", "--reason", "a new year"};
  CHECK(place.run(reset).status == 3);
  SQLite::Database{file, SQLite::OPEN_READWRITE}.exec("UPDATE tenancy_quotas SET used = 4");
  CHECK(place.json({"quota", "show", "acme", "seats"})["used"] == 4);
  CHECK(place.json(reset)["used"] == 0);
  CHECK(place.json({"quota", "resets", "acme", "seats"})[0]["used_before"] == 4);
}

TEST_CASE("a server's answer about another metric, or one that is no quota, is none") {
  constexpr auto tenant =
      R"({"success":true,"data":[{"id":"tnt_2zbsxx04aqvvv","slug":"acme","name":"Acme",)"
      R"("status":"active","plan":null,"version":1,"created_at":"2026-01-31T12:00:00.000000Z",)"
      R"("updated_at":"2026-01-31T12:00:00.000000Z"}],"pagination":{"page":null,"cursor":null}})";
  const auto quota = [](const std::string& metric, const std::string& used,
                        const std::string& limit) {
    return R"({"success":true,"data":{"metric":")" + metric + R"(","used":)" + used +
           R"(,"limit":)" + limit + R"(,"updated_at":null,"last_reset_at":null}})";
  };
  const auto set = [&](const std::string& answer) {
    const ScriptedServer server{{json_answer(200, tenant), json_answer(200, answer)}};
    const Place place{{"TENANTCTL_SERVER=" + server.url(), "TENANTCTL_KEY=tna_secret"}};
    return place.run({"quota", "set", "acme", "deployments", "5"});
  };
  CHECK(set(quota("deployments", "0", "5")).status == 0);
  for (const std::string& answer :
       {quota("workflows", "0", "5"), quota("deployments", "\"0\"", "5"),
        quota("deployments", "0", "-5"), quota("Deployments", "0", "5"), std::string{"[]"}}) {
    CAPTURE(answer);
    const auto unknown = set(answer);
    CHECK(unknown.status == 9);
    CHECK(unknown.error()["code"] == "commit_unknown");
  }
}

}  // namespace
