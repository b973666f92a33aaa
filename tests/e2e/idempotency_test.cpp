#include "service/idempotency.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "tenancy/data/read_repository.hpp"
#include "tenancy/testing/must.hpp"

#include "e2e/service_in_process.hpp"
#include "service/remembered_answer.hpp"

namespace {

using e2e::header_of;
using e2e::request_with;
using e2e::ServiceInProcess;
using tenancy::testing::must;
using tenantd::Header;
using tenantd::Request;
using tenantd::Response;

/// The text that a header stands for, or "refused".
std::string read_key(const std::vector<std::string>& values) {
  Request request;
  for (const std::string& value : values) {
    request.headers.push_back({"idempotency-key", value});
  }
  const auto read = tenantd::read_idempotency_key(request);
  if (!read) {
    CHECK(read.error().status == 400);
    return "refused";
  }
  return read.value() ? read.value()->text : "none";
}

TEST_CASE("a key is one visible text, in quotation marks or without") {
  CHECK(read_key({}) == "none");
  CHECK(read_key({"8e03978e-40d5"}) == "8e03978e-40d5");
  CHECK(read_key({" \"8e03978e-40d5\" "}) == "8e03978e-40d5");
  CHECK(read_key({R"("a\\b\"c")"}) == R"(a\b"c)");
  CHECK(read_key({std::string(255, 'x')}) == std::string(255, 'x'));
  for (const std::vector<std::string>& values :
       std::vector<std::vector<std::string>>{{""},
                                             {"\"\""},
                                             {"\""},
                                             {"\"a"},
                                             {"\"a\\\""},
                                             {"\"a\\b\""},
                                             {"\"a\"b\""},
                                             {"a b"},
                                             {"a\x01"},
                                             {"caf\xC3\xA9"},
                                             {std::string(256, 'x')},
                                             {"a", "a"},
                                             {"a", "b"}}) {
    CAPTURE(values);
    CHECK(read_key(values) == "refused");
  }
}

std::int64_t count_deployments(const ServiceInProcess& api, std::string_view slug) {
  const tenancy::ReadRepository<tenantd::Deployment> rows{api.store().store(),
                                                          api.store().context(slug)};
  return must(rows.count());
}

std::int64_t count_remembered(const ServiceInProcess& api, std::string_view slug) {
  const tenancy::ReadRepository<tenantd::RememberedKey> rows{api.store().store(),
                                                             api.store().context(slug)};
  return must(rows.count());
}

const std::string shop = R"({"project_name":"shop"})";

Request create(const std::string& key, const std::string& idempotency_key,
               const std::string& body = shop) {
  return request_with(key, "POST", "/api/deployments", body,
                      {{"Idempotency-Key", idempotency_key}});
}

TEST_CASE("a write that is sent again is answered as before and done once") {
  ServiceInProcess api;
  const auto acme = api.key_of("acme");
  const auto first = api.ask(create(acme, "once"));
  REQUIRE(first.status == 201);
  CHECK(header_of(first, "Idempotency-Replayed").empty());
  const auto again = api.ask(create(acme, "\"once\""));
  CHECK(again.status == 201);
  CHECK(again.body == first.body);
  CHECK(again.content_type == first.content_type);
  CHECK(header_of(again, "Idempotency-Replayed") == "true");
  for (const char* name : {"Location", "ETag"}) {
    CHECK_FALSE(header_of(first, name).empty());
    CHECK(header_of(again, name) == header_of(first, name));
  }
  CHECK(header_of(again, "X-Request-Id") != header_of(first, "X-Request-Id"));
  CHECK(count_deployments(api, "acme") == 1);

  // Another of the tenant's keys is the same tenant.
  CHECK(header_of(api.ask(create(api.key_of("acme"), "once")), "Idempotency-Replayed") == "true");

  const std::string item = header_of(first, "Location");
  const Header key{"Idempotency-Key", "remove"};
  const auto removed = api.ask(request_with(acme, "DELETE", item, {}, {key}));
  CHECK(removed.status == 204);
  const auto removed_again = api.ask(request_with(acme, "DELETE", item, {}, {key}));
  CHECK(removed_again.status == 204);
  CHECK(removed_again.body.empty());
  CHECK(removed_again.content_type.empty());
  CHECK(header_of(removed_again, "Idempotency-Replayed") == "true");
  CHECK(api.ask(request_with(acme, "DELETE", item)).status == 404);
}

TEST_CASE("a key that comes with another request is refused, and does nothing") {
  ServiceInProcess api;
  const auto acme = api.key_of("acme");
  const auto made = api.ask(create(acme, "once"));
  const std::string item = header_of(made, "Location");
  const Header key{"Idempotency-Key", "once"};
  for (const Request& other :
       {create(acme, "once", R"({"project_name":"shop" })"),
        request_with(acme, "POST", "/api/deployments?tenant_id=" + api.id_of("acme"), shop, {key}),
        request_with(acme, "POST", "/api/workflows", R"({"name":"shop"})", {key}),
        request_with(acme, "PATCH", item, shop, {key}),
        request_with(acme, "DELETE", item, {}, {key}),
        request_with(acme, "DELETE", item, {}, {key, {"If-Match", "\"1\""}})}) {
    CAPTURE(other.method);
    const auto refused = api.ask(other);
    CHECK(refused.status == 422);
    CHECK(refused.content_type == "application/problem+json");
    CHECK(nlohmann::json::parse(refused.body)["request_id"] == header_of(refused, "X-Request-Id"));
  }
  CHECK(api.ask(request_with(acme, "GET", item)).body == made.body);
  CHECK(count_deployments(api, "acme") == 1);
  CHECK(header_of(api.ask(create(acme, "once")), "Idempotency-Replayed") == "true");
}

TEST_CASE("what is refused is not kept and may be tried again") {
  ServiceInProcess api;
  const auto acme = api.key_of("acme");
  const auto start = [&] {
    return request_with(acme, "POST", "/api/workflows/none/executions", "{}",
                        {{"Idempotency-Key", "again"}});
  };
  CHECK(api.ask(start()).status == 404);
  CHECK(count_remembered(api, "acme") == 0);
  CHECK(api.ask(start()).status == 404);
  CHECK(api.ask(create(acme, "again", "{}")).status == 422);
  CHECK(api.ask(create(acme, "again")).status == 201);
  CHECK(api.ask(request_with(acme, "POST", "/api/deployments", shop,
                             {{"Idempotency-Key", "a"}, {"Idempotency-Key", "a"}}))
            .status == 400);
  CHECK(count_deployments(api, "acme") == 1);
}

TEST_CASE("the same key of two tenants is two keys") {
  ServiceInProcess api;
  const auto acmes = api.ask(create(api.key_of("acme"), "same", R"({"project_name":"secret"})"));
  const auto globexs = api.ask(create(api.key_of("globex"), "same"));
  CHECK(acmes.status == 201);
  CHECK(globexs.status == 201);
  CHECK(header_of(globexs, "Idempotency-Replayed").empty());
  CHECK(globexs.body.find("secret") == std::string::npos);
  CHECK(count_remembered(api, "acme") == 1);
  CHECK(count_remembered(api, "globex") == 1);
}

TEST_CASE("a key that may only read learns nothing of what was answered") {
  ServiceInProcess api;
  CHECK(api.ask(create(api.key_of("acme"), "once")).status == 201);
  const auto reader = must(api.store().registry().issue_key(
      api.store().tenant("acme").id, {.name = "reader", .scope = tenancy::Scope::read}));
  CHECK(api.ask(create(std::string{reader.text.unsafe_text()}, "once")).status == 403);
}

TEST_CASE("keys that have expired are forgotten, some with each write") {
  ServiceInProcess api{{.idempotency = {.lifetime = std::chrono::seconds{0}}}};
  const auto acme = api.key_of("acme");
  for (int i = 0; i < 20; ++i) {
    CHECK(api.ask(create(acme, "key" + std::to_string(i))).status == 201);
    CHECK(count_remembered(api, "acme") == 1);
  }
  const auto again = api.ask(create(acme, "key19"));
  CHECK(again.status == 201);
  CHECK(header_of(again, "Idempotency-Replayed").empty());
  CHECK(count_deployments(api, "acme") == 21);
}

TEST_CASE("of a tenant's answers the newest are kept, and only so many") {
  ServiceInProcess api{{.idempotency = {.answers = 3}}};
  const auto acme = api.key_of("acme");
  const auto globex = api.key_of("globex");
  CHECK(api.ask(create(globex, "key0")).status == 201);
  const auto is_replayed = [&](const std::string& key, const std::string& of) {
    return header_of(api.ask(create(key, of)), "Idempotency-Replayed") == "true";
  };
  for (int i = 0; i < 12; ++i) {
    CHECK(api.ask(create(acme, "key" + std::to_string(i))).status == 201);
    CHECK(count_remembered(api, "acme") == std::min(i + 1, 3));
  }
  for (const char* kept : {"key11", "key9", "key10"}) {
    CHECK(is_replayed(acme, kept));
  }
  // One that is forgotten is a new one, and takes the place of the oldest; a refusal takes none.
  CHECK(api.ask(create(acme, "key8", "{}")).status == 422);
  CHECK(is_replayed(acme, "key9"));
  CHECK_FALSE(is_replayed(acme, "key8"));
  CHECK(is_replayed(acme, "key8"));
  CHECK(is_replayed(acme, "key10"));
  CHECK_FALSE(is_replayed(acme, "key9"));
  CHECK(count_remembered(api, "acme") == 3);
  CHECK(count_deployments(api, "acme") == 14);
  // What one tenant keeps is none of another's business.
  CHECK(is_replayed(globex, "key0"));
}

TEST_CASE("a large answer takes the place of many small ones, however many those are") {
  ServiceInProcess api{{.idempotency = {.answers = 30}}};
  const auto acme = api.key_of("acme");
  const auto write = [&](const std::string& key, std::size_t bytes) {
    const std::string body =
        R"({"name":")" + key + R"(","definition":{"text":")" + std::string(bytes, 'x') + R"("}})";
    return api.ask(request_with(acme, "POST", "/api/workflows", body, {{"Idempotency-Key", key}}));
  };
  for (int i = 0; i < 30; ++i) {
    CHECK(write("small" + std::to_string(i), 1).status == 201);
  }
  CHECK(count_remembered(api, "acme") == 30);
  // With what is around it, each begins one more 4 KiB than it has whole ones.
  CHECK(write("twenty", std::size_t{4} * 1024 * 19).status == 201);
  CHECK(count_remembered(api, "acme") == 11);
  CHECK(header_of(write("small20", 1), "Idempotency-Replayed") == "true");
  CHECK(write("five", std::size_t{4} * 1024 * 4).status == 201);
  CHECK(count_remembered(api, "acme") == 7);
  // One that is more than all may be is kept by itself.
  CHECK(write("fifty", std::size_t{4} * 1024 * 49).status == 201);
  CHECK(count_remembered(api, "acme") == 1);
  CHECK(header_of(write("fifty", std::size_t{4} * 1024 * 49), "Idempotency-Replayed") == "true");
  CHECK(write("last", 1).status == 201);
  CHECK(count_remembered(api, "acme") == 2);
}

TEST_CASE("administrators' writes are refused with a key") {
  ServiceInProcess api;
  const std::vector<Header> key{{"Idempotency-Key", "once"}};
  const auto refused = api.ask(request_with(api.administrator_key(), "POST", "/api/tenants",
                                            R"({"slug":"acme","name":"Acme"})", key));
  CHECK(refused.status == 400);
  CHECK(refused.body.find("Idempotency-Key") != std::string::npos);
  CHECK(api.ask(request_with(api.administrator_key(), "GET", "/api/tenants", {}, key)).status ==
        200);
}

}  // namespace
