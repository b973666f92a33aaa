// What large bodies cost while they wait, and that none is worked on in vain.

#include <chrono>
#include <future>
#include <latch>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <malloc.h>
#include <nlohmann/json.hpp>

#include "tenancy/data/mapping.hpp"
#include "tenancy/data/repository.hpp"
#include "tenancy/testing/must.hpp"

#include "e2e/service_in_process.hpp"
#include "service/http/json_body.hpp"
#include "service/readiness.hpp"
#include "support/held_writer.hpp"

namespace {

using e2e::header_of;
using e2e::request_with;
using e2e::ServiceInProcess;
using tenancy::testing::must;

/// What another program may make of a workflow.
struct RawWorkflow {
  std::string id = {};
  std::string definition = {};
};

constexpr auto tenancy_mapping(std::type_identity<RawWorkflow> /*type*/) {
  namespace m = tenancy::mapping;
  return m::entity("workflows", m::generated_key("id", &RawWorkflow::id),
                   m::column("definition", &RawWorkflow::definition));
}

/// A workflow of that name whose definition is as many empty objects.
std::string many_objects(const std::string& name, std::size_t count) {
  std::string list;
  for (std::size_t i = 0; i < count; ++i) {
    list += i > 0 ? ",{}" : "{}";
  }
  return R"({"name":")" + name + R"(","definition":{"a":[)" + list + "]}}";
}

/// What the process holds of the heap; always 0 where another allocator is in its place.
std::size_t allocated() {
  const auto all = ::mallinfo2();
  return all.uordblks + all.hblkhd;
}

TEST_CASE("what waits to be written is little more than what was sent") {
  constexpr std::chrono::minutes long_enough{1};
  ServiceInProcess api{{.workers = 1, .request_time = long_enough, .query_time = long_enough}};
  const auto acme = api.key_of("acme");
  // Few, since a write waits for five seconds at most, and the others are read meanwhile.
  constexpr std::size_t waiting = 2;
  // The body, the definition, the name and the list are values, too.
  const std::size_t objects = tenantd::max_json_values - 4;
  for (const std::string method : {"POST", "PUT", "PATCH"}) {
    CAPTURE(method);
    std::vector<std::string> targets;
    for (std::size_t i = 0; i < waiting; ++i) {
      const auto name = method + std::to_string(i);
      targets.push_back(method == "POST"
                            ? "/api/workflows"
                            : header_of(api.ask(request_with(acme, "POST", "/api/workflows",
                                                             many_objects("new" + name, 1))),
                                        "Location"));
    }
    tenancy_test::HeldWriter held{api.store().store(), api.store().context("initech")};
    const std::size_t before = allocated();
    std::size_t sent = 0;
    std::vector<std::future<tenantd::Response>> answers;
    for (std::size_t i = 0; i < waiting; ++i) {
      auto body = many_objects(method + std::to_string(i), objects);
      body.shrink_to_fit();
      sent += body.size();
      answers.push_back(api.begin(request_with(acme, method, targets[i], std::move(body))));
    }
    // The only worker has this after those, the tenant's being done in turn; it reads nothing.
    REQUIRE(api.ask(request_with(acme, "GET", "/api/workflows?colour=red")).status == 400);
    CHECK(allocated() < before + 3 * sent);
    held.let_go();
    for (auto& answer : answers) {
      CHECK(answer.get().status == (method == "POST" ? 201 : 200));
    }
  }
}

TEST_CASE("a body of too many values is refused with the place, on every way to a definition") {
  ServiceInProcess api;
  const auto acme = api.key_of("acme");
  const auto made = api.ask(request_with(acme, "POST", "/api/workflows", many_objects("x", 1)));
  REQUIRE(made.status == 201);
  const auto item = header_of(made, "Location");
  const auto body = many_objects("y", tenantd::max_json_values);
  for (const std::string method : {"POST", "PUT", "PATCH"}) {
    CAPTURE(method);
    const auto refused =
        api.ask(request_with(acme, method, method == "POST" ? "/api/workflows" : item, body));
    CHECK(refused.status == 400);
    const auto problem = nlohmann::json::parse(refused.body);
    CHECK(problem.at("detail").get<std::string>().starts_with(
        "The body has more than 100000 values"));
    CHECK(problem.at("position").at("line") == 1);
  }
}

TEST_CASE("a large body is not taken apart once its request's time is over") {
  constexpr std::chrono::milliseconds time{500};
  std::latch is_held{1};
  std::latch let_go{1};
  ServiceInProcess api{
      {.workers = 1, .request_time = time, .readiness = std::make_shared<tenantd::Readiness>([&] {
                                             is_held.count_down();
                                             let_go.wait();
                                             return true;
                                           })}};
  const auto acme = api.key_of("acme");
  auto ready = api.begin(request_with({}, "GET", "/readyz"));
  is_held.wait();
  // Whoever read it would refuse it with 400.
  auto refused = api.begin(request_with(acme, "POST", "/api/workflows", std::string(20'000, '[')));
  // What has that long from now, and waits for what does not come, ends when it is over.
  const tenancy_test::HeldWriter held{api.store().store(), api.store().context("initech")};
  const auto waited =
      api.store().store().write(api.store().context("acme"), tenancy::CallOptions::within(time),
                                [](tenancy::WriteTransaction& /*transaction*/) {
                                  return tenancy::Result<void>{tenancy::success()};
                                });
  CHECK_FALSE(waited);
  let_go.count_down();
  const auto answer = refused.get();
  CHECK(answer.status == 503);
  CHECK(answer.body.find("urn:tenancy:error:deadline_exceeded") != std::string::npos);
  CHECK(ready.get().status == 200);
}

TEST_CASE("a definition that is no object of JSON in the store is not shown") {
  ServiceInProcess api;
  const auto acme = api.key_of("acme");
  const auto made = api.ask(request_with(acme, "POST", "/api/workflows", many_objects("x", 1)));
  REQUIRE(made.status == 201);
  const auto item = header_of(made, "Location");
  const auto id = item.substr(item.rfind('/') + 1);
  for (const char* text : {"{}, \"id\": 1", "[1]", "", "{\"a\":", "null"}) {
    CAPTURE(text);
    tenancy::Changes<RawWorkflow> changes;
    changes.set<&RawWorkflow::definition>(text);
    must(api.store().store().write(
        api.store().context("acme"), [&](tenancy::WriteTransaction& transaction) {
          return tenancy::Repository<RawWorkflow>{transaction}.update(id, changes);
        }));
    CHECK(api.ask(request_with(acme, "GET", item)).status == 500);
  }
}

}  // namespace
