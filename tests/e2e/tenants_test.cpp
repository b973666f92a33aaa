#include <string>

#include <doctest/doctest.h>

#include "e2e/served_api.hpp"

namespace {

using Json = nlohmann::json;
using e2e::is_problem;
using e2e::ServedApi;

TEST_CASE("an administrator creates tenants and finds them again") {
  ServedApi api;
  auto administrator = api.administrator();
  const auto made = administrator.post("/api/tenants", {{"slug", "acme"}, {"name", "Acme Corp"}});
  REQUIRE(made.status == 201);
  const Json document = made.json();
  const std::string id = document["data"]["id"];
  CHECK(document["success"] == true);
  CHECK(document["tenant_id"] == id);
  CHECK(id.starts_with("tnt_"));
  CHECK(document["data"]["slug"] == "acme");
  CHECK(document["data"]["name"] == "Acme Corp");
  CHECK(document["data"]["status"] == "active");
  CHECK(document["data"]["created_at"].get<std::string>().ends_with("Z"));
  CHECK(made.header("Location") == "/api/tenants/" + id);

  const auto found = administrator.get(made.header("Location"));
  CHECK(found.status == 200);
  CHECK(found.json() == document);

  CHECK(is_problem(administrator.post("/api/tenants", {{"slug", "acme"}, {"name", "Again"}}), 409));
  for (const char* unknown : {"/api/tenants/tnt_0000000000001", "/api/tenants/acme"}) {
    CHECK(is_problem(administrator.get(unknown), 404));
  }
  CHECK(api.process().stop() == 0);
}

TEST_CASE("tenants are listed newest first in numbered pages") {
  ServedApi api;
  auto administrator = api.administrator();
  for (int i = 0; i < 5; ++i) {
    administrator.post("/api/tenants", {{"slug", "t" + std::to_string(i)}, {"name", "T"}});
  }
  CHECK(administrator.get("/api/tenants?per_page=1").json()["data"][0]["slug"] == "t4");
  const Json second = administrator.get("/api/tenants?page=2&per_page=2").json();
  REQUIRE(second["data"].size() == 2);
  CHECK(second["data"][0]["slug"] == "t2");
  CHECK(second["tenant_id"].is_null());
  CHECK(second["pagination"] == Json{{"page", 2},
                                     {"per_page", 2},
                                     {"total", 5},
                                     {"total_pages", 3},
                                     {"has_next", true},
                                     {"has_prev", true},
                                     {"cursor", second["pagination"]["cursor"]},
                                     {"previous_cursor", nullptr}});
  const std::string cursor = second["pagination"]["cursor"];
  CHECK(administrator.get("/api/tenants?limit=2&cursor=" + cursor).json()["data"][0]["slug"] ==
        "t0");
  const Json last = administrator.get("/api/tenants?page=3&per_page=2").json();
  CHECK(last["data"].size() == 1);
  CHECK(last["pagination"]["has_next"] == false);
  CHECK(is_problem(administrator.get("/api/tenants?cursor=x"), 400));
  CHECK(is_problem(administrator.get("/api/tenants?tenant_id=x"), 400));
  CHECK(api.process().stop() == 0);
}

TEST_CASE("everything wrong with a new tenant is said at once") {
  ServedApi api;
  auto administrator = api.administrator();
  const auto refused =
      administrator.post("/api/tenants", {{"slug", "Not A Slug"}, {"name", ""}, {"plan", "gold"}});
  REQUIRE(is_problem(refused, 422));
  std::vector<std::string> fields;
  const Json document = refused.json();
  for (const Json& error : document["errors"]) {
    fields.push_back(error.at("field"));
  }
  CHECK(fields == std::vector<std::string>{"slug", "name", "plan"});

  // U+202E turns the direction of what follows; only the library's rule for names knows it.
  // In two parts, since compilers warn of the character itself.
  const std::string right_to_left_override = std::string{"\xE2\x80"} + "\xAE";
  const auto turned = administrator.post(
      "/api/tenants", {{"slug", "turned"}, {"name", "a" + right_to_left_override + "b"}});
  REQUIRE(is_problem(turned, 422));
  CHECK(turned.json()["errors"][0]["field"] == "name");
  CHECK(administrator.get("/api/tenants").json()["pagination"]["total"] == 0);
  CHECK(api.process().stop() == 0);
}

TEST_CASE("a tenant's key is shown once, and allows what its scope says") {
  ServedApi api;
  const auto tenant = api.make_tenant("acme");
  auto administrator = api.administrator();
  const std::string keys = "/api/tenants/" + tenant.id + "/api-keys";
  const auto made = administrator.post(keys, {{"name", "reader"}, {"scope", "read"}});
  REQUIRE(made.status == 201);
  const Json data = made.json()["data"];
  CHECK(data["name"] == "reader");
  CHECK(data["scope"] == "read");
  CHECK(made.json()["tenant_id"] == tenant.id);
  CHECK(data["key"].get<std::string>().starts_with("tnk_"));
  CHECK(made.header("Cache-Control") == "no-store");

  auto writer = api.client(tenant);
  const std::string item = "/api/deployments/" + e2e::make_deployment(writer, "mine");
  auto reader = api.client(data["key"].get<std::string>());
  CHECK(reader.get("/api/deployments").status == 200);
  CHECK(reader.get(item).status == 200);
  CHECK(is_problem(reader.post("/api/deployments", {{"project_name", "no"}}), 403));
  CHECK(is_problem(reader.patch(item, {{"status", "active"}}), 403));
  CHECK(is_problem(reader.remove(item), 403));
  CHECK(writer.get(item).json()["data"]["status"] == "pending");

  CHECK(is_problem(administrator.post(keys, {{"name", "x"}, {"scope", "root"}}), 422));
  CHECK(is_problem(administrator.post(keys, {{"name", std::string(101, 'x')}}), 422));
  CHECK(is_problem(administrator.post("/api/tenants/tnt_0000000000001/api-keys", {{"name", "x"}}),
                   404));
  CHECK(api.process().stop() == 0);
}

TEST_CASE("a key opens the doors of its own kind only") {
  ServedApi api;
  const auto tenant = api.make_tenant("acme");
  auto client = api.client(api.make_key(tenant.id, {{"name", "all"}, {"scope", "admin"}}));
  for (const std::string& path : {std::string{"/api/tenants"}, "/api/tenants/" + tenant.id}) {
    const auto refused = client.get(path);
    CHECK(is_problem(refused, 401));
    CHECK(refused.header("WWW-Authenticate") == "Bearer");
  }
  CHECK(is_problem(client.post("/api/tenants", {{"slug", "x"}, {"name", "X"}}), 401));
  CHECK(is_problem(client.post("/api/tenants/" + tenant.id + "/api-keys", {{"name", "x"}}), 401));
  auto administrator = api.administrator();
  CHECK(is_problem(administrator.get("/api/deployments"), 401));
  CHECK(is_problem(administrator.post("/api/deployments", {{"project_name", "x"}}), 401));
  CHECK(api.process().stop() == 0);
}

TEST_CASE("a tenant is shut out and let in again by the very next request") {
  ServedApi api;
  const auto tenant = api.make_tenant("acme");
  auto administrator = api.administrator();
  auto client = api.client(tenant);
  const std::string path = "/api/tenants/" + tenant.id;
  const auto turn = [&](const char* action) {
    return administrator.post(path + "/" + action, nullptr);
  };
  for (int round = 0; round < 3; ++round) {
    CHECK(client.get("/api/deployments").status == 200);
    CHECK(turn("suspend").json()["data"]["status"] == "suspended");
    CHECK(is_problem(client.get("/api/deployments"), 403));
    CHECK(is_problem(client.post("/api/deployments", {{"project_name", "x"}}), 403));
    CHECK(is_problem(turn("deactivate"), 409));
    CHECK(turn("activate").json()["data"]["status"] == "active");
  }
  CHECK(client.get("/api/deployments").status == 200);
  CHECK(turn("archive").status == 200);
  CHECK(is_problem(client.get("/api/deployments"), 403));
  CHECK(is_problem(turn("activate"), 409));
  CHECK(is_problem(administrator.post("/api/tenants", {{"slug", "acme"}, {"name", "Heir"}}), 409));
  CHECK(api.process().stop() == 0);
}

TEST_CASE("a tenant is renamed, and found by what it is") {
  ServedApi api;
  const auto tenant = api.make_tenant("acme");
  static_cast<void>(api.make_tenant("globex"));
  auto administrator = api.administrator();
  const std::string path = "/api/tenants/" + tenant.id;
  const Json changed =
      administrator.patch(path, {{"name", "Acme Corporation"}, {"plan", "gold"}}).json()["data"];
  CHECK(changed["name"] == "Acme Corporation");
  CHECK(changed["plan"] == "gold");
  CHECK(changed["version"] == 2);
  for (const char* query : {"?plan=gold", "?search=CORPOR", "?search=acme&status=active"}) {
    CAPTURE(query);
    const Json found = administrator.get(std::string{"/api/tenants"} + query).json();
    REQUIRE(found["data"].size() == 1);
    CHECK(found["data"][0]["id"] == tenant.id);
    CHECK(found["pagination"]["total"] == 1);
  }
  CHECK(administrator.get("/api/tenants?status=archived").json()["data"].empty());
  CHECK(is_problem(administrator.get("/api/tenants?status=gone"), 400));
  CHECK(is_problem(administrator.patch(path, {{"slug", "other"}}), 422));
  CHECK(api.process().stop() == 0);
}

TEST_CASE("keys are listed without their texts") {
  ServedApi api;
  const auto tenant = api.make_tenant("acme");
  auto administrator = api.administrator();
  const auto listed = administrator.get("/api/tenants/" + tenant.id + "/api-keys");
  REQUIRE(listed.json()["data"].size() == 1);
  CHECK(listed.json()["data"][0]["revoked_at"].is_null());
  CHECK_FALSE(listed.json()["data"][0].contains("key"));
  CHECK(api.process().stop() == 0);
}

}  // namespace
