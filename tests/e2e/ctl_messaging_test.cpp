// New tenants with their messaging instances, from the command line to the gateway.

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/registry/open.hpp"
#include "tenancy/testing/must.hpp"

#include "e2e/ctl_process.hpp"
#include "e2e/ctl_scripted_server.hpp"
#include "e2e/gateway_server.hpp"
#include "e2e/served_api.hpp"
#include "service/schema.hpp"
#include "service/store_kinds.hpp"

namespace {

using e2e::CtlResult;
using e2e::GatewayMood;
using e2e::GatewayServer;
using e2e::run_ctl;
using e2e::ServedApi;
using tenancy::testing::must;
using Json = nlohmann::json;

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::string read(const std::filesystem::path& file) {
  std::ifstream stream{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{stream}, {}};
}

/// A service with a gateway, and tenantctl for it.
class Platform {
 public:
  Platform() : api_{arguments()} {}

  [[nodiscard]] CtlResult run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(),
                     {"--server", "http://127.0.0.1:" + std::to_string(api_.port())});
    return run_ctl({.arguments = std::move(arguments),
                    .environment = {"TENANTCTL_KEY=" + api_.administrator_key()}});
  }
  [[nodiscard]] Json json(std::vector<std::string> arguments) const {
    arguments.emplace_back("--json");
    const auto result = run(std::move(arguments));
    REQUIRE_MESSAGE(result.status == 0, result.errors);
    return result.json();
  }

  ServedApi& api() { return api_; }
  GatewayServer& gateway() { return gateway_; }
  [[nodiscard]] std::filesystem::path folder() const { return folder_.path(); }

 private:
  std::vector<std::string> arguments() {
    const auto file = folder_ / "key";
    std::ofstream{file} << "platform-key\n";
    std::filesystem::permissions(file, std::filesystem::perms::owner_read);
    return {"--messaging-url",  gateway_.url(), "--messaging-key-file", file,
            "--messaging-time", "300ms"};
  }

  tenancy_test::TemporaryFolder folder_;
  GatewayServer gateway_{"platform-key"};
  ServedApi api_;
};

/// The tenant that an identifier stands for, for whoever opens the store as a host does.
std::string tenant_of(const e2e::ProgramStore& store, const std::string& instance) {
  tenancy::OpenOptions options;
  options.kinds = tenantd::store_kinds(1);
  options.keys = must(tenancy::KeyRing::open(store.keys()));
  options.migrations = must(tenantd::migrations());
  options.mappings = tenantd::mappings();
  const auto authority = must(tenancy::open(store.url(), std::move(options)));
  return must(authority.enter(must(tenancy::TenantIdentifier::parse("instance", instance))))
      .tenant()
      .to_string();
}

TEST_CASE("one command makes a tenant with its key and its instance, and then it is served") {
  Platform platform;
  const auto qr = platform.folder() / "qr.png";
  const Json made =
      platform.json({"tenants", "create", "clinic", "--name", "Clinic", "--issue-key", "first",
                     "--messaging-instance", "clinic-whatsapp", "--qr-file", qr});
  const std::string id = made["id"];
  CHECK(made["status"] == "active");
  CHECK(made["messaging"]["instance"] == "clinic-whatsapp");
  CHECK(made["messaging"]["state"] == "pairing");
  CHECK(made["messaging"]["pairing_code"] == "PAIR1cli");
  CHECK(made["messaging"]["code"] == "2@clinic-whatsapp/secret+1==,x");
  CHECK(read(qr).starts_with("\x89PNG\r\n\x1a\n"));
  CHECK(std::filesystem::status(qr).permissions() ==
        (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));

  auto client = platform.api().client(made["api_key"]["key"].get<std::string>());
  CHECK(client.post("/api/deployments", {{"project_name", "shop"}}).status == 201);
  CHECK(client.get("/api/deployments").json()["tenant_id"] == id);
  CHECK(tenant_of(platform.api().store(), "clinic-whatsapp") == id);
  CHECK(platform.api().process().stop() == 0);
}

TEST_CASE("people see the pairing code, and get another when they ask") {
  Platform platform;
  const auto made = platform.run(
      {"tenants", "create", "clinic", "--name", "Clinic", "--messaging-instance", "clinic"});
  CHECK(made.status == 0);
  CHECK(contains(made.output, "PAIR1cli"));
  CHECK(contains(made.output, "2@clinic/secret+1==,x"));
  CHECK_FALSE(contains(made.output, "data:image"));
  CHECK(contains(made.errors, "until it expires"));
  const auto again = platform.run({"tenants", "pair", "clinic"});
  CHECK(again.status == 0);
  CHECK(contains(again.output, "PAIR2cli"));
  platform.gateway().connect_telephone("clinic");
  const auto connected =
      platform.run({"tenants", "pair", "clinic", "--qr-file", platform.folder() / "none.png"});
  CHECK(contains(connected.output, "connected"));
  CHECK(connected.status == 1);
  CHECK_FALSE(std::filesystem::exists(platform.folder() / "none.png"));
  CHECK(platform.json({"tenants", "pair", "clinic"})["messaging"]["pairing_code"].is_null());
  CHECK(platform.api().process().stop() == 0);
}

TEST_CASE("what stopped halfway is gone on with by the command that is told") {
  Platform platform;
  platform.gateway().be(GatewayMood::works_and_hangs);
  const auto broken =
      platform.run({"tenants", "create", "clinic", "--name", "Clinic", "--issue-key", "first",
                    "--messaging-instance", "clinic", "--json"});
  CHECK(broken.status == 1);
  CHECK(broken.output.empty());
  CHECK(broken.error()["code"] == "unfinished");
  CHECK(contains(broken.error()["hint"].get<std::string>(), "tenantctl tenants pair tnt_"));
  CHECK(platform.json({"tenants", "show", "clinic"})["status"] == "provisioning");
  platform.gateway().be(GatewayMood::good);
  const Json resumed = platform.json({"tenants", "pair", "clinic", "--activate"});
  CHECK(resumed["status"] == "active");
  CHECK(resumed["messaging"]["state"] == "pairing");

  platform.gateway().add_instance("theirs", "somebody");
  const auto taken = platform.run({"tenants", "create", "other", "--name", "Other",
                                   "--messaging-instance", "theirs", "--json"});
  CHECK(taken.error()["code"] == "unfinished");
  CHECK(contains(taken.error()["hint"].get<std::string>(), "--instance NAME"));
  CHECK(platform.json({"tenants", "pair", "other", "--instance", "ours", "--activate"})["status"] ==
        "active");
  CHECK(platform.json({"tenants", "create", "waiting", "--name", "W", "--provisioning",
                       "--messaging-instance", "w"})["status"] == "provisioning");
  CHECK(platform.api().process().stop() == 0);
}

TEST_CASE("a store makes no instances, and says where they are made") {
  const e2e::CtlStore store;
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"tenants", "create", "a", "--name", "A", "--messaging-instance", "a"},
           {"tenants", "pair", "a"}}) {
    const Json error = store.error(2, arguments);
    CHECK(contains(error["hint"].get<std::string>(), "--server"));
  }
  CHECK(store.json({"tenants", "list"}).empty());
}

TEST_CASE("a file of a picture takes nothing's place") {
  Platform platform;
  const auto file = platform.folder() / "qr.png";
  std::ofstream{file} << "mine";
  const std::vector<std::string> create{"tenants", "create", "clinic", "--name", "C"};
  auto arguments = create;
  arguments.insert(arguments.end(), {"--messaging-instance", "clinic", "--qr-file", file});
  CHECK(platform.run(arguments).status == 2);
  std::filesystem::create_symlink(platform.folder() / "nowhere", platform.folder() / "link");
  arguments.back() = platform.folder() / "link";
  CHECK(platform.run(arguments).status == 2);
  CHECK(read(file) == "mine");
  CHECK(platform.gateway().seen().empty());
  arguments = create;
  arguments.insert(arguments.end(), {"--qr-file", platform.folder() / "new.png"});
  CHECK(platform.run(arguments).status == 2);
  CHECK(platform.json({"tenants", "list"}).empty());
  CHECK(platform.api().process().stop() == 0);
}

TEST_CASE("a server's pairing data is read strictly") {
  const std::string tenant =
      R"("id":"tnt_2zbsxx04aqvvv","slug":"acme","name":"A","status":"active","plan":null,)"
      R"("version":1,"created_at":"2026-01-31T12:00:00Z","updated_at":"2026-01-31T12:00:00Z")";
  const std::string png = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUg==";
  const auto answer = [&](const Json& messaging) {
    return e2e::json_answer(201,
                            R"({"data":{)" + tenant + R"(,"messaging":)" + messaging.dump() + "}}");
  };
  const auto status_of = [&](const std::string& bytes) {
    const e2e::ScriptedServer server{{bytes}};
    const auto result =
        run_ctl({.arguments = {"tenants", "create", "acme", "--name", "A", "--messaging-instance",
                               "a", "--server", server.url(), "--json"},
                 .environment = {"TENANTCTL_KEY=tna_secret"}});
    return result.status;
  };
  const Json good{{"instance", "a"},
                  {"state", "pairing"},
                  {"pairing", {{"pairing_code", "AB-12"}, {"code", "2@x"}, {"qr", png}}}};
  CHECK(status_of(answer(good)) == 0);
  for (const auto& each : std::vector<std::pair<std::string, Json>>{
           {"/instance", "a b"},
           {"/instance", nullptr},
           {"/state", "odd"},
           {"/pairing/pairing_code", "\x1b[2J"},
           {"/pairing/pairing_code", ""},
           {"/pairing/pairing_code", 7},
           {"/pairing/code", "a b"},
           {"/pairing/code", std::string(3000, 'x')},
           {"/pairing/qr", "data:image/png;base64,AAAA"},
           {"/pairing/qr", "data:text/html;base64,iVBORw0KGgoAAAANSUhEUg=="},
           {"/pairing/qr", png + "!"}}) {
    const auto& pointer = each.first;
    const auto& value = each.second;
    CAPTURE(pointer);
    Json wrong = good;
    wrong[Json::json_pointer{pointer}] = value;
    // It was made all the same.
    CHECK(status_of(answer(wrong)) == 9);
  }
  CHECK(status_of(e2e::json_answer(201, R"({"data":{)" + tenant + "}}")) == 9);
}

}  // namespace
