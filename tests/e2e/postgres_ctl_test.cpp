// tenantctl for a store on PostgreSQL, where it differs from one in files.

#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "e2e/ctl_process.hpp"
#include "support/postgres_cluster.hpp"

namespace {

using e2e::CtlStore;
using e2e::Place;
using e2e::ProgramStore;
using e2e::run_ctl;
using tenancy_test::RawSession;
using Json = nlohmann::json;

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

TEST_CASE("the schema is its owner's to bring up to date, and the keys are made with it alone") {
  const ProgramStore store{Place::postgresql};
  std::filesystem::create_directories(store.data());
  const auto run = [&](const std::vector<std::string>& environment,
                       std::vector<std::string> arguments) {
    arguments.emplace_back("--json");
    return run_ctl({.arguments = std::move(arguments), .environment = environment});
  };
  const auto application = store.ctl_environment();
  const auto owner = store.owner_environment();
  const auto status = run(owner, {"migrate", "status"});
  REQUIRE(status.status == 0);
  for (const Json& step : status.json()) {
    CHECK(step["state"] == "pending");
  }
  CHECK(run(application, {"tenants", "list"}).status == 7);
  CHECK_FALSE(std::filesystem::exists(store.keys()));
  const auto not_owner = run(application, {"migrate", "up"});
  CHECK(not_owner.status == 7);
  CHECK(contains(not_owner.error()["message"].get<std::string>(), "permission denied"));

  const auto made = run(owner, {"migrate", "up"});
  REQUIRE_MESSAGE(made.status == 0, made.errors);
  CHECK(made.json().size() == status.json().size());
  CHECK(run(owner, {"migrate", "up"}).json() == Json::array());
  CHECK(run(application, {"migrate", "status"}).json().back()["state"] == "applied");
  CHECK(run(application, {"tenants", "create", "acme", "--name", "A"}).status == 0);

  // Another file of keys would fit none of what is there.
  const std::string elsewhere = store.folder() / "elsewhere.keys";
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"tenants", "list"}, {"migrate", "up"}}) {
    auto with_keys = command;
    with_keys.insert(with_keys.end(), {"--keys", elsewhere});
    const auto refused = run(command[0] == "migrate" ? owner : application, with_keys);
    CHECK(refused.status == 7);
    CHECK(refused.error()["code"] == "key_ring_unavailable");
    CHECK_FALSE(std::filesystem::exists(elsewhere));
  }
  const auto without_keys = run({"TENANTCTL_STORE=" + store.url()}, {"tenants", "list"});
  CHECK(without_keys.status == 7);
  CHECK(without_keys.error()["code"] == "key_ring_unavailable");
  CHECK(contains(without_keys.error()["hint"].get<std::string>(), "--keys FILE"));
  CHECK(run(owner, {"tenants", "list"}).error()["code"] == "unsafe_role");
}

TEST_CASE("a store on PostgreSQL that is well says so, and what is not its own is not looked at") {
  const CtlStore store{Place::postgresql};
  const Json report = store.json({"health", "--strict"});
  CHECK(report["state"] == "ok");
  REQUIRE(report["checks"].size() == 6);
  std::string names;
  for (const Json& check : report["checks"]) {
    names += check["name"].get<std::string>() + " ";
    const bool is_servers = check["name"] == "disk" || check["name"] == "wal";
    CHECK(contains(check.value("message", ""), "its server's own") == is_servers);
  }
  CHECK(names == "store schema keys disk wal clock ");
  const RawSession admin{store.place().database().admin_url()};
  CHECK(admin.value("SELECT probes FROM tenancy_health_probe") == "1");
  CHECK(store.run({"health", "--read-only"}).status == 0);
  CHECK(admin.value("SELECT probes FROM tenancy_health_probe") == "1");
  // Limits of a disk that nobody looks at find nothing.
  CHECK(store.run({"health", "--full-disk-bytes", "9223372036854775807", "--strict"}).status == 0);

  admin.run("REVOKE UPDATE ON tenancy_health_probe FROM tenancy_app");
  const auto unwritten = store.run({"health", "--json"});
  CHECK(unwritten.status == 8);
  CHECK(unwritten.json()["checks"][0]["state"] == "failed");
  CHECK(contains(unwritten.json()["checks"][0]["message"].get<std::string>(), "cannot be written"));
  CHECK(store.run({"health", "--read-only"}).status == 0);
}

TEST_CASE(
    "a table whose policy is not forced is a finding, opens to nobody, and is mended as told") {
  const CtlStore store{Place::postgresql};
  CHECK(store.json({"verify", "--strict"})["safe"] == true);
  const RawSession admin{store.place().database().admin_url()};
  admin.run("ALTER TABLE deployments NO FORCE ROW LEVEL SECURITY");
  const auto found = store.run({"verify", "--json"});
  CHECK(found.status == 8);
  const Json finding = found.json()["findings"][0];
  CHECK(finding["object"] == "deployments");
  CHECK(finding["severity"] == "refused");
  CHECK(finding["remedy"]["kind"] == "sql");
  CHECK(store.error(7, {"tenants", "list"})["code"] == "unsafe_schema");
  RawSession{store.place().database().owner_url()}.run(
      finding["remedy"]["text"].get<std::string>());
  CHECK(store.json({"verify", "--strict"})["safe"] == true);
  CHECK(store.run({"tenants", "list"}).status == 0);
}

TEST_CASE("what PostgreSQL does itself is refused by name") {
  const CtlStore store{Place::postgresql};
  const auto copy = (store.folder() / "copy").string();
  const auto backup = store.error(2, {"backup", copy});
  CHECK(backup["code"] == "not_supported");
  CHECK(contains(backup["message"].get<std::string>(), "pg_basebackup"));
  CHECK_FALSE(std::filesystem::exists(copy));
  const auto dry_run = run_ctl({.arguments = {"migrate", "dry-run", "--json"},
                                .environment = store.place().owner_environment()});
  CHECK(dry_run.error()["code"] == "not_supported");
}

TEST_CASE("a store on PostgreSQL that is not there is out of reach, and no password is told") {
  const CtlStore store{Place::postgresql};
  const auto error_of = [&](const std::string& url, std::vector<std::string> arguments) {
    arguments.emplace_back("--json");
    const auto failed =
        run_ctl({.arguments = std::move(arguments),
                 .environment = {"TENANTCTL_STORE=" + url,
                                 "TENANTCTL_KEYS=" + store.place().keys().string()}});
    CHECK(failed.status != 0);
    CHECK_FALSE(contains(failed.output + failed.errors, "SECRET"));
    return failed.error();
  };
  const std::string nobody = "postgresql://nobody:SECRET@127.0.0.1:1/tenancy?connect_timeout=5";
  for (const std::vector<std::string>& command : std::vector<std::vector<std::string>>{
           {"tenants", "list"}, {"migrate", "status"}, {"migrate", "up"}, {"verify"}, {"health"}}) {
    CAPTURE(command[0]);
    CHECK(error_of(nobody, command)["condition"] == "unavailable");
  }
  CHECK(error_of("postgresql://tenancy_app:SECRET@[::1/x", {"tenants", "list"})["code"] ==
        "invalid_url");
  auto other_database = store.place().url();
  other_database += "_gone?password=SECRET";
  CHECK(error_of(other_database, {"tenants", "list"})["code"] == "cannot_open");

  const CtlStore in_file{Place::sqlite};
  CHECK(contains(
      in_file.error(2, {"tenants", "list", "--password-file", "-"})["message"].get<std::string>(),
      "PostgreSQL"));
}

}  // namespace
