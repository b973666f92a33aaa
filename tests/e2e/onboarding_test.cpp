#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "e2e/gateway_server.hpp"
#include "e2e/served_api.hpp"

namespace {

using Json = nlohmann::json;
using e2e::ApiClient;
using e2e::GatewayMood;
using e2e::GatewayServer;
using e2e::HttpReply;
using e2e::is_problem;
using e2e::ServedApi;

/// A service with a gateway.
class Platform {
 public:
  explicit Platform(const std::vector<std::string>& more = {}) : api_{arguments(more)} {}

  ServedApi& api() { return api_; }
  GatewayServer& gateway() { return gateway_; }

  HttpReply make(const std::string& slug, const std::string& instance, Json more = Json::object()) {
    more.update(
        {{"slug", slug}, {"name", "Tenant " + slug}, {"messaging", {{"instance", instance}}}});
    return api_.administrator().post("/api/tenants", more);
  }
  HttpReply pair(const std::string& id, const Json& body = Json::object()) {
    return api_.administrator().post("/api/tenants/" + id + "/messaging", body);
  }
  Json tenant(const std::string& id) {
    return api_.administrator().get("/api/tenants/" + id).json().at("data");
  }

  /// Whether anything that the service wrote or printed holds a secret of the gateway's.
  bool has_leaked() {
    return gateway_.has_secret_in(api_.process().log() + api_.process().output()) ||
           gateway_.has_secret_in(api_.store().content());
  }

 private:
  std::vector<std::string> arguments(const std::vector<std::string>& more) {
    const auto file = folder_ / "key";
    std::ofstream{file} << "platform-key-of-the-gateway\n";
    std::filesystem::permissions(file, std::filesystem::perms::owner_read);
    std::vector<std::string> all{"--messaging-url", gateway_.url(), "--messaging-key-file", file};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  tenancy_test::TemporaryFolder folder_;
  GatewayServer gateway_{"platform-key-of-the-gateway"};
  ServedApi api_;
};

const std::vector<std::string> short_time{"--messaging-time", "1s"};
const std::vector<std::string> long_time{"--messaging-time", "120s", "--request-time", "200s"};

/// The tenant that a problem says has been made.
std::string half_made(const HttpReply& reply, int status, const std::string& fault) {
  REQUIRE_MESSAGE(is_problem(reply, status), reply.body);
  const Json problem = reply.json();
  CHECK(problem["type"] == "urn:tenantd:messaging:" + fault);
  const std::string id = problem["tenant_id"];
  CHECK(problem["resume"] == "POST /api/tenants/" + id + "/messaging");
  CHECK(problem["detail"].get<std::string>().find(id + "/messaging") != std::string::npos);
  return id;
}

TEST_CASE("a tenant comes with its instance and what a telephone is paired with, in one call") {
  Platform platform;
  const auto made = platform.make("acme", "acme-whatsapp");
  REQUIRE_MESSAGE(made.status == 201, made.body);
  const Json data = made.json()["data"];
  const std::string id = data["id"];
  CHECK(data["status"] == "active");
  CHECK(data["messaging"]["instance"] == "acme-whatsapp");
  CHECK(data["messaging"]["state"] == "pairing");
  CHECK(data["messaging"]["pairing"]["pairing_code"] == "PAIR1acm");
  CHECK(data["messaging"]["pairing"]["code"] == "2@acme-whatsapp/secret+1==,x");
  CHECK(
      data["messaging"]["pairing"]["qr"].get<std::string>().starts_with("data:image/png;base64,"));
  CHECK(made.header("Location") == "/api/tenants/" + id);
  CHECK(made.header("ETag") == "\"" + std::to_string(data["version"].get<int>()) + "\"");
  CHECK(made.header("Cache-Control") == "no-store");
  CHECK(platform.tenant(id)["status"] == "active");
  CHECK_FALSE(platform.tenant(id).contains("messaging"));
  CHECK(platform.gateway().instances() == std::vector<std::string>{"acme-whatsapp"});

  const std::string key = platform.api().make_key(id, {{"name", "k"}});
  CHECK(platform.api().client(key).get("/api/deployments").json()["tenant_id"] == id);

  const auto again = platform.pair(id);
  REQUIRE(again.status == 200);
  CHECK(again.header("Cache-Control") == "no-store");
  CHECK(again.json()["data"]["messaging"]["pairing"]["pairing_code"] == "PAIR2acm");
  CHECK(platform.pair(id, {{"instance", "acme-whatsapp"}}).status == 200);
  platform.gateway().connect_telephone("acme-whatsapp");
  const Json connected = platform.pair(id).json()["data"]["messaging"];
  CHECK(connected ==
        Json{{"instance", "acme-whatsapp"}, {"state", "connected"}, {"pairing", nullptr}});
  platform.gateway().remove_instance("acme-whatsapp");
  CHECK(platform.pair(id).json()["data"]["messaging"]["state"] == "pairing");
  CHECK_FALSE(platform.has_leaked());
  CHECK(platform.api().process().stop() == 0);
}

TEST_CASE("a tenant may be made without being let in, and without an instance") {
  Platform platform;
  const Json waiting =
      platform.make("acme", "acme", {{"status", "provisioning"}}).json().at("data");
  CHECK(waiting["status"] == "provisioning");
  CHECK(waiting["messaging"]["state"] == "pairing");
  CHECK(platform.pair(waiting["id"]).json()["data"]["status"] == "provisioning");
  CHECK(platform.pair(waiting["id"], {{"activate", true}}).json()["data"]["status"] == "active");

  auto administrator = platform.api().administrator();
  const Json plain =
      administrator
          .post("/api/tenants", {{"slug", "plain"}, {"name", "Plain"}, {"status", "provisioning"}})
          .json()["data"];
  CHECK(plain["status"] == "provisioning");
  CHECK_FALSE(plain.contains("messaging"));
  CHECK(is_problem(platform.pair(plain["id"]), 409));
  const auto named = platform.pair(plain["id"], {{"instance", "plain-1"}, {"activate", true}});
  CHECK(named.json()["data"]["status"] == "active");
  CHECK(named.json()["data"]["messaging"]["instance"] == "plain-1");
  CHECK(platform.api().process().stop() == 0);
}

TEST_CASE("without a gateway there are no instances, and nothing is made") {
  ServedApi api;
  auto administrator = api.administrator();
  const auto refused = administrator.post(
      "/api/tenants", {{"slug", "acme"}, {"name", "Acme"}, {"messaging", {{"instance", "acme"}}}});
  CHECK(is_problem(refused, 409));
  CHECK(refused.json()["detail"].get<std::string>().find("--messaging-url") != std::string::npos);
  CHECK(administrator.get("/api/tenants?slug=acme").json()["data"].empty());
  const auto tenant = api.make_tenant("plain");
  CHECK(is_problem(
      administrator.post("/api/tenants/" + tenant.id + "/messaging", {{"instance", "x"}}), 409));
  CHECK(api.process().stop() == 0);
}

/// Each of these leaves a tenant behind that the next call goes on with.
struct Wrong {
  GatewayMood mood;
  int status;
  std::string fault;
};

void check_resumption(Platform& platform, const std::vector<Wrong>& wrongs) {
  int number = 0;
  for (const auto& [mood, status, fault] : wrongs) {
    const std::string name = "t" + std::to_string(++number);
    CAPTURE(name);
    platform.gateway().be(mood);
    const std::string id = half_made(platform.make(name, name), status, fault);
    CHECK(platform.tenant(id)["status"] == "provisioning");
    CHECK(half_made(platform.pair(id, {{"activate", true}}), status, fault) == id);
    CHECK(platform.tenant(id)["status"] == "provisioning");
    platform.gateway().be(GatewayMood::good);
    const Json resumed = platform.pair(id, {{"activate", true}}).json()["data"];
    CHECK(resumed["status"] == "active");
    CHECK(resumed["messaging"]["state"] == "pairing");
  }
  CHECK(std::ssize(platform.gateway().instances()) == number);
  CHECK_FALSE(platform.has_leaked());
  CHECK(platform.api().process().stop() == 0);
}

TEST_CASE("a gateway that does not answer in time leaves a tenant that is gone on with") {
  Platform platform{short_time};
  check_resumption(platform, {{GatewayMood::hangs, 504, "timed_out"},
                              {GatewayMood::works_and_hangs, 504, "timed_out"},
                              {GatewayMood::drips, 504, "timed_out"}});
}

TEST_CASE("what a gateway does wrong leaves a tenant that is gone on with") {
  Platform platform;
  check_resumption(platform, {{GatewayMood::loses_answer, 502, "unreachable"},
                              {GatewayMood::breaks_off, 502, "malformed"},
                              {GatewayMood::floods, 502, "malformed"},
                              {GatewayMood::redirects, 502, "refused"}});
}

TEST_CASE("what a gateway says stays out of answers and logs, but for pairing data") {
  Platform platform;
  for (const auto& [status, body] : std::vector<std::pair<int, std::string>>{
           {500, R"({"message":"CANARY\r\nCANARY"})"},
           {401, "CANARY"},
           {200, R"({"instance":{"instanceName":"CANARY"},"hash":"CANARY"})"},
           {200, R"({"code":"<CANARY>"})"},
           {200, "{\"CANARY\":\"\x1b[31m\"}"}}) {
    platform.gateway().say_json(status, body);
    const auto refused = platform.make("s" + std::to_string(platform.gateway().seen().size()), "i");
    CHECK((refused.status == 502 || refused.status == 409));
    CHECK(refused.body.find("CANARY") == std::string::npos);
  }
  CHECK(platform.api().process().log().find("CANARY") == std::string::npos);
  CHECK_FALSE(platform.has_leaked());
  CHECK(platform.api().process().stop() == 0);
}

TEST_CASE("nobody gets somebody else's instance by its name") {
  Platform platform;
  platform.gateway().add_instance("theirs", "somebody");
  const auto refused = platform.make("acme", "theirs");
  const std::string id = half_made(refused, 409, "name_taken");
  CHECK(refused.body.find("secret+") == std::string::npos);
  CHECK(platform.tenant(id)["status"] == "provisioning");
  // What comes through that instance is not the tenant's: it has given up the name.
  const auto asked = platform.gateway().seen().size();
  CHECK(is_problem(platform.pair(id), 409));
  CHECK(platform.gateway().seen().size() == asked);
  CHECK(half_made(platform.pair(id, {{"instance", "theirs"}}), 409, "name_taken") == id);
  const Json resumed = platform.pair(id, {{"instance", "ours"}, {"activate", true}}).json()["data"];
  CHECK(resumed["status"] == "active");
  CHECK(resumed["messaging"]["instance"] == "ours");

  // Of another tenant of this store.
  const auto taken = platform.make("zenith", "ours");
  CHECK(is_problem(taken, 409));
  CHECK(taken.json()["errors"] == Json{{{"field", "messaging.instance"}, {"problem", "is taken"}}});
  CHECK(platform.api().administrator().get("/api/tenants?slug=zenith").json()["data"].empty());
  const auto again = platform.make("acme", "others");
  CHECK(again.json()["errors"] == Json{{{"field", "slug"}, {"problem", "is taken"}}});
  const std::string zenith =
      platform.make("zenith", "zenith", {{"status", "provisioning"}}).json()["data"]["id"];
  const auto before = platform.gateway().seen().size();
  CHECK(is_problem(platform.pair(zenith, {{"instance", "ours"}}), 409));
  CHECK(platform.gateway().seen().size() == before);
  CHECK(platform.pair(zenith, {{"activate", true}}).status == 200);
  // One that is active keeps to those it has.
  CHECK(is_problem(platform.pair(zenith, {{"instance", "ours"}}), 404));
  CHECK(is_problem(platform.pair(zenith, {{"instance", "new"}}), 404));
  CHECK(platform.api().process().stop() == 0);
}

TEST_CASE("a tenant that is shut out gets no pairing data, and is not let in by it") {
  Platform platform;
  auto administrator = platform.api().administrator();
  for (const std::string action : {"suspend", "deactivate", "archive"}) {
    CAPTURE(action);
    const std::string id = platform.make("t-" + action, action).json()["data"]["id"];
    CHECK(administrator.send("POST", "/api/tenants/" + id + "/" + action, {}, {}).status == 200);
    const std::string status = platform.tenant(id)["status"];
    const auto before = platform.gateway().seen().size();
    CHECK(is_problem(platform.pair(id, {{"activate", true}}), 409));
    CHECK(platform.gateway().seen().size() == before);
    CHECK(platform.tenant(id)["status"] == status);
  }
  // Its name stays its own.
  CHECK(is_problem(platform.make("another", "archive"), 409));
  CHECK(is_problem(platform.pair("tnt_0000000000001"), 404));
  CHECK(is_problem(platform.pair("nonsense"), 404));
  CHECK(platform.api().process().stop() == 0);
}

TEST_CASE("a tenant that is shut out while the gateway works stays out") {
  Platform platform{long_time};
  auto administrator = platform.api().administrator();
  const std::string id =
      platform.make("acme", "acme", {{"status", "provisioning"}}).json()["data"]["id"];
  const auto before = platform.gateway().seen().size();
  platform.gateway().be(GatewayMood::waits);
  auto pairing = std::async(std::launch::async, [&] {
    return platform.pair(id, {{"activate", true}});
  });
  platform.gateway().await_requests(before + 1);
  CHECK(administrator.send("POST", "/api/tenants/" + id + "/archive", {}, {}).status == 200);
  platform.gateway().be(GatewayMood::good);
  const auto refused = pairing.get();
  CHECK(is_problem(refused, 409));
  CHECK(refused.body.find("PAIR") == std::string::npos);
  CHECK(platform.tenant(id)["status"] == "archived");
  CHECK(platform.api().process().stop() == 0);
}

TEST_CASE("bodies are checked before anything is made") {
  Platform platform;
  auto administrator = platform.api().administrator();
  const Json good{{"slug", "acme"}, {"name", "Acme"}};
  for (const auto& [more, field] : std::vector<std::pair<Json, std::string>>{
           {{{"messaging", nullptr}}, "messaging"},
           {{{"messaging", "x"}}, "messaging"},
           {{{"messaging", Json::object()}}, "messaging.instance"},
           {{{"messaging", {{"instance", ".."}}}}, "messaging.instance"},
           {{{"messaging", {{"instance", "../x"}}}}, "messaging.instance"},
           {{{"messaging", {{"instance", "a"}, {"token", "t"}}}}, "messaging.token"},
           {{{"status", "archived"}}, "status"}}) {
    Json body = good;
    body.update(more);
    CAPTURE(body.dump());
    const auto refused = administrator.post("/api/tenants", body);
    REQUIRE(is_problem(refused, 422));
    CHECK(refused.json()["errors"][0]["field"] == field);
  }
  const std::string id = platform.make("acme", "acme").json()["data"]["id"];
  for (const Json& body : {Json{{"instance", ".."}}, Json{{"activate", 1}}, Json{{"x", 1}}}) {
    CHECK(is_problem(platform.pair(id, body), 422));
  }
  // What would be replayed would be a secret.
  CHECK(is_problem(administrator.post("/api/tenants/" + id + "/messaging", Json::object(),
                                      {{"Idempotency-Key", "once"}}),
                   400));
  const std::string key = platform.api().make_key(id, {{"name", "k"}, {"scope", "admin"}});
  CHECK(is_problem(
      platform.api().client(key).post("/api/tenants/" + id + "/messaging", Json::object()), 401));
  CHECK(std::ssize(platform.gateway().seen()) == 1);
  CHECK(platform.api().process().stop() == 0);
}

TEST_CASE("a service that is killed between the steps goes on where it was") {
  for (const auto mood : {GatewayMood::hangs, GatewayMood::works_and_hangs}) {
    CAPTURE(static_cast<int>(mood));
    Platform platform{long_time};
    platform.gateway().be(mood);
    auto broken = std::async(std::launch::async, [&] {
      try {
        return platform.make("acme", "acme").status;
      } catch (const std::exception&) {
        return 0;
      }
    });
    platform.gateway().await_requests(1);
    platform.api().process().kill();
    CHECK(broken.get() == 0);
    CHECK_FALSE(platform.has_leaked());

    platform.gateway().be(GatewayMood::good);
    platform.api().start_again();
    const Json found =
        platform.api().administrator().get("/api/tenants?status=provisioning").json();
    REQUIRE(found["data"].size() == 1);
    const std::string id = found["data"][0]["id"];
    const Json resumed = platform.pair(id, {{"activate", true}}).json()["data"];
    CHECK(resumed["status"] == "active");
    CHECK(resumed["messaging"]["instance"] == "acme");
    CHECK(resumed["messaging"]["state"] == "pairing");
    CHECK(platform.gateway().instances() == std::vector<std::string>{"acme"});
    CHECK(platform.api().process().stop() == 0);
  }
}

TEST_CASE("calls at once make one instance, and each gets what pairs it") {
  Platform platform;
  const std::string id =
      platform.api()
          .administrator()
          .post("/api/tenants", {{"slug", "acme"}, {"name", "A"}, {"status", "provisioning"}})
          .json()["data"]["id"];
  std::vector<std::future<HttpReply>> calls;
  for (int i = 0; i < 8; ++i) {
    calls.push_back(std::async(std::launch::async, [&] {
      return platform.pair(id, {{"instance", "acme"}, {"activate", true}});
    }));
  }
  for (auto& call : calls) {
    const auto reply = call.get();
    REQUIRE_MESSAGE(reply.status == 200, reply.body);
    CHECK(reply.json()["data"]["status"] == "active");
    CHECK(reply.json()["data"]["messaging"]["state"] == "pairing");
  }
  CHECK(platform.gateway().instances() == std::vector<std::string>{"acme"});

  // Two tenants want one name.
  std::vector<std::future<HttpReply>> rivals;
  for (const char* slug : {"one", "two"}) {
    rivals.push_back(
        std::async(std::launch::async, [&platform, slug] { return platform.make(slug, "both"); }));
  }
  const int statuses = rivals[0].get().status + rivals[1].get().status;
  CHECK(statuses == 201 + 409);
  CHECK(platform.api().process().stop() == 0);
}

TEST_CASE("a gateway that hangs holds up nobody else, and only so many wait for it") {
  constexpr std::size_t most_at_once = 16;
  auto arguments = long_time;
  arguments.insert(arguments.end(), {"--threads", "2", "--stop-time", "0"});
  Platform platform{arguments};
  const auto tenant = platform.api().make_tenant("busy");
  platform.gateway().be(GatewayMood::hangs);
  std::vector<std::future<bool>> waiting;
  std::atomic<int> ended = 0;
  for (std::size_t i = 0; i < most_at_once; ++i) {
    waiting.push_back(std::async(std::launch::async, [&platform, &ended, i] {
      bool is_answered = true;
      try {
        platform.make("w" + std::to_string(i), "w" + std::to_string(i));
      } catch (const std::exception&) {
        is_answered = false;
      }
      ++ended;
      return is_answered;
    }));
  }
  auto administrator = platform.api().administrator();
  // Each is made before it waits.
  while (administrator.get("/api/tenants?status=provisioning").json()["data"].size() <
         most_at_once) {
    REQUIRE(ended == 0);
  }
  const auto refused = platform.make("late", "late");
  CHECK(is_problem(refused, 503));
  CHECK(refused.header("Retry-After") == "1");
  CHECK(administrator.get("/api/tenants?slug=late").json()["data"].empty());
  CHECK(administrator.post("/api/tenants", {{"slug", "plain"}, {"name", "P"}}).status == 201);
  auto client = platform.api().client(tenant);
  CHECK(client.post("/api/deployments", {{"project_name", "shop"}}).status == 201);
  CHECK(client.get("/api/deployments").status == 200);
  CHECK(ended == 0);
  platform.api().process().kill();
  for (auto& each : waiting) {
    CHECK_FALSE(each.get());
  }
}

}  // namespace
