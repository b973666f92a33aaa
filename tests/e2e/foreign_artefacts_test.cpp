// What one tenant was given (cursors, idempotency keys, entity tags, API keys, ids), in the hands
// of another, on every route that takes it: answered as one that somebody made up.

#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "e2e/served_api.hpp"

namespace {

using Json = nlohmann::json;
using e2e::ApiClient;
using e2e::Headers;
using e2e::HttpReply;
using e2e::ServedApi;
using e2e::TenantKey;
using e2e::without_request_id;

const std::string missing_id = "01AAAAAAAAAAAAAAAAAAAAAAAA";

/// Something to ask for, with a place where the artefact goes.
struct Request {
  std::string method;
  std::string target;
  Json body = nullptr;
  Headers headers = {};

  /// The request with the artefact in that place.
  [[nodiscard]] Request with(const std::string& artefact) const {
    const auto put = [&](std::string text) {
      const auto place = text.find("{}");
      return place == std::string::npos ? text : text.replace(place, 2, artefact);
    };
    Request filled{method, put(target), body, headers};
    for (auto& [name, value] : filled.headers) {
      value = put(value);
    }
    return filled;
  }
};

HttpReply ask(ApiClient& client, const Request& request) {
  Headers headers = request.headers;
  if (!request.body.is_null()) {
    headers.emplace_back("Content-Type", "application/json");
  }
  return client.send(request.method, request.target,
                     request.body.is_null() ? "" : request.body.dump(), headers);
}

/// Three tenants with the same rows, so that each has something under every name.
struct Tenants {
  ServedApi api;
  TenantKey acme = api.make_tenant("acme");
  TenantKey globex = api.make_tenant("globex");
  TenantKey initech = api.make_tenant("initech");
  ApiClient of_acme = api.client(acme);
  ApiClient of_globex = api.client(globex);
  std::string deployment;  ///< Of acme, as are the two below.
  std::string workflow;
  std::string execution;

  Tenants() {
    for (auto* const client : {&of_globex, &of_acme}) {
      for (const char* const name : {"a", "b", "c"}) {
        deployment = e2e::make_deployment(*client, name);
        workflow = e2e::make_workflow(*client, name);
        execution = e2e::start_execution(*client, workflow);
      }
    }
  }

  /// All that acme has, as it sees it.
  [[nodiscard]] std::string all_of_acme() {
    std::string all;
    for (const char* const list : {"/api/deployments", "/api/workflows", "/api/executions"}) {
      all += of_acme.get(list).body;
    }
    return all;
  }
};

TEST_CASE("a cursor of another tenant is answered as one that was made up") {
  Tenants tenants;
  const std::string before = tenants.all_of_acme();
  for (const std::string& list : std::vector<std::string>{
           "/api/deployments?", "/api/deployments?sort=project_name&", "/api/workflows?",
           "/api/workflows?status=active&sort=name&executions=1&", "/api/executions?",
           "/api/executions?status=running&sort=-started_at&",
           "/api/workflows/" + tenants.workflow + "/executions?"}) {
    CAPTURE(list);
    const Json pagination = tenants.of_acme.get(list + "per_page=1&page=2").json()["pagination"];
    std::vector<std::string> cursors;
    for (const char* const way : {"cursor", "previous_cursor"}) {
      if (pagination.contains(way) && pagination[way].is_string()) {
        cursors.push_back(pagination[way]);
      }
    }
    for (const std::string& cursor : cursors) {
      CHECK(tenants.of_acme.get(list + "cursor=" + cursor).status == 200);
      std::string changed = cursor;
      changed[changed.size() / 2] = changed[changed.size() / 2] == 'A' ? 'B' : 'A';
      for (const std::string& limit : {std::string{}, std::string{"limit=1&"}}) {
        const auto foreign = tenants.of_globex.get(list + limit + "cursor=" + cursor);
        CHECK(foreign.status >= 400);
        for (const std::string& made_up : {changed, std::string{"bm9uc2Vuc2U"}}) {
          CHECK(without_request_id(foreign) ==
                without_request_id(tenants.of_globex.get(list + limit + "cursor=" + made_up)));
        }
      }
    }
  }
  CHECK(tenants.all_of_acme() == before);
  CHECK(tenants.api.process().stop() == 0);
}

TEST_CASE("an id of another tenant is answered as one that was made up, wherever it stands") {
  Tenants tenants;
  const std::string before = tenants.all_of_acme();
  struct Place {
    std::string id;
    Request request;
  };
  const Json name{{"name", "taken"}};
  const Json project{{"project_name", "taken"}};
  const Json failed{{"status", "failed"}};
  for (const auto& place : std::vector<Place>{
           {tenants.deployment, {"GET", "/api/deployments/{}"}},
           {tenants.deployment, {"PUT", "/api/deployments/{}", project}},
           {tenants.deployment, {"PATCH", "/api/deployments/{}", project}},
           {tenants.deployment, {"DELETE", "/api/deployments/{}"}},
           {tenants.workflow, {"GET", "/api/workflows/{}"}},
           {tenants.workflow, {"PUT", "/api/workflows/{}", name}},
           {tenants.workflow, {"PATCH", "/api/workflows/{}", name}},
           {tenants.workflow, {"DELETE", "/api/workflows/{}"}},
           {tenants.workflow, {"GET", "/api/workflows/{}/executions"}},
           {tenants.workflow, {"POST", "/api/workflows/{}/executions", Json::object()}},
           {tenants.workflow, {"GET", "/api/executions?workflow_id={}"}},
           {tenants.execution, {"GET", "/api/executions/{}"}},
           {tenants.execution, {"PATCH", "/api/executions/{}", failed}},
           {tenants.execution, {"DELETE", "/api/executions/{}"}},
           {tenants.acme.id, {"GET", "/api/tenants/{}/stats"}},
           {tenants.acme.id, {"GET", "/api/deployments?tenant_id={}"}},
           {tenants.acme.id, {"GET", "/api/workflows", nullptr, {{"X-Tenant-ID", "{}"}}}},
           {tenants.acme.id, {"POST", "/api/workflows", name, {{"X-Tenant-ID", "{}"}}}},
       }) {
    CAPTURE(place.request.method);
    CAPTURE(place.request.target);
    const std::string made_up = place.id == tenants.acme.id ? "tnt_0000000000001" : missing_id;
    const auto foreign = ask(tenants.of_globex, place.request.with(place.id));
    CHECK(without_request_id(foreign) ==
          without_request_id(ask(tenants.of_globex, place.request.with(made_up))));
    CHECK(foreign.body.find(place.id) == std::string::npos);
  }
  CHECK(tenants.all_of_acme() == before);
  CHECK(tenants.api.process().stop() == 0);
}

TEST_CASE("an idempotency key of another tenant is as good as a new one") {
  Tenants tenants;
  const std::string own_workflow = e2e::make_workflow(tenants.of_globex, "own");
  const std::string acmes_workflow = e2e::make_workflow(tenants.of_acme, "own");
  struct Post {
    std::string acmes;
    std::string globexs;
    std::string member;  ///< That the body holds, with a value that is unique.
  };
  const auto plain = [](const HttpReply& reply) {
    // What one new row has and no other.
    Json document = reply.json();
    for (const char* const member :
         {"id", "workflow_id", "created_at", "updated_at", "started_at", "name", "project_name"}) {
      document.at("data").erase(member);
    }
    return std::to_string(reply.status) + document.dump();
  };
  for (const auto& post :
       std::vector<Post>{{"/api/deployments", "/api/deployments", "project_name"},
                         {"/api/workflows", "/api/workflows", "name"},
                         {"/api/workflows/" + acmes_workflow + "/executions",
                          "/api/workflows/" + own_workflow + "/executions", ""}}) {
    CAPTURE(post.acmes);
    const auto send = [&](ApiClient& client, const std::string& path, const std::string& value,
                          const std::string& key) {
      const Json body = post.member.empty() ? Json::object() : Json{{post.member, value}};
      return client.post(path, body, {{"Idempotency-Key", post.member + key}});
    };
    // The request that acme sent, whose answer acme would be given again, and another under the
    // same key, which acme would be refused.
    for (const char* const value : {"acme's", "other"}) {
      CAPTURE(value);
      const std::string key = std::string{"key-"} + value[0];
      const std::string acmes_value = std::string{"acme's"} + (value[0] == 'o' ? " too" : "");
      const auto of_acme = send(tenants.of_acme, post.acmes, acmes_value, key);
      REQUIRE(of_acme.status == 201);
      const auto with_known = send(tenants.of_globex, post.globexs, value, key);
      const auto with_new =
          send(tenants.of_globex, post.globexs, std::string{"new "} + value, key + "-new");
      REQUIRE(with_known.status == 201);
      CHECK(plain(with_known) == plain(with_new));
      REQUIRE(with_known.headers.size() == with_new.headers.size());
      for (std::size_t i = 0; i < with_new.headers.size(); ++i) {
        CHECK(with_known.headers[i].first == with_new.headers[i].first);
      }
      CHECK(with_known.json()["data"]["id"] != of_acme.json()["data"]["id"]);
      CHECK(send(tenants.of_acme, post.acmes, acmes_value, key).body == of_acme.body);
    }
  }
  CHECK(tenants.api.process().stop() == 0);
}

TEST_CASE("an entity tag says nothing of another tenant's row") {
  Tenants tenants;
  // At a version of its own, which a made-up tag can be told from only by acme.
  for (int i = 0; i < 3; ++i) {
    tenants.of_acme.patch("/api/deployments/" + tenants.deployment,
                          {{"url", "https://" + std::to_string(i) + ".example"}});
    tenants.of_acme.patch("/api/workflows/" + tenants.workflow,
                          {{"name", std::string{"n"} + std::to_string(i)}});
  }
  struct Row {
    std::string path;
    Json change;
  };
  const std::string own_deployment = e2e::make_deployment(tenants.of_globex, "own");
  for (const auto& row :
       std::vector<Row>{{"/api/deployments/" + tenants.deployment, {{"project_name", "taken"}}},
                        {"/api/workflows/" + tenants.workflow, {{"name", "taken"}}}}) {
    CAPTURE(row.path);
    const std::string collection = row.path.substr(0, row.path.rfind('/') + 1);
    const std::string tag = tenants.of_acme.get(row.path).header("ETag");
    REQUIRE(tag == "\"4\"");
    for (const char* const header : {"If-Match", "If-None-Match"}) {
      for (const std::string& path : {row.path, collection + missing_id}) {
        for (const Request& request : {Request{"GET", path, nullptr, {{header, "{}"}}},
                                       Request{"PUT", path, row.change, {{header, "{}"}}},
                                       Request{"PATCH", path, row.change, {{header, "{}"}}},
                                       Request{"DELETE", path, nullptr, {{header, "{}"}}}}) {
          const auto with_tag = ask(tenants.of_globex, request.with(tag));
          CHECK(without_request_id(with_tag) ==
                without_request_id(ask(tenants.of_globex, request.with("\"7\""))));
          Request elsewhere = request.with(tag);
          elsewhere.target = collection + missing_id;
          CHECK(without_request_id(with_tag) ==
                without_request_id(ask(tenants.of_globex, elsewhere)));
        }
      }
    }
  }
  // On a row of one's own, a tag that fits another's row is a wrong one.
  const std::string own = "/api/deployments/" + own_deployment;
  CHECK(without_request_id(
            tenants.of_globex.patch(own, {{"status", "active"}}, {{"If-Match", "\"4\""}})) ==
        without_request_id(
            tenants.of_globex.patch(own, {{"status", "active"}}, {{"If-Match", "\"7\""}})));
  CHECK(tenants.api.process().stop() == 0);
}

TEST_CASE("an API key opens its own tenant, and a part of one opens nothing") {
  Tenants tenants;
  const std::string acme = tenants.acme.key;
  const std::string globex = tenants.globex.key;
  REQUIRE(acme.size() == globex.size());
  const auto ask_with = [&](const std::string& key, const std::string& named) {
    auto client = tenants.api.client(key);
    return client.get("/api/deployments",
                      named.empty() ? Headers{} : Headers{{"X-Tenant-ID", named}});
  };
  // With the header of the other, of a third and of nobody.
  for (const std::string& named : {tenants.globex.id, tenants.initech.id}) {
    const auto refused = ask_with(acme, named);
    CHECK(refused.status == 403);
    CHECK(without_request_id(refused) == without_request_id(ask_with(acme, "tnt_0000000000001")));
  }
  // Its public part with the other's secret, in the order of the key's form.
  constexpr std::size_t prefix = 4;
  constexpr std::size_t public_part = 16;
  const std::string mixed =
      acme.substr(0, prefix + public_part) + globex.substr(prefix + public_part);
  const auto nonsense = without_request_id(ask_with("tnk_nonsense", ""));
  CHECK(without_request_id(ask_with(mixed, "")) == nonsense);
  const auto extra = tenants.api.make_key(tenants.acme.id, {{"name", "gone"}});
  const std::string keys = "/api/tenants/" + tenants.acme.id + "/api-keys/";
  const std::string key_id = extra.substr(prefix, public_part);
  auto administrator = tenants.api.administrator();
  // Even the administrator takes a key only from its own tenant.
  const std::string keys_of_globex = "/api/tenants/" + tenants.globex.id + "/api-keys/";
  CHECK(without_request_id(administrator.remove(keys_of_globex + key_id)) ==
        without_request_id(administrator.remove(keys_of_globex + "aaaaaaaaaaaaaaaa")));
  CHECK(ask_with(extra, "").status == 200);
  const auto revoked = administrator.remove(keys + key_id);
  CHECK(revoked.status < 300);
  CHECK(without_request_id(ask_with(extra, "")) == nonsense);
  CHECK(tenants.api.process().stop() == 0);
}

}  // namespace
