#include "service/requests_in_flight.hpp"

#include <future>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "e2e/service_in_process.hpp"
#include "support/held_writer.hpp"

namespace {

using e2e::request_with;
using e2e::ServiceInProcess;
using tenancy::TenantId;
using tenantd::RequestsInFlight;

TEST_CASE("each tenant has its own places, which come back") {
  RequestsInFlight counter{2};
  const auto acme = TenantId::generate();
  auto first = counter.admit(acme);
  auto second = counter.admit(acme);
  REQUIRE(first);
  REQUIRE(second);
  CHECK_FALSE(counter.admit(acme));
  CHECK(counter.admit(TenantId::generate()));
  RequestsInFlight::Permit moved = *std::move(first);
  first.reset();
  CHECK_FALSE(counter.admit(acme));
  moved.release();
  moved.release();
  CHECK(counter.admit(acme));
  moved = *std::move(second);
  second.reset();
  CHECK(counter.admit(acme));
  auto third = counter.admit(acme);
  CHECK_FALSE(counter.admit(acme));
}

TEST_CASE("a tenant that floods the service is turned away, and others are not") {
  constexpr std::size_t most = 4;
  ServiceInProcess api{{.tenant_requests = most}};
  const auto acme = api.key_of("acme");
  const auto globex = api.key_of("globex");
  const auto create = [&](const std::string& key) {
    return api.begin(request_with(key, "POST", "/api/deployments", R"({"project_name":"x"})"));
  };
  tenancy_test::HeldWriter held{api.store().store(), api.store().context("initech")};
  std::vector<std::future<tenantd::Response>> admitted;
  for (std::size_t i = 0; i < most; ++i) {
    admitted.push_back(create(acme));
  }
  for (int i = 0; i < 200; ++i) {
    // Refused at once, while nothing can be written.
    const auto refused = create(acme).get();
    REQUIRE(refused.status == 429);
    CHECK(e2e::header_of(refused, "Retry-After") == "1");
    CHECK(refused.content_type == "application/problem+json");
  }
  CHECK(api.ask(request_with(acme, "GET", "/api/deployments")).status == 429);
  CHECK(api.ask(request_with(globex, "GET", "/api/deployments")).status == 200);
  auto others = create(globex);
  held.let_go();
  CHECK(others.get().status == 201);
  for (auto& answer : admitted) {
    CHECK(answer.get().status == 201);
  }
  // Whoever has the answer has the place back.
  for (std::size_t i = 0; i < 3 * most; ++i) {
    CHECK(create(acme).get().status == 201);
    CHECK(api.ask(request_with(acme, "GET", "/api/deployments")).status == 200);
    CHECK(api.ask(request_with(acme, "GET", "/api/deployments/none")).status == 404);
  }
}

TEST_CASE("a large answer keeps its place until it has been sent") {
  ServiceInProcess api{{.tenant_requests = 1}};
  const auto acme = api.key_of("acme");
  const std::string text(std::size_t{100} * 1024, 'x');
  const std::string body = R"({"name":"x","definition":{"text":")" + text + R"("}})";
  // Whoever holds an answer here is the socket that it goes to.
  auto made = std::make_unique<tenantd::Response>(
      api.ask(request_with(acme, "POST", "/api/workflows", body)));
  REQUIRE(made->status == 201);
  const auto workflow = request_with(acme, "GET", e2e::header_of(*made, "Location"));
  CHECK(api.ask(workflow).status == 429);
  made.reset();
  CHECK(api.ask(workflow).status == 200);
  CHECK(api.ask(workflow).status == 200);
}

TEST_CASE("what waits for a worker has its place among the tenant's requests") {
  ServiceInProcess api{{.workers = 1, .tenant_requests = 1}};
  const auto acme = api.key_of("acme");
  const auto path = "/api/tenants/" + api.id_of("acme") + "/stats";
  tenancy_test::HeldWriter held{api.store().store(), api.store().context("initech")};
  // The only worker waits for its turn to write.
  auto creating = api.begin(request_with(api.administrator_key(), "POST", "/api/tenants",
                                         R"({"slug":"hooli","name":"Hooli"})"));
  // More than are sent to the worker after one that took long.
  std::vector<std::future<tenantd::Response>> counting;
  for (int i = 0; i < 200; ++i) {
    counting.push_back(api.begin(request_with(acme, "GET", path)));
  }
  held.let_go();
  CHECK(creating.get().status == 201);
  int counted = 0;
  int turned_away = 0;
  for (auto& answer : counting) {
    const int status = answer.get().status;
    counted += status == 200 ? 1 : 0;
    turned_away += status == 429 ? 1 : 0;
  }
  CHECK(counted > 0);
  CHECK(turned_away > 0);
  CHECK(counted + turned_away == 200);
}

}  // namespace
