#include "service/messaging/gateway_answer.hpp"

#include <string>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

namespace {

using Json = nlohmann::json;
using tenancy::SecretBytes;
using tenantd::GatewayFault;
using tenantd::InstanceName;
using tenantd::PairingState;
using tenantd::read_connected;
using tenantd::read_created;

const InstanceName name = *InstanceName::parse("clinic-1");
const std::string png = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUg==";

SecretBytes token() { return SecretBytes::copy_of("t0ken"); }

Json created() {
  return {{"instance", {{"instanceName", "clinic-1"}, {"status", "created"}}},
          {"hash", "t0ken"},
          {"qrcode", {{"pairingCode", "WZYE-H1YY"}, {"code", "2@a/b+c==,d"}, {"base64", png}}},
          {"settings", {{"anything", Json::array({1, nullptr, "x"})}}}};
}

bool is_malformed(const tenantd::GatewayReply<tenantd::Pairing>& reply) {
  return reply.has_error() && reply.error().fault == GatewayFault::malformed;
}

bool is_malformed_creation(const Json& answer) {
  return is_malformed(read_created(answer.dump(), name, token()));
}

TEST_CASE("a creation is read with all ways to pair") {
  const auto pairing = read_created(created().dump(), name, token());
  REQUIRE(pairing.has_value());
  CHECK(pairing.value().state == PairingState::pairing);
  CHECK(pairing.value().pairing_code == "WZYE-H1YY");
  CHECK(pairing.value().code == "2@a/b+c==,d");
  CHECK(pairing.value().qr == png);
  Json older = created();
  older["hash"] = {{"apikey", "t0ken"}};
  older["qrcode"] = {{"code", "2@a"}, {"pairingCode", nullptr}, {"count", 1}};
  const auto less = read_created(older.dump(), name, token());
  REQUIRE(less.has_value());
  CHECK(less.value().state == PairingState::pairing);
  CHECK_FALSE(less.value().pairing_code);
  CHECK_FALSE(less.value().qr);
  for (const Json& nothing : {Json{{"count", 0}}, Json(nullptr)}) {
    Json early = created();
    early["qrcode"] = nothing;
    const auto pending = read_created(early.dump(), name, token());
    REQUIRE(pending.has_value());
    CHECK(pending.value().state == PairingState::pending);
  }
}

TEST_CASE("a creation of another instance, or with another token, is none") {
  for (const auto& each :
       std::vector<std::pair<std::string, Json>>{{"/instance/instanceName", "clinic-2"},
                                                 {"/instance/instanceName", 1},
                                                 {"/instance/instanceName", nullptr},
                                                 {"/instance", nullptr},
                                                 {"/instance", "clinic-1"},
                                                 {"/hash", "another"},
                                                 {"/hash", nullptr},
                                                 {"/hash", Json::object()},
                                                 {"/hash", {{"apikey", "another"}}},
                                                 {"/qrcode", "text"},
                                                 {"/qrcode", Json::array()}}) {
    const auto& pointer = each.first;
    const auto& value = each.second;
    CAPTURE(pointer);
    CAPTURE(value.dump());
    Json answer = created();
    answer[Json::json_pointer{pointer}] = value;
    CHECK(is_malformed_creation(answer));
  }
}

TEST_CASE("what could be anything but pairing data voids the answer") {
  const std::string long_text(4096, 'a');
  for (const auto& each : std::vector<std::pair<std::string, Json>>{
           {"pairingCode", ""},
           {"pairingCode", "AB CD"},
           {"pairingCode", "<b>"},
           {"pairingCode", "\x1b[2J"},
           {"pairingCode", std::string(33, 'A')},
           {"pairingCode", 12345678},
           {"code", ""},
           {"code", "2@a b"},
           {"code", "2@\"><script>"},
           {"code", "2@\r\nSet-Cookie:x"},
           {"code", long_text},
           {"code", Json::object()},
           {"base64", ""},
           {"base64", "iVBORw0KGgoAAAANSUhEUg=="},
           {"base64", "data:image/svg+xml;base64,iVBORw0KGgoA"},
           {"base64", "data:text/html;base64,PHNjcmlwdD4="},
           {"base64", "data:image/png;base64,PHNjcmlwdD4="},
           {"base64", png + "="},
           {"base64", png.substr(0, png.size() - 4) + "===="},
           {"base64", png.substr(0, png.size() - 2) + "<>"},
           {"base64", "data:image/png;base64,iVBORw0KGgo" + std::string(128 * 1024 + 1, 'A')},
           {"base64", true}}) {
    const auto& member = each.first;
    const auto& value = each.second;
    CAPTURE(member);
    Json answer = created();
    answer["qrcode"][member] = value;
    CHECK(is_malformed_creation(answer));
    CHECK(is_malformed(read_connected(answer["qrcode"].dump(), name)));
  }
}

TEST_CASE("only strict JSON is read") {
  const std::string good = created().dump();
  for (const std::string& text : std::vector<std::string>{
           "", "null", "[]", "[" + good + "]", good + good, good.substr(0, good.size() - 1),
           R"({"hash":"t0ken","hash":"t0ken")" + ("," + good.substr(1)),
           R"({"x":)" + std::string(100, '[') + std::string(100, ']') + "," + good.substr(1),
           "{\"x\":\"\xff\"," + good.substr(1), "\xEF\xBB\xBF" + good}) {
    CAPTURE(text);
    CHECK(is_malformed(read_created(text, name, token())));
    CHECK(is_malformed(read_connected(text, name)));
  }
}

TEST_CASE("a connection is read as pairing data, as made, or as nothing yet") {
  const auto pairing = read_connected(created()["qrcode"].dump(), name);
  REQUIRE(pairing.has_value());
  CHECK(pairing.value().state == PairingState::pairing);
  CHECK(pairing.value().code == "2@a/b+c==,d");

  const auto state_of = [](const Json& answer) {
    const auto read = read_connected(answer.dump(), name);
    REQUIRE(read.has_value());
    return read.value().state;
  };
  const Json instance{{"instanceName", "clinic-1"}};
  Json open{{"instance", instance}};
  open["instance"]["state"] = "open";
  CHECK(state_of(open) == PairingState::connected);
  CHECK(state_of({{"count", 0}}) == PairingState::pending);
  CHECK(state_of({{"instance", instance}}) == PairingState::pending);
  CHECK(state_of({{"instance", instance}, {"qrcode", {{"code", "2@a"}}}}) == PairingState::pairing);
  open["instance"]["instanceName"] = "clinic-2";
  for (const Json& wrong : {open, Json{{"error", true}, {"message", "Error: no"}},
                            Json{{"instance", instance}, {"qrcode", 1}}, Json{{"instance", 1}}}) {
    CAPTURE(wrong.dump());
    CHECK(is_malformed(read_connected(wrong.dump(), name)));
  }
}

TEST_CASE("names of instances stay in their place in a path") {
  for (const char* good : {"a", "clinic-1", "A.b_c-9", "0"}) {
    CHECK(InstanceName::parse(good)->text() == good);
  }
  CHECK(InstanceName::parse(std::string(100, 'a')));
  CHECK_FALSE(InstanceName::parse(std::string(101, 'a')));
  for (const char* bad :
       {"", ".", "..", "../x", "-a", "_a", "a/b", "a b", "a%2f", "ä", "a?b", "a\n"}) {
    CAPTURE(bad);
    CHECK_FALSE(InstanceName::parse(bad));
    CHECK(tenantd::instance_name_rule(bad));
  }
}

}  // namespace
