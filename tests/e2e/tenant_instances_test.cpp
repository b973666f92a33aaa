#include "service/messaging/tenant_instances.hpp"

#include <chrono>
#include <string>
#include <variant>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/testing/must.hpp"

#include "e2e/gateway_server.hpp"
#include "service/messaging/http_messaging_gateway.hpp"

namespace {

using e2e::GatewayMood;
using e2e::GatewayServer;
using tenancy::TenantId;
using tenancy::testing::must;
using tenantd::GatewayKeys;
using tenantd::GatewayReply;
using tenantd::InstanceName;
using tenantd::Pairing;
using tenantd::TenantInstances;
using namespace std::chrono_literals;

const TenantId acme = must(TenantId::parse("tnt_0000000000001"));
const TenantId zenith = must(TenantId::parse("tnt_0000000000002"));
const InstanceName clinic = *InstanceName::parse("clinic");
constexpr auto long_time = 120s;

TenantInstances instances_of(const GatewayServer& server, const std::string& keys = "platform") {
  auto parsed = std::get<GatewayKeys>(GatewayKeys::parse(keys));
  auto gateway = std::make_unique<tenantd::HttpMessagingGateway>(
      std::get<tenantd::GatewayAddress>(tenantd::parse_gateway_url(server.url())), "",
      parsed.current());
  return TenantInstances{std::move(gateway), std::move(parsed), long_time};
}

TenantInstances::Deadline far() { return std::chrono::steady_clock::now() + long_time; }

std::string outcome(const GatewayReply<Pairing>& reply) {
  return reply.has_error() ? std::string{name_of(reply.error().fault)} : "paired";
}

TEST_CASE("a tenant's instance is made once, and then found again") {
  GatewayServer server{"platform"};
  const auto instances = instances_of(server);
  CHECK(outcome(instances.make(acme, clinic, far())) == "paired");
  CHECK(outcome(instances.make(acme, clinic, far())) == "paired");
  CHECK(outcome(instances.pair(acme, clinic, far())) == "paired");
  CHECK(server.instances() == std::vector<std::string>{"clinic"});
  server.remove_instance("clinic");
  CHECK(outcome(instances.pair(acme, clinic, far())) == "paired");
  CHECK(server.instances() == std::vector<std::string>{"clinic"});
}

TEST_CASE("an instance is found again whose answer was lost") {
  GatewayServer server{"platform"};
  const auto instances = instances_of(server);
  for (const bool makes : {true, false}) {
    server.remove_instance("clinic");
    server.be(GatewayMood::loses_answer);
    CHECK(outcome(instances.make(acme, clinic, far())) == "unreachable");
    CHECK(server.instances() == std::vector<std::string>{"clinic"});
    server.be(GatewayMood::good);
    const auto found =
        makes ? instances.make(acme, clinic, far()) : instances.pair(acme, clinic, far());
    CHECK(outcome(found) == "paired");
  }
}

TEST_CASE("somebody else's instance of that name is nobody's business") {
  GatewayServer server{"platform"};
  const auto instances = instances_of(server);
  server.add_instance("clinic", "somebody");
  CHECK(outcome(instances.make(acme, clinic, far())) == "name_taken");
  CHECK(outcome(instances.pair(acme, clinic, far())) == "name_taken");
  server.remove_instance("clinic");
  CHECK(outcome(instances.make(zenith, clinic, far())) == "paired");
  CHECK(outcome(instances.make(acme, clinic, far())) == "name_taken");
  CHECK(outcome(instances.pair(acme, clinic, far())) == "name_taken");
  for (const auto& seen : server.seen()) {
    // The platform's key would open it.
    CHECK((seen.line.starts_with("POST ") || seen.key != "platform"));
  }
}

TEST_CASE("instances of an earlier key's time are still known") {
  GatewayServer server{"platform"};
  CHECK(outcome(instances_of(server).make(acme, clinic, far())) == "paired");
  server.change_key("newer");
  CHECK(outcome(instances_of(server, "newer").pair(acme, clinic, far())) == "name_taken");
  const auto knows_both = instances_of(server, "newer\nplatform\n");
  CHECK(outcome(knows_both.pair(acme, clinic, far())) == "paired");
  CHECK(outcome(knows_both.pair(zenith, clinic, far())) == "name_taken");
}

TEST_CASE("a gateway that forbids everything has no name taken") {
  GatewayServer server{"platform"};
  server.change_key("another");
  CHECK(outcome(instances_of(server).make(acme, clinic, far())) == "key_refused");
  CHECK(outcome(instances_of(server).pair(acme, clinic, far())) == "key_refused");
  server.say_json(404, "{}");
  CHECK(outcome(instances_of(server).pair(acme, clinic, far())) == "refused");
}

TEST_CASE("only so many requests wait for the gateway at once") {
  GatewayServer server{"platform"};
  auto instances = instances_of(server);
  std::vector<std::shared_ptr<TenantInstances::Place>> places;
  while (auto place = instances.take_place()) {
    places.push_back(std::move(place));
  }
  CHECK(places.size() == TenantInstances::most_at_once);
  places.pop_back();
  CHECK(instances.take_place() != nullptr);
}

TEST_CASE("all that one request asks of the gateway has one time") {
  GatewayServer server{"platform"};
  auto keys = std::get<GatewayKeys>(GatewayKeys::parse("platform"));
  auto gateway = std::make_unique<tenantd::HttpMessagingGateway>(
      std::get<tenantd::GatewayAddress>(tenantd::parse_gateway_url(server.url())), "",
      keys.current());
  const TenantInstances instances{std::move(gateway), std::move(keys), 100ms};
  server.be(GatewayMood::hangs);
  CHECK(outcome(instances.make(acme, clinic, far())) == "timed_out");
  CHECK(outcome(instances.pair(acme, clinic, far())) == "timed_out");
}

}  // namespace
