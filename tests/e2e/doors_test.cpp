// Every route there is: whose key opens it, and that another tenant's things are answered as ones
// that do not exist.

#include <map>
#include <set>
#include <string>
#include <utility>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "e2e/service_in_process.hpp"

namespace {

using e2e::header_of;
using e2e::request_with;
using e2e::ServiceInProcess;
using e2e::without_request_id;

enum class Door { open, tenant, administrator, both };

struct Route {
  Door door;
  std::string body = {};
  std::string of = {};  ///< Whose id stands in the path.
};

/// A route that is not listed here fails the tests below: say what it is.
const std::map<std::string, Route>& known_routes() {
  using enum Door;
  static const std::map<std::string, Route> routes{
      {"GET /openapi.json", {open}},
      {"GET /docs", {open}},
      {"GET /docs/page.css", {open}},
      {"GET /docs/page.js", {open}},
      {"GET /healthz", {open}},
      {"GET /readyz", {open}},
      {"GET /version", {open}},
      {"POST /api/tenants", {administrator, R"({"slug":"x","name":"X"})"}},
      {"GET /api/tenants", {administrator}},
      {"GET /api/tenants/{id}", {administrator, {}, "tenant"}},
      {"PATCH /api/tenants/{id}", {administrator, "{}", "tenant"}},
      {"POST /api/tenants/{id}/activate", {administrator, {}, "tenant"}},
      {"POST /api/tenants/{id}/deactivate", {administrator, {}, "tenant"}},
      {"POST /api/tenants/{id}/suspend", {administrator, {}, "tenant"}},
      {"POST /api/tenants/{id}/archive", {administrator, {}, "tenant"}},
      {"POST /api/tenants/{id}/messaging", {administrator, "{}", "tenant"}},
      {"GET /api/tenants/{id}/api-keys", {administrator, {}, "tenant"}},
      {"POST /api/tenants/{id}/api-keys", {administrator, R"({"name":"x"})", "tenant"}},
      {"DELETE /api/tenants/{id}/api-keys/{key}", {administrator, {}, "tenant"}},
      {"GET /api/tenants/{id}/stats", {both, {}, "tenant"}},
      {"GET /api/tenants/{id}/quotas", {both, {}, "tenant"}},
      {"PUT /api/tenants/{id}/quotas/{metric}", {administrator, R"({"limit":0})", "tenant"}},
      {"POST /api/tenants/{id}/quotas/{metric}/reset",
       {administrator, R"({"reason":"x"})", "tenant"}},
      {"GET /api/deployments", {tenant}},
      {"POST /api/deployments", {tenant, R"({"project_name":"x"})"}},
      {"GET /api/deployments/{id}", {tenant, {}, "deployment"}},
      {"PUT /api/deployments/{id}", {tenant, R"({"project_name":"x"})", "deployment"}},
      {"PATCH /api/deployments/{id}", {tenant, R"({"project_name":"x"})", "deployment"}},
      {"DELETE /api/deployments/{id}", {tenant, {}, "deployment"}},
      {"GET /api/workflows", {tenant}},
      {"POST /api/workflows", {tenant, R"({"name":"x"})"}},
      {"GET /api/workflows/{id}", {tenant, {}, "workflow"}},
      {"PUT /api/workflows/{id}", {tenant, R"({"name":"x"})", "workflow"}},
      {"PATCH /api/workflows/{id}", {tenant, R"({"name":"x"})", "workflow"}},
      {"DELETE /api/workflows/{id}", {tenant, {}, "workflow"}},
      {"GET /api/workflows/{id}/executions", {tenant, {}, "workflow"}},
      {"POST /api/workflows/{id}/executions", {tenant, "{}", "workflow"}},
      {"GET /api/executions", {tenant}},
      {"GET /api/executions/statistics", {tenant}},
      {"GET /api/executions/{id}", {tenant, {}, "execution"}},
      {"PATCH /api/executions/{id}", {tenant, R"({"status":"failed"})", "execution"}},
      {"DELETE /api/executions/{id}", {tenant, {}, "execution"}}};
  return routes;
}

std::string with_id(std::string pattern, const std::string& id) {
  const std::map<std::string, std::string> places{
      {"{id}", id}, {"{key}", id}, {"{metric}", "deployments"}};
  for (const auto& [placeholder, value] : places) {
    const auto place = pattern.find(placeholder);
    if (place != std::string::npos) {
      pattern.replace(place, placeholder.size(), value);
    }
  }
  return pattern;
}

std::string id_in(const tenantd::Response& response) {
  return nlohmann::json::parse(response.body).at("data").at("id");
}

TEST_CASE("every route is known by whose key opens it, and other keys do not") {
  ServiceInProcess api;
  const auto tenant_key = api.key_of("acme");
  std::set<std::string> seen;
  for (const auto& served : api.router().routes()) {
    // Clang 14 lets no lambda capture a structured binding.
    const std::string method{served.first};
    const std::string pattern{served.second};
    const std::string name = method + " " + pattern;
    CAPTURE(name);
    const auto found = known_routes().find(name);
    REQUIRE(found != known_routes().end());
    CHECK(seen.insert(name).second);
    const Door door = found->second.door;
    const auto status = [&](const std::string& key) {
      return api.ask(request_with(key, method, with_id(pattern, "none"), found->second.body))
          .status;
    };
    // Before a body is awaited it takes what looks like a key, whosever it is.
    const auto by_head = [&](const std::string& key) {
      return api.status_by_head(request_with(key, method, with_id(pattern, "none")));
    };
    CHECK(by_head({}) == (door == Door::open ? 0 : 401));
    CHECK(by_head("tnk_nonsense") == (door == Door::open ? 0 : 401));
    CHECK(by_head(tenant_key) == 0);
    CHECK(by_head(api.administrator_key()) == 0);
    CHECK((status({}) == 401) == (door != Door::open));
    CHECK((status("tnk_nonsense") == 401) == (door != Door::open));
    CHECK((status(tenant_key) == 401) == (door == Door::administrator));
    CHECK((status(api.administrator_key()) == 401) == (door == Door::tenant));
  }
  CHECK(seen.size() == known_routes().size());
}

TEST_CASE("on every route another tenant's id is answered as one that does not exist") {
  ServiceInProcess api;
  const auto acme = api.key_of("acme");
  const auto globex = api.key_of("globex");
  const auto made = [&](const std::string& target, const std::string& body) {
    return id_in(api.ask(request_with(acme, "POST", target, body)));
  };
  std::map<std::string, std::string> acmes;
  acmes["tenant"] = api.id_of("acme");
  acmes["deployment"] = made("/api/deployments", R"({"project_name":"secret"})");
  acmes["workflow"] = made("/api/workflows", R"({"name":"secret","status":"active"})");
  acmes["execution"] = made("/api/workflows/" + acmes["workflow"] + "/executions", "{}");
  const auto all_of_acme = [&] {
    std::string all;
    for (const char* list : {"/api/deployments", "/api/workflows", "/api/executions"}) {
      all += api.ask(request_with(acme, "GET", list)).body;
    }
    return all;
  };
  const std::string before = all_of_acme();

  int routes = 0;
  for (const auto& served : api.router().routes()) {
    // Clang 14 lets no lambda capture a structured binding.
    const std::string method{served.first};
    const std::string pattern{served.second};
    const Route& route = known_routes().at(method + " " + pattern);
    if (route.of.empty() || route.door == Door::administrator) {
      continue;
    }
    ++routes;
    CAPTURE(method);
    CAPTURE(pattern);
    const std::string missing =
        route.of == "tenant" ? "tnt_0000000000001" : "01AAAAAAAAAAAAAAAAAAAAAAAA";
    for (const std::vector<tenantd::Header>& headers : {std::vector<tenantd::Header>{},
                                                        {{"If-Match", "\"1\""}},
                                                        {{"If-Match", "\"9\""}},
                                                        {{"Idempotency-Key", "a"}}}) {
      for (const std::string& body : {route.body, std::string{"{\"x\":1}"}}) {
        const auto ask = [&](const std::string& verb, const std::string& id) {
          return api.ask(request_with(globex, verb, with_id(pattern, id), body, headers));
        };
        const auto foreign = ask(method, acmes.at(route.of));
        CHECK(foreign.status >= 400);
        CHECK((foreign.status == 404) ==
              (body == route.body || method == "GET" || method == "DELETE"));
        CHECK(without_request_id(foreign) == without_request_id(ask(method, missing)));
        CHECK(foreign.body.find("secret") == std::string::npos);
        if (method == "GET") {
          CHECK(without_request_id(ask("HEAD", acmes.at(route.of))) ==
                without_request_id(ask("HEAD", missing)));
        }
      }
    }
  }
  CHECK(routes == 15);
  CHECK(all_of_acme() == before);
}

TEST_CASE("every GET answers HEAD and refuses parameters that it does not know") {
  ServiceInProcess api;
  for (const auto& served : api.router().routes()) {
    // Clang 14 lets no lambda capture a structured binding.
    const std::string method{served.first};
    const std::string pattern{served.second};
    const std::string name = method + " " + pattern;
    CAPTURE(name);
    const Route& route = known_routes().at(name);
    const auto key =
        route.door == Door::administrator ? api.administrator_key() : api.key_of("acme");
    const std::string path = with_id(pattern, route.of == "tenant" ? api.id_of("acme") : "none");
    if (method == "GET") {
      const auto shown = api.ask(request_with(key, "GET", path));
      const auto head = api.ask(request_with(key, "HEAD", path));
      CHECK(head.status == shown.status);
      CHECK(head.content_type == shown.content_type);
    }
    if (route.door != Door::open) {
      const auto refused = api.ask(request_with(key, method, path + "?colour=red", route.body));
      CHECK(refused.status == 400);
      CHECK(refused.body.find("parameter") != std::string::npos);
    }
  }
}

}  // namespace
