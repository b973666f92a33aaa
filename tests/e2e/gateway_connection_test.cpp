#include <algorithm>
#include <chrono>
#include <fstream>
#include <future>
#include <string>
#include <variant>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "e2e/gateway_server.hpp"
#include "e2e/tls_client.hpp"
#include "service/messaging/http_messaging_gateway.hpp"
#include "support/temporary_folder.hpp"

namespace {

using e2e::GatewayMood;
using e2e::GatewayServer;
using tenancy::SecretBytes;
using tenantd::GatewayFault;
using tenantd::HttpMessagingGateway;
using tenantd::InstanceName;
using tenantd::PairingState;
using namespace std::chrono_literals;

const InstanceName name = *InstanceName::parse("clinic");
/// Long enough for any machine; no test waits for it.
constexpr auto long_time = 120s;
/// What a test of a deadline waits.
constexpr auto short_time = 100ms;

tenantd::GatewayAddress address_of(const std::string& url) {
  return std::get<tenantd::GatewayAddress>(tenantd::parse_gateway_url(url));
}

SecretBytes secret(std::string_view text) { return SecretBytes::copy_of(text); }

/// What comes of a creation and of a connection.
struct Outcomes {
  std::string created;
  std::string connected;

  friend bool operator==(const Outcomes&, const Outcomes&) = default;
};

std::string outcome(const tenantd::GatewayReply<tenantd::Pairing>& reply) {
  return reply.has_error() ? std::string{name_of(reply.error().fault)} : "paired";
}

Outcomes ask(const GatewayServer& server, std::chrono::nanoseconds time = long_time,
             const std::string& cacert = {}) {
  HttpMessagingGateway gateway{address_of(server.url()), cacert, secret("platform")};
  const auto end = [&] { return std::chrono::steady_clock::now() + time; };
  return {outcome(gateway.create(name, secret("token"), end())),
          outcome(gateway.connect(name, secret("token"), end()))};
}

Outcomes both(const std::string& each) { return {each, each}; }

TEST_CASE("an instance is made with the platform's key and connected with its own") {
  GatewayServer server{"platform"};
  HttpMessagingGateway gateway{address_of(server.url()), "", secret("platform")};
  const auto end = std::chrono::steady_clock::now() + long_time;
  CHECK(outcome(gateway.connect(name, secret("token"), end)) == "no_instance");
  const auto made = gateway.create(name, secret("token"), end);
  REQUIRE(made.has_value());
  CHECK(made.value().state == PairingState::pairing);
  CHECK(made.value().pairing_code == "PAIR1cli");
  CHECK(outcome(gateway.create(name, secret("token"), end)) == "name_taken");
  const auto again = gateway.connect(name, secret("token"), end);
  REQUIRE(again.has_value());
  CHECK(again.value().pairing_code == "PAIR2cli");
  CHECK(outcome(gateway.connect(name, secret("another"), end)) == "key_refused");
  server.connect_telephone("clinic");
  CHECK(gateway.connect(name, secret("token"), end).value().state == PairingState::connected);

  const auto seen = server.seen();
  REQUIRE(seen.size() == 6);
  CHECK(seen[1].line == "POST /instance/create");
  CHECK(seen[1].key == "platform");
  CHECK(nlohmann::json::parse(seen[1].body) == nlohmann::json{{"instanceName", "clinic"},
                                                              {"token", "token"},
                                                              {"qrcode", true},
                                                              {"integration", "WHATSAPP-BAILEYS"}});
  CHECK(seen[3].line == "GET /instance/connect/clinic");
  CHECK(seen[3].key == "token");
  server.change_key("another");
  server.remove_instance("clinic");
  CHECK(outcome(gateway.create(name, secret("token"), end)) == "key_refused");
}

TEST_CASE("nobody there is not reached") {
  std::string url;
  {
    const GatewayServer gone{"platform"};
    url = gone.url();
  }
  HttpMessagingGateway gateway{address_of(url), "", secret("platform")};
  const auto end = std::chrono::steady_clock::now() + long_time;
  CHECK(outcome(gateway.connect(name, secret("token"), end)) == "unreachable");
}

TEST_CASE("whatever a gateway does, a call ends") {
  GatewayServer server{"platform"};
  for (const auto& each : std::vector<std::pair<GatewayMood, Outcomes>>{
           {GatewayMood::loses_answer, both("unreachable")},
           {GatewayMood::breaks_off, both("malformed")},
           {GatewayMood::floods, both("malformed")},
           {GatewayMood::redirects, both("refused")}}) {
    const auto& mood = each.first;
    const auto& outcomes = each.second;
    CAPTURE(static_cast<int>(mood));
    server.remove_instance("clinic");
    server.be(mood);
    CHECK(ask(server) == outcomes);
  }
  for (const auto mood : {GatewayMood::hangs, GatewayMood::drips}) {
    CAPTURE(static_cast<int>(mood));
    server.be(mood);
    CHECK(ask(server, short_time) == both("timed_out"));
  }
  CHECK(ask(server, -1s) == both("timed_out"));
  // A redirection is not followed.
  const auto seen = server.seen();
  CHECK(std::ranges::count(seen, "GET /instance/connect/clinic", &GatewayServer::Seen::line) >= 5);
  server.be(GatewayMood::good);
  CHECK(ask(server) == both("paired"));
}

TEST_CASE("what is no answer is none") {
  GatewayServer server{"platform"};
  const std::string good = R"({"code":"2@a"})";
  const std::string length = "Content-Length: " + std::to_string(good.size()) + "\r\n";
  server.say("HTTP/1.1 200 OK\r\n" + length + "\r\n" + good);
  CHECK(ask(server).connected == "paired");
  server.say("HTTP/1.1 200 OK\r\n\r\n" + good);
  CHECK(ask(server).connected == "paired");
  const auto most = tenantd::GatewayConnection::max_body_bytes;
  server.say_json(200, good + std::string(most - good.size(), ' '));
  CHECK(ask(server).connected == "paired");
  server.say_json(200, good + std::string(most + 1 - good.size(), ' '));
  CHECK(ask(server) == both("malformed"));
  for (const std::string& bytes : std::vector<std::string>{
           "nonsense\r\n\r\n", "HTTP/9.9 200 OK\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n" + good,
           "HTTP/1.1 200 OK\r\n" + length + length + "Transfer-Encoding: chunked\r\n\r\n" + good,
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
           "HTTP/1.1 200 OK\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", "HTTP/1.1 200 OK\r\n" + length,
           "HTTP/1.1 200 OK\r\n" + length + "\r\n{"}) {
    CAPTURE(bytes.substr(0, 100));
    server.say(bytes);
    CHECK(ask(server) == both("malformed"));
  }
  for (const std::string& body : std::vector<std::string>{
           "", "[]", R"({"code":1})", R"({"code":"2@a","code":"2@a"})", "<html>", "\xff\xfe"}) {
    CAPTURE(body);
    server.say_json(200, body);
    CHECK(ask(server) == both("malformed"));
  }
  for (const int status : {204, 301, 302, 307, 400, 418, 429, 500, 502, 503}) {
    CAPTURE(status);
    server.say_json(status, good);
    CHECK(ask(server) == both("refused"));
  }
  server.say_json(401, good);
  CHECK(ask(server) == both("key_refused"));
  server.say_json(403, good);
  CHECK(ask(server) == Outcomes{"name_taken", "key_refused"});
  server.say_json(409, good);
  CHECK(ask(server) == Outcomes{"name_taken", "refused"});
  server.say_json(404, good);
  CHECK(ask(server) == Outcomes{"refused", "no_instance"});
}

TEST_CASE("many calls at once end each by itself") {
  GatewayServer server{"platform"};
  server.add_instance("clinic", "token");
  HttpMessagingGateway gateway{address_of(server.url()), "", secret("platform")};
  std::vector<std::future<std::string>> calls;
  for (int i = 0; i < 32; ++i) {
    calls.push_back(std::async(std::launch::async, [&] {
      return outcome(
          gateway.connect(name, secret("token"), std::chrono::steady_clock::now() + long_time));
    }));
  }
  for (auto& call : calls) {
    CHECK(call.get() == "paired");
  }
}

TEST_CASE("TLS is spoken only with whom the certificate names, and who is trusted") {
  const tenancy_test::TemporaryFolder folder;
  const auto certificate_of = [&](const std::string& who, const std::string& file) {
    const GatewayServer::Tls tls{folder / (file + ".pem"), folder / (file + ".key")};
    e2e::write_certificate(tls.certificate, tls.key, who);
    return tls;
  };
  const auto right = certificate_of("localhost", "right");
  const auto elsewhere = certificate_of("gateway.example", "elsewhere");
  GatewayServer server{"platform", right};
  CHECK(ask(server, long_time, right.certificate) == both("paired"));
  server.remove_instance("clinic");
  const auto before = server.seen().size();
  CHECK(ask(server) == both("untrusted"));
  CHECK(ask(server, long_time, elsewhere.certificate) == both("untrusted"));
  // The name is wrong, though the certificate is trusted.
  GatewayServer misnamed{"platform", elsewhere};
  CHECK(ask(misnamed, long_time, elsewhere.certificate) == both("untrusted"));
  CHECK(server.seen().size() == before);
  CHECK(misnamed.seen().empty());
  // Where no TLS is spoken, none is.
  GatewayServer plain{"platform"};
  HttpMessagingGateway gateway{address_of("https://localhost:" + std::to_string(plain.port())),
                               right.certificate, secret("platform")};
  CHECK(outcome(gateway.connect(name, secret("token"),
                                std::chrono::steady_clock::now() + long_time)) == "unreachable");
  CHECK(plain.seen().empty());
  std::ofstream{folder / "none.pem"} << "nothing\n";
  CHECK_THROWS_WITH_AS((HttpMessagingGateway{address_of("https://localhost"), folder / "none.pem",
                                             secret("platform")}),
                       doctest::Contains("none.pem"), std::runtime_error);
}

}  // namespace
