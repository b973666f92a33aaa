#include <string>

#include <doctest/doctest.h>

#include "e2e/served_api.hpp"

namespace {

using Json = nlohmann::json;
using e2e::is_problem;
using e2e::ServedApi;

struct Kind {
  std::string collection;
  std::string member;
};

TEST_CASE("a change that names an ETag holds only while nobody was faster") {
  ServedApi api;
  auto client = api.client(api.make_tenant("acme"));
  for (const Kind& kind :
       {Kind{"/api/deployments", "project_name"}, Kind{"/api/workflows", "name"}}) {
    CAPTURE(kind.collection);
    const auto made = client.post(kind.collection, {{kind.member, "first"}});
    REQUIRE(made.status == 201);
    const std::string item = made.header("Location");
    const std::string seen = made.header("ETag");
    CHECK(seen == "\"1\"");
    CHECK(client.get(item).header("ETag") == seen);

    const auto patched = client.patch(item, {{"status", "active"}}, {{"If-Match", seen}});
    CHECK(patched.status == 200);
    CHECK(patched.header("ETag") == "\"2\"");
    for (const std::string& tag :
         {seen, std::string{"\"3\""}, std::string{"W/\"2\""}, std::string{"\"02\""},
          std::string{"\"other\""}, std::string{"2"}}) {
      CAPTURE(tag);
      const auto patch = client.patch(item, {{kind.member, "late"}}, {{"If-Match", tag}});
      CHECK(is_problem(patch, 412));
      CHECK(patch.json()["type"] == "urn:tenancy:error:version_conflict");
      CHECK(is_problem(client.put(item, {{kind.member, "late"}}, {{"If-Match", tag}}), 412));
      CHECK(is_problem(client.remove(item, {{"If-Match", tag}}), 412));
      CHECK(is_problem(client.patch(item, Json::object(), {{"If-Match", tag}}), 412));
    }
    CHECK(client.get(item).json() == patched.json());

    const auto put = client.put(item, {{kind.member, "second"}}, {{"If-Match", "\"2\""}});
    CHECK(put.status == 200);
    CHECK(put.header("ETag") == "\"3\"");
    CHECK(put.json() == client.get(item).json());
    CHECK(client.remove(item, {{"If-Match", "\"3\""}}).status == 204);
    CHECK(is_problem(client.remove(item, {{"If-Match", "\"3\""}}), 404));
    CHECK(is_problem(client.put(item, {{kind.member, "gone"}}, {{"If-Match", "\"3\""}}), 404));
    CHECK(is_problem(client.patch(item, {{kind.member, "gone"}}), 404));
  }
  CHECK(api.process().stop() == 0);
}

TEST_CASE("without an ETag the last writer wins") {
  ServedApi api;
  auto client = api.client(api.make_tenant("acme"));
  const auto made =
      client.post("/api/deployments",
                  {{"project_name", "one"}, {"status", "active"}, {"url", "https://one.example"}});
  const std::string item = made.header("Location");
  const auto put = client.put(item, {{"project_name", "two"}});
  CHECK(put.status == 200);
  CHECK(put.header("ETag") == "\"2\"");
  const Json data = put.json()["data"];
  CHECK(data["id"] == made.json()["data"]["id"]);
  CHECK(data["project_name"] == "two");
  CHECK(data["status"] == "pending");
  CHECK(data["url"].is_null());
  CHECK(data["created_at"] == made.json()["data"]["created_at"]);
  CHECK(data["updated_at"] > made.json()["data"]["updated_at"]);
  CHECK(client.patch(item, {{"status", "failed"}}, {{"If-Match", "*"}}).header("ETag") == "\"3\"");
  CHECK(is_problem(client.put(item, {{"status", "failed"}}), 422));
  CHECK(is_problem(client.remove(item, {{"If-Match", "\"3\", \"4\""}}), 400));
  CHECK(is_problem(client.remove(item, {{"If-Match", "\"3\""}, {"If-Match", "\"3\""}}), 400));
  CHECK(client.remove(item).status == 204);
  CHECK(api.process().stop() == 0);
}

TEST_CASE("a patch without members changes nothing") {
  ServedApi api;
  auto client = api.client(api.make_tenant("acme"));
  const std::string item = "/api/deployments/" + e2e::make_deployment(client, "same");
  const auto before = client.get(item);
  const auto patched = client.patch(item, Json::object(), {{"If-Match", before.header("ETag")}});
  CHECK(patched.status == 200);
  CHECK(patched.json() == before.json());
  CHECK(patched.header("ETag") == before.header("ETag"));
  CHECK(api.process().stop() == 0);
}

}  // namespace
