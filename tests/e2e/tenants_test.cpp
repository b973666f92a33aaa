#include <chrono>
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
                                     {"previous_cursor", second["pagination"]["previous_cursor"]}});
  const std::string cursor = second["pagination"]["cursor"];
  CHECK(administrator.get("/api/tenants?limit=2&cursor=" + cursor).json()["data"][0]["slug"] ==
        "t0");
  const std::string back = second["pagination"]["previous_cursor"];
  const Json first = administrator.get("/api/tenants?limit=2&cursor=" + back).json();
  CHECK(first["data"][0]["slug"] == "t4");
  CHECK(first["data"][1]["slug"] == "t3");
  CHECK(first["pagination"]["has_prev"] == false);
  const Json last = administrator.get("/api/tenants?page=3&per_page=2").json();
  CHECK(last["data"].size() == 1);
  CHECK(last["pagination"]["has_next"] == false);
  CHECK(is_problem(administrator.get("/api/tenants?cursor=x"), 400));
  CHECK(is_problem(administrator.get("/api/tenants?tenant_id=x"), 400));
  CHECK(api.process().stop() == 0);
}

TEST_CASE("tenants are found by the time of their creation, and sorted") {
  ServedApi api;
  auto administrator = api.administrator();
  for (const auto& [slug, name] : {std::pair{"b", "Two"}, std::pair{"d", "one"},
                                   std::pair{"a", "Zero"}, std::pair{"c", "Two"}}) {
    CHECK(administrator.post("/api/tenants", {{"slug", slug}, {"name", name}}).status == 201);
  }
  const auto slugs = [](const Json& list) {
    std::string all;
    for (const Json& tenant : list.at("data")) {
      all += tenant.at("slug").get<std::string>();
    }
    return all;
  };
  const auto found = [&](const std::string& query) {
    return slugs(administrator.get("/api/tenants?" + query).json());
  };
  CHECK(found("sort=created_at") == "bdac");
  CHECK(found("sort=-created_at") == "cadb");
  CHECK(found("sort=slug") == "abcd");
  CHECK(found("sort=-slug&status=active") == "dcba");
  // Those that are equal are sorted by their ids, which are random.
  const std::string by_name = found("sort=name");
  CHECK((by_name == "bcad" || by_name == "cbad"));
  CHECK(found("sort=-name") == std::string{by_name.rbegin(), by_name.rend()});
  const Json rows = administrator.get("/api/tenants?sort=created_at").json()["data"];
  const std::string id = rows[0]["id"];
  CHECK(administrator.patch("/api/tenants/" + id, {{"plan", "gold"}}).status == 200);
  CHECK(found("sort=-updated_at") == "bcad");

  const std::string third = rows[2]["created_at"];
  CHECK(found("created_after=" + third) == "ca");
  CHECK(found("created_before=" + third) == "db");
  CHECK(found("created_before=" + third + "&created_after=" + third).empty());
  CHECK(found("sort=slug&created_after=" + rows[1]["created_at"].get<std::string>() +
              "&search=o") == "acd");

  for (const std::string& query :
       std::vector<std::string>{"sort=slug", "sort=-created_at", "sort=-name&status=active"}) {
    CAPTURE(query);
    const std::string list = "/api/tenants?" + query + "&limit=3";
    const Json first = administrator.get(list).json();
    CHECK(first["pagination"]["previous_cursor"].is_null());
    const std::string forwards = first["pagination"]["cursor"];
    const Json second = administrator.get(list + "&cursor=" + forwards).json();
    CHECK(slugs(first) + slugs(second) == found(query));
    CHECK(second["pagination"]["cursor"].is_null());
    const std::string backwards = second["pagination"]["previous_cursor"];
    CHECK(administrator.get(list + "&cursor=" + backwards).json()["data"] == first["data"]);
    for (const char* other : {"sort=-slug", "sort=updated_at", "sort=slug&plan=gold",
                              "sort=slug&created_after=2026-01-01T00:00:00Z"}) {
      const std::string wrong = std::string{"/api/tenants?"} + other + "&cursor=";
      CHECK(is_problem(administrator.get(wrong + forwards), 400));
      CHECK(is_problem(administrator.get(wrong + backwards), 400));
    }
  }
  for (const char* query : {"sort=", "sort=-", "sort=status", "sort=slug,name", "sort=--name",
                            "sort=tenant_id", "created_after=today",
                            "created_before=", "updated_after=2026-01-01T00:00:00Z", "name=One"}) {
    CAPTURE(query);
    CHECK(is_problem(administrator.get(std::string{"/api/tenants?"} + query), 400));
  }
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

TEST_CASE("keys are listed in pages, by number, by cursor and by status") {
  ServedApi api;
  const auto tenant = api.make_tenant("acme");
  const auto other = api.make_tenant("globex");
  auto administrator = api.administrator();
  const auto path_of = [](const std::string& id) { return "/api/tenants/" + id + "/api-keys"; };
  const std::string keys = path_of(tenant.id);
  for (const auto& id : {tenant.id, other.id}) {
    for (const char* name : {"second", "third"}) {
      REQUIRE(administrator.post(path_of(id), {{"name", name}}).status == 201);
    }
  }
  const Json whole = administrator.get(keys).json();
  REQUIRE(whole["data"].size() == 3);
  CHECK(whole["data"][0]["name"] == "third");
  CHECK(whole["data"][1]["name"] == "second");
  CHECK(whole["tenant_id"] == tenant.id);
  CHECK(whole["pagination"] == Json{{"page", 1},
                                    {"per_page", 50},
                                    {"total", 3},
                                    {"total_pages", 1},
                                    {"has_next", false},
                                    {"has_prev", false},
                                    {"cursor", nullptr},
                                    {"previous_cursor", nullptr}});
  const Json middle = administrator.get(keys + "?page=2&per_page=1").json();
  CHECK(middle["data"] == Json::array({whole["data"][1]}));
  CHECK(middle["pagination"]["total_pages"] == 3);
  const std::string next = middle["pagination"]["cursor"];
  const std::string previous = middle["pagination"]["previous_cursor"];
  const Json last = administrator.get(keys + "?limit=1&cursor=" + next).json();
  CHECK(last["data"] == Json::array({whole["data"][2]}));
  CHECK(last["pagination"]["has_next"] == false);
  CHECK(last["pagination"]["total"].is_null());
  CHECK(administrator.get(keys + "?limit=1&cursor=" + previous).json()["data"] ==
        Json::array({whole["data"][0]}));

  // What another list gave out is as good as made up.
  const std::string of_tenants =
      administrator.get("/api/tenants?limit=1").json()["pagination"]["cursor"];
  const auto made_up = administrator.get(keys + "?cursor=bm9uc2Vuc2U");
  CHECK(is_problem(made_up, 400));
  for (const std::string& foreign :
       {path_of(other.id) + "?cursor=" + next, path_of(other.id) + "?cursor=" + previous,
        keys + "?status=active&cursor=" + next, keys + "?cursor=" + of_tenants,
        "/api/tenants?cursor=" + next}) {
    CAPTURE(foreign);
    CHECK(e2e::without_request_id(administrator.get(foreign)) == e2e::without_request_id(made_up));
  }

  const std::string second = whole["data"][1]["id"];
  CHECK(administrator.remove(keys + "/" + second).status == 204);
  CHECK(administrator.get(keys + "?status=active").json()["pagination"]["total"] == 2);
  const Json revoked = administrator.get(keys + "?status=revoked").json();
  REQUIRE(revoked["data"].size() == 1);
  CHECK(revoked["data"][0]["id"] == second);
  CHECK(administrator.get(keys + "?status=expired").json()["data"].empty());
  for (const char* query : {"?status=gone", "?status=active,revoked", "?status=", "?per_page=501",
                            "?limit=0", "?page=1&limit=1", "?sort=name", "?search=x"}) {
    CAPTURE(query);
    CHECK(is_problem(administrator.get(keys + query), 400));
  }
  CHECK(api.process().stop() == 0);
}

TEST_CASE("a key is revoked, again and again, and only its own tenant's") {
  ServedApi api;
  const auto tenant = api.make_tenant("acme");
  const auto other = api.make_tenant("globex");
  auto administrator = api.administrator();
  auto client = api.client(tenant);
  const std::string keys = "/api/tenants/" + tenant.id + "/api-keys";
  const std::string id = administrator.get(keys).json()["data"][0]["id"];
  CHECK(client.get("/api/deployments").status == 200);

  const auto refused = administrator.remove("/api/tenants/" + other.id + "/api-keys/" + id);
  CHECK(is_problem(refused, 404));
  for (const std::string missing : {"0000000000000000", "x", "%00"}) {
    CHECK(e2e::without_request_id(
              administrator.remove("/api/tenants/" + other.id + "/api-keys/" + missing)) ==
          e2e::without_request_id(refused));
  }
  CHECK(client.get("/api/deployments").status == 200);

  for (int i = 0; i < 2; ++i) {
    const auto revoked = administrator.remove(keys + "/" + id);
    CHECK(revoked.status == 204);
    CHECK(revoked.body.empty());
    CHECK(is_problem(client.get("/api/deployments"), 401));
    CHECK(is_problem(client.post("/api/deployments", {{"project_name", "x"}}), 401));
  }
  CHECK_FALSE(administrator.get(keys).json()["data"][0]["revoked_at"].is_null());
  CHECK(api.process().stop() == 0);
}

TEST_CASE("a key is good until it expires") {
  ServedApi api;
  const auto tenant = api.make_tenant("acme");
  auto administrator = api.administrator();
  const std::string keys = "/api/tenants/" + tenant.id + "/api-keys";
  const auto made =
      administrator.post(keys, {{"name", "x"}, {"expires_at", "2999-12-31T23:59:59+01:00"}});
  REQUIRE(made.status == 201);
  CHECK(made.json()["data"]["expires_at"] == "2999-12-31T22:59:59.000000Z");
  CHECK(administrator.get(keys).json()["data"][0]["expires_at"] == "2999-12-31T22:59:59.000000Z");
  CHECK(api.client(made.json()["data"]["key"].get<std::string>()).get("/api/deployments").status ==
        200);
  CHECK(administrator.post(keys, {{"name", "x"}, {"expires_at", nullptr}})
            .json()["data"]["expires_at"]
            .is_null());
  for (const Json& time : {Json("2020-01-01T00:00:00Z"), Json("tomorrow"), Json(7), Json("")}) {
    const auto refused = administrator.post(keys, {{"name", "x"}, {"expires_at", time}});
    REQUIRE(is_problem(refused, 422));
    CHECK(refused.json()["errors"][0]["field"] == "expires_at");
  }
  CHECK(api.process().stop() == 0);
}

TEST_CASE("a tenant is found by its slug") {
  ServedApi api;
  const auto tenant = api.make_tenant("acme");
  auto administrator = api.administrator();
  const Json found = administrator.get("/api/tenants?slug=acme").json();
  REQUIRE(found["data"].size() == 1);
  CHECK(found["data"][0]["id"] == tenant.id);
  CHECK(found["pagination"]["total"] == 1);
  CHECK(found["pagination"]["has_next"] == false);
  const Json none = administrator.get("/api/tenants?slug=globex").json();
  CHECK(none["data"].empty());
  CHECK(none["pagination"]["total_pages"] == 0);
  CHECK(is_problem(administrator.get("/api/tenants?slug=Not+A+Slug"), 400));
  CHECK(is_problem(administrator.get("/api/tenants?slug=acme&page=1"), 400));
  CHECK(api.process().stop() == 0);
}

TEST_CASE("a tenant changes only in the version that If-Match names") {
  ServedApi api;
  const auto tenant = api.make_tenant("acme");
  auto administrator = api.administrator();
  const std::string path = "/api/tenants/" + tenant.id;
  const auto seen = [](const std::string& tag) { return e2e::Headers{{"If-Match", tag}}; };
  const std::string first = administrator.get(path).header("ETag");
  CHECK(first == "\"1\"");
  const auto changed = administrator.patch(path, {{"name", "A"}}, seen(first));
  CHECK(changed.status == 200);
  const std::string second = changed.header("ETag");
  CHECK(second != first);
  CHECK(is_problem(administrator.patch(path, {{"name", "B"}}, seen(first)), 412));
  CHECK(is_problem(administrator.patch(path, {{"name", "B"}}, seen("W/" + second)), 412));
  CHECK(is_problem(administrator.post(path + "/suspend", nullptr, seen(first)), 412));
  CHECK(administrator.get(path).header("ETag") == second);
  const auto suspended = administrator.post(path + "/suspend", nullptr, seen(second));
  CHECK(suspended.json()["data"]["status"] == "suspended");
  CHECK(suspended.header("ETag") != second);
  CHECK(administrator.post(path + "/activate", nullptr, seen("*")).status == 200);
  CHECK(api.process().stop() == 0);
}

TEST_CASE("a key that another process revoked is soon unknown also where no transaction is begun") {
  ServedApi api;
  const auto tenant = api.make_tenant("acme");
  auto client = api.client(tenant);
  e2e::ServiceProcess other{api.store().service_arguments({"--no-demo"})};
  const auto nothing_valid = [&] { return client.post("/api/deployments", Json::object()); };
  CHECK(nothing_valid().status == 422);
  e2e::ApiClient elsewhere{other.port(), api.administrator_key()};
  const std::string key = "/api/tenants/" + tenant.id + "/api-keys/" + tenant.key.substr(4, 16);
  CHECK(elsewhere.remove(key).status == 204);
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes{1};
  while (nothing_valid().status == 422 && std::chrono::steady_clock::now() < end) {
  }
  CHECK(is_problem(nothing_valid(), 401));
  CHECK(other.stop() == 0);
  CHECK(api.process().stop() == 0);
}

}  // namespace
