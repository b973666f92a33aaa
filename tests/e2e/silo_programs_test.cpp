// The service and tenantctl on a file per tenant, where it differs from one file.

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "e2e/ctl_process.hpp"
#include "e2e/served_api.hpp"
#include "support/silo_place.hpp"
#include "support/temporary_folder.hpp"

namespace {

using e2e::Place;
using e2e::run_ctl;
using e2e::ServedApi;

TEST_CASE("a silo has its keys in it, for the service and for tenantctl") {
  ServedApi api{{}, Place::silo};
  const auto tenant = api.make_tenant("acme");
  auto client = api.client(tenant);
  e2e::make_deployment(client, "shop");
  CHECK(std::filesystem::exists(api.store().keys()));
  CHECK_FALSE(std::filesystem::exists(api.store().data()));
  CHECK(api.process().output().find("store: " + api.store().url() + "\n") != std::string::npos);
  const auto listed = run_ctl(
      {.arguments = {"tenants", "list", "--json"}, .environment = api.store().ctl_environment()});
  REQUIRE_MESSAGE(listed.status == 0, listed.errors);
  CHECK(listed.json()[0]["id"] == tenant.id);
  CHECK(tenancy_test::tenants_files(api.store().file().parent_path()).size() == 1);
  CHECK(api.process().stop() == 0);
}

TEST_CASE("more tenants than files may be open at once are served") {
  ServedApi api{{"--silo-open-files", "2"}, Place::silo};
  std::vector<e2e::TenantKey> tenants;
  for (int i = 0; i < 5; ++i) {
    tenants.push_back(api.make_tenant("tenant-" + std::to_string(i)));
  }
  for (int round = 0; round < 2; ++round) {
    for (const auto& tenant : tenants) {
      auto client = api.client(tenant);
      e2e::make_deployment(client, tenant.id);
    }
  }
  const std::filesystem::path files = "/proc/" + std::to_string(api.process().id()) + "/fd";
  std::set<std::string> names;
  for (const auto& file : std::filesystem::directory_iterator{files}) {
    std::error_code closed_meanwhile;
    const auto target = std::filesystem::read_symlink(file.path(), closed_meanwhile);
    if (target.parent_path().parent_path().filename() == "tenants" && target.extension() == ".db") {
      names.insert(target);
    }
  }
  CHECK(names.size() <= 2);
  for (const auto& tenant : tenants) {
    auto client = api.client(tenant);
    const auto list = client.get("/api/deployments").json();
    CHECK(list["pagination"]["total"] == 2);
    CHECK(list["data"][0]["project_name"] == tenant.id);
  }
  CHECK(api.process().stop() == 0);
}

TEST_CASE("no command but migrate up makes a silo") {
  const tenancy_test::TemporaryFolder folder;
  const std::string url = "sqlite-silo:" + (folder / "silo").string();
  for (const std::vector<std::string>& command : std::vector<std::vector<std::string>>{
           {"tenants", "list"}, {"health"}, {"verify"}, {"admin-keys", "issue", "--name", "k"}}) {
    auto all = command;
    all.insert(all.end(), {"--store", url, "--json"});
    const auto refused = run_ctl({.arguments = all});
    CHECK(refused.status == 7);
    CHECK(std::filesystem::is_empty(folder.path()));
  }
  CHECK(run_ctl({.arguments = {"migrate", "up", "--store", url}}).status == 0);
  CHECK(run_ctl({.arguments = {"tenants", "list", "--store", url}}).status == 0);
}

}  // namespace
