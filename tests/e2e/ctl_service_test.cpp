#include <stdexcept>
#include <string>

#include <doctest/doctest.h>

#include "e2e/ctl_process.hpp"
#include "e2e/served_api.hpp"

namespace {

using e2e::run_ctl;
using e2e::ServedApi;
using Json = nlohmann::json;

/// tenantctl for the store of a service that runs.
class Beside {
 public:
  explicit Beside(const ServedApi& api) : environment_{api.store().ctl_environment()} {}

  Json json(std::vector<std::string> arguments) const {
    arguments.emplace_back("--json");
    const auto result = run_ctl({.arguments = std::move(arguments), .environment = environment_});
    if (result.status != 0) {
      throw std::runtime_error{"status " + std::to_string(result.status) + ": " + result.errors};
    }
    return result.json();
  }

 private:
  std::vector<std::string> environment_;
};

TEST_CASE("the service lets in who tenantctl gave a key, from its next request on") {
  ServedApi api;
  const Beside ctl{api};
  const Json tenant = ctl.json({"tenants", "create", "acme", "--name", "Acme"});
  const Json key = ctl.json({"keys", "issue", "acme", "--name", "k"});
  auto client = api.client(key["key"].get<std::string>());
  CHECK(client.post("/api/deployments", {{"project_name", "shop"}}).status == 201);
  const auto list = client.get("/api/deployments");
  CHECK(list.status == 200);
  CHECK(list.json()["tenant_id"] == tenant["id"]);
  CHECK(api.administrator().get("/api/tenants/" + tenant["id"].get<std::string>()).status == 200);
  CHECK(api.process().stop() == 0);
}

TEST_CASE("a tenant that is suspended is out from the next request on, and in again as soon") {
  ServedApi api;
  const Beside ctl{api};
  const std::string key =
      ctl.json({"tenants", "create", "acme", "--name", "A", "--issue-key", "k"})["api_key"]["key"];
  auto client = api.client(key);
  for (int round = 0; round < 3; ++round) {
    CAPTURE(round);
    CHECK(client.get("/api/deployments").status == 200);
    ctl.json({"tenants", "suspend", "acme"});
    // Only the key's holder may know, and only that much.
    CHECK(client.get("/api/deployments").status == 403);
    CHECK(client.post("/api/deployments", {{"project_name", "shop"}}).status == 403);
    ctl.json({"tenants", "activate", "acme"});
    CHECK(client.post("/api/deployments", {{"project_name", "shop"}}).status == 201);
  }
  CHECK(api.process().stop() == 0);
}

TEST_CASE("a key that is revoked or expires opens nothing any more") {
  ServedApi api;
  const Beside ctl{api};
  ctl.json({"tenants", "create", "acme", "--name", "A"});
  const Json revoked = ctl.json({"keys", "issue", "acme", "--name", "revoked"});
  const Json expired = ctl.json({"keys", "issue", "acme", "--name", "expired"});
  const Json kept = ctl.json({"keys", "issue", "acme", "--name", "kept"});
  for (const Json* const key : {&revoked, &expired, &kept}) {
    CHECK(api.client((*key)["key"].get<std::string>()).get("/api/deployments").status == 200);
  }
  ctl.json({"keys", "revoke", "acme", revoked["id"], "--yes"});
  CHECK(api.client(revoked["key"].get<std::string>()).get("/api/deployments").status == 401);
  CHECK(api.client(kept["key"].get<std::string>()).get("/api/deployments").status == 200);
  // What was let in before may stay until the expiry that the key had then, which is none.
  CHECK(ctl.json({"keys", "expire", "acme", expired["id"], "now"})["state"] == "expired");
  CHECK(api.process().stop() == 0);
}

TEST_CASE("an administrator's key from the command line administers the service") {
  ServedApi api;
  const Beside ctl{api};
  const std::string key = ctl.json({"admin-keys", "issue", "--name", "ops"})["key"];
  CHECK(api.client(key).get("/api/tenants").status == 200);
  CHECK(api.client(key).get("/api/deployments").status == 401);
  CHECK(api.process().stop() == 0);
}

TEST_CASE("a backup is made while the service is used") {
  ServedApi api;
  const Beside ctl{api};
  auto client = api.client(api.make_tenant("acme"));
  e2e::make_deployment(client, "before");
  const Json made = ctl.json({"backup", api.store().data() + "/copy.db"});
  CHECK(made["tenants"] == 1);
  e2e::make_deployment(client, "after");
  CHECK(ctl.json({"verify", "--backup", api.store().data() + "/copy.db"})["blake2b_256"] ==
        made["blake2b_256"]);
  CHECK(api.process().stop() == 0);
}

}  // namespace
