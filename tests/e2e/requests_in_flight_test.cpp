#include "service/requests_in_flight.hpp"

#include <future>
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
  for (int i = 0; i < 1000; ++i) {
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

}  // namespace
