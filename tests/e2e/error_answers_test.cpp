#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "e2e/served_api.hpp"

namespace {

using Json = nlohmann::json;
using e2e::Headers;
using e2e::HttpClient;
using e2e::is_problem;
using e2e::ServedApi;

const Headers json_content{{"Content-Type", "application/json"}};

std::vector<std::string> bad_fields(const e2e::HttpReply& reply) {
  std::vector<std::string> fields;
  const Json document = reply.json();
  for (const Json& error : document.at("errors")) {
    fields.push_back(error.at("field"));
    CHECK_FALSE(error.at("problem").get<std::string>().empty());
  }
  return fields;
}

TEST_CASE("without a good key there is nothing to see") {
  ServedApi api;
  const auto tenant = api.make_tenant("acme");
  HttpClient client{api.port()};
  std::string wrong = tenant.key;
  wrong[30] = wrong[30] == '0' ? '1' : '0';
  for (const Headers& headers :
       std::vector<Headers>{{},
                            {{"Authorization", ""}},
                            {{"Authorization", "Bearer"}},
                            {{"Authorization", "Bearer "}},
                            {{"Authorization", "Basic YTpi"}},
                            {{"Authorization", tenant.key}},
                            {{"Authorization", "Bearer " + wrong}},
                            {{"Authorization", "Bearer " + tenant.key + "x"}},
                            {{"X-Tenant-ID", tenant.id}}}) {
    CAPTURE(headers);
    const auto refused = client.request("GET", "/api/deployments", headers);
    CHECK(is_problem(refused, 401));
    CHECK(refused.header("WWW-Authenticate") == "Bearer");
    CHECK(is_problem(client.request("GET", "/api/tenants", headers), 401));
  }
  const std::string credential = "bearer " + tenant.key;
  CHECK(client.request("GET", "/api/deployments", {{"authorization", credential}}).status == 200);
  CHECK(is_problem(client.request("GET", "/api/deployments",
                                  {{"Authorization", credential}, {"Authorization", credential}}),
                   400));
  CHECK(api.process().stop() == 0);
}

TEST_CASE("every answer names its request and is not to be kept") {
  ServedApi api;
  HttpClient client{api.port()};
  std::string last;
  for (const char* target : {"/healthz", "/nothing", "/api/tenants"}) {
    const auto reply = client.request("GET", target);
    CHECK(reply.header("X-Request-Id").starts_with("req_"));
    CHECK(reply.header("X-Request-Id") != last);
    CHECK(reply.header("Cache-Control") == "no-store");
    last = reply.header("X-Request-Id");
  }
  const auto health = client.request("GET", "/healthz");
  CHECK(health.status == 200);
  CHECK(health.json() == Json{{"status", "ok"}});
  CHECK(api.process().stop() == 0);
}

TEST_CASE("unknown paths are 404 and unknown methods 405 with those that are known") {
  ServedApi api;
  HttpClient client{api.port()};
  for (const std::string& path : std::vector<std::string>{
           "/", "/api", "/api/deployments/", "/api/deployments/a/b", "/API/tenants",
           "//api/tenants", "/api/tenants/x/keys", "/healthz/", "*"}) {
    CAPTURE(path);
    const auto reply = client.request("GET", path);
    CHECK(is_problem(reply, path == "*" ? 400 : 404));
  }
  struct Attempt {
    std::string method;
    std::string path;
    std::string allowed;
  };
  for (const auto& attempt : std::vector<Attempt>{
           {"POST", "/healthz", "GET, HEAD, OPTIONS"},
           {"DELETE", "/api/deployments", "GET, HEAD, POST, OPTIONS"},
           {"POST", "/api/deployments/x", "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"},
           {"PATCH", "/api/tenants/x/api-keys", "GET, HEAD, POST, OPTIONS"},
           {"PURGE", "/api/tenants", "GET, HEAD, POST, OPTIONS"},
           {"get", "/api/tenants", "GET, HEAD, POST, OPTIONS"}}) {
    CAPTURE(attempt.path);
    const auto reply = client.request(attempt.method, attempt.path);
    CHECK(is_problem(reply, 405));
    CHECK(reply.header("Allow") == attempt.allowed);
  }
  CHECK(api.process().stop() == 0);
}

TEST_CASE("a body must be JSON and say so") {
  ServedApi api;
  auto client = api.client(api.make_tenant("acme"));
  const std::string good = R"({"project_name":"x"})";
  for (const Headers& headers :
       std::vector<Headers>{{},
                            {{"Content-Type", "text/plain"}},
                            {{"Content-Type", "application/jsonx"}},
                            {{"Content-Type", "application/json"}, {"Content-Encoding", "gzip"}}}) {
    CHECK(is_problem(client.send("POST", "/api/deployments", good, headers), 415));
  }
  CHECK(client
            .send("POST", "/api/deployments", good,
                  {{"content-type", "Application/JSON; charset=utf-8"}})
            .status == 201);
  for (const std::string& bad :
       {std::string{}, std::string{"{"}, std::string{"[]"}, std::string{"null"},
        std::string{R"({"project_name":"x"} {})"}, std::string{R"({"project_name":"x",})"},
        std::string{"{\"project_name\":\"\xC3\x28\"}"}, std::string{R"({"n":1e999})"},
        std::string{R"({"project_name":"x","project_name":"y"})"}, std::string(100'000, '['),
        std::string{"{\"project_name\":\"a\0b\"}", 22}}) {
    CAPTURE(bad.substr(0, 40));
    CHECK(is_problem(client.send("POST", "/api/deployments", bad, json_content), 400));
  }
  CHECK(api.process().stop() == 0);
}

TEST_CASE("everything wrong with a deployment is said at once") {
  ServedApi api;
  auto client = api.client(api.make_tenant("acme"));
  using Fields = std::vector<std::string>;
  const auto post = [&](const Json& body) {
    const auto reply = client.post("/api/deployments", body);
    CHECK(is_problem(reply, 422));
    return bad_fields(reply);
  };
  CHECK(post({{"project_name", 7}, {"status", "live"}, {"url", "ftp://x"}, {"owner", "me"}}) ==
        Fields{"project_name", "status", "url", "owner"});
  CHECK(post(Json::object()) == Fields{"project_name"});
  CHECK(post({{"project_name", nullptr}, {"status", nullptr}}) == Fields{"project_name", "status"});
  CHECK(post({{"id", "mine"}, {"project_name", "x"}}) == Fields{"id"});
  for (const Json& name : {Json(""), Json(std::string(201, 'x')), Json("a\nb"), Json("a\u0085b"),
                           Json("a\x7f"), Json(std::string{"a\0b", 3})}) {
    CHECK(post({{"project_name", name}}) == Fields{"project_name"});
  }
  for (const std::string& url : std::vector<std::string>{
           "", "shop.example", "javascript:alert(1)", "https://", "http:///path", "https://a b",
           "https://a\"b", "https://é.example", "//host"}) {
    CAPTURE(url);
    CHECK(post({{"project_name", "x"}, {"url", url}}) == Fields{"url"});
  }
  CHECK(post({{"project_name", "x"}, {"url", "https://x/" + std::string(1991, 'y')}}) ==
        Fields{"url"});
  CHECK(client
            .post("/api/deployments", {{"project_name", std::string(200, 'x')},
                                       {"url", "https://x/" + std::string(1990, 'y')}})
            .status == 201);
  const std::string item = "/api/deployments/" + e2e::make_deployment(client, "x");
  const auto patched = client.patch(item, {{"project_name", nullptr}, {"id", "y"}});
  CHECK(is_problem(patched, 422));
  CHECK(bad_fields(patched) == Fields{"project_name", "id"});
  CHECK(api.process().stop() == 0);
}

TEST_CASE("parameters that are unknown, doubled or wrong are refused") {
  ServedApi api;
  auto client = api.client(api.make_tenant("acme"));
  for (const std::string& query : std::vector<std::string>{
           "page=0", "page=-1", "page=x", "page=1x", "page=", "page=+1", "per_page=0",
           "per_page=501", "page=99999999999999999999", "page=10000000&per_page=500", "limit=0",
           "limit=501", "page=1&page=1", "pages=1", "page=1&cursor=x", "per_page=1&limit=1",
           "a=%zz", "%4=1"}) {
    CAPTURE(query);
    CHECK(is_problem(client.get("/api/deployments?" + query), 400));
  }
  CHECK(client.get("/api/deployments?").status == 200);
  CHECK(client.get("/api/deployments?&%70age=%31&").status == 200);
  CHECK(is_problem(client.get("/api/deployments/x?page=1"), 400));
  CHECK(is_problem(client.get("/api/deployments/%zz"), 400));
  CHECK(is_problem(client.get("/api/deployments/a%2Fb%00"), 404));
  CHECK(api.process().stop() == 0);
}

}  // namespace
