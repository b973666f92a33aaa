#include <algorithm>
#include <array>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "e2e/served_api.hpp"

namespace {

using e2e::ApiClient;
using e2e::ProgramStore;
using e2e::ServiceProcess;
using e2e::words_with_prefix;
using tenancy_test::TemporaryFolder;

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

TEST_CASE("a fresh store gets an administrator's key and a demo that works as printed") {
  const ProgramStore store;
  ServiceProcess process{store.service_arguments()};

  struct stat status {};
  REQUIRE(::stat(store.keys().parent_path().c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0700U);

  const std::string& output = process.output();
  const bool is_shown = !tenancy_test::is_on_postgres();
  CHECK(contains(output, "store: " + (is_shown ? store.url() : "postgresql:***") + "\n"));
  REQUIRE(words_with_prefix(output, "tna_").size() == 1);
  const auto keys = words_with_prefix(output, "tnk_");
  REQUIRE(keys.size() == 2);
  const std::string base = "http://127.0.0.1:" + std::to_string(process.port());
  const auto urls = words_with_prefix(output, base + "/");
  REQUIRE(urls.size() == 3);
  const std::string list = urls[0].substr(base.size());
  const std::string acmes = urls[1].substr(base.size());

  ApiClient administrator{process.port(), words_with_prefix(output, "tna_").front()};
  const auto tenants = administrator.get("/api/tenants").json();
  CHECK(tenants["data"][1]["name"] == "Acme Corporation");
  CHECK(tenants["data"][0]["slug"] == "globex");
  CHECK(tenants["data"].size() == 2);

  ApiClient acme{process.port(), keys[0]};
  ApiClient globex{process.port(), keys[1]};
  CHECK(acme.get(list).json()["data"].size() == 3);
  CHECK(globex.get(list).json()["data"].size() == 3);
  CHECK(acme.post(list, {{"project_name", "giant-magnet"}}).status == 201);
  CHECK(acme.get(list).json()["data"].size() == 4);
  CHECK(acme.get(acmes).status == 200);
  CHECK(globex.get(acmes).status == 404);
  const auto workflows = acme.get(urls[2].substr(base.size()));
  REQUIRE(workflows.json()["data"].size() == 2);
  CHECK(workflows.json()["data"][0]["latest_executions"][0]["status"] == "running");
  CHECK(process.stop() == 0);
  CHECK(contains(process.output(), "\nstopped\n"));
}

TEST_CASE("where the output is recorded, the first key is issued by hand") {
  const ProgramStore store;
  ServiceProcess process{store.service_arguments({"--no-demo", "--no-first-key"})};
  CHECK(words_with_prefix(process.output(), "tna_").empty());
  CHECK(contains(process.output(), "--new-admin-key"));

  const auto issued =
      ServiceProcess::run_to_end(store.service_arguments({"--new-admin-key", "first"}));
  const auto keys = words_with_prefix(issued.output, "tna_");
  REQUIRE(keys.size() == 1);
  ApiClient administrator{process.port(), keys.front()};
  CHECK(administrator.get("/api/tenants").status == 200);
}

TEST_CASE("a second start shows no key and finds what the first one left") {
  const ProgramStore store;
  std::string key;
  std::string id;
  {
    ServiceProcess first{store.service_arguments()};
    key = words_with_prefix(first.output(), "tnk_").front();
    ApiClient acme{first.port(), key};
    id = e2e::make_deployment(acme, "kept");
    CHECK(first.stop() == 0);
  }
  ServiceProcess second{store.service_arguments()};
  CHECK(words_with_prefix(second.output(), "tn").empty());
  CHECK(contains(second.output(), "--new-admin-key"));
  ApiClient acme{second.port(), key};
  CHECK(acme.get("/api/deployments/" + id).json()["data"]["project_name"] == "kept");
  CHECK(acme.get("/api/deployments").json()["pagination"]["total"] == 4);
  CHECK(second.stop() == 0);
}

TEST_CASE("a schema that does not keep tenants apart is served to nobody") {
  const ProgramStore store;
  {
    ServiceProcess first{store.service_arguments({"--no-demo"})};
    CHECK(first.stop() == 0);
  }
  store.run_raw("CREATE VIEW leak AS SELECT * FROM deployments");
  const auto refused = ServiceProcess::run_to_end(store.service_arguments());
  CAPTURE(refused.log);
  CHECK(refused.status != 0);
  CHECK(contains(refused.log, "unsafe_schema"));
  CHECK(contains(refused.log, "'leak'"));
  CHECK(contains(refused.log, "verify_schema"));
  CHECK_FALSE(contains(refused.output, "listening"));

  store.run_raw("DROP VIEW leak");
  ServiceProcess again{store.service_arguments()};
  CHECK(again.stop() == 0);
}

TEST_CASE("without the demo the store stays empty, also at the next start") {
  const ProgramStore store;
  for (const bool is_first : {true, false}) {
    CAPTURE(is_first);
    ServiceProcess process{store.service_arguments({"--no-demo"})};
    CHECK(words_with_prefix(process.output(), "tnk_").empty());
    CHECK(words_with_prefix(process.output(), "tna_").size() == (is_first ? 1 : 0));
    CHECK(process.stop() == 0);
  }
}

TEST_CASE("of several that start at once on an empty store, one makes the keys") {
  for (int round = 0; round < 5; ++round) {
    const ProgramStore store;
    std::vector<std::unique_ptr<ServiceProcess>> processes(3);
    {
      std::vector<std::jthread> threads;
      for (auto& process : processes) {
        threads.emplace_back([&] {
          try {
            process = std::make_unique<ServiceProcess>(store.service_arguments());
          } catch (const std::runtime_error&) {
            process = nullptr;
          }
        });
      }
    }
    std::size_t administrators = 0;
    std::size_t tenants = 0;
    for (const auto& process : processes) {
      REQUIRE(process != nullptr);
      administrators += words_with_prefix(process->output(), "tna_").size();
      tenants += words_with_prefix(process->output(), "tnk_").size();
      CHECK(process->stop() == 0);
    }
    CHECK(administrators == 1);
    CHECK(tenants == 2);
  }
}

TEST_CASE("a service under a manager prints no key, and tells when it is ready and when it stops") {
  const TemporaryFolder directory;
  const std::string path = directory.path() / "notify";
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(&address.sun_path[0], sizeof(address.sun_path) - 1);
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  REQUIRE(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
  ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
  const auto next_state = [&] {
    std::array<char, 64> text{};
    const auto size = ::recv(socket, text.data(), text.size(), 0);
    return std::string{text.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
  };
  ServiceProcess process{{"--data", directory.path() / "data", "--no-first-key"}};
  CHECK(next_state() == "READY=1");
  CHECK(process.stop() == 0);
  CHECK(next_state() == "STOPPING=1");
  CHECK_FALSE(contains(process.output(), "tna_"));
  CHECK_FALSE(contains(process.output(), "tnk_"));
  ::unsetenv("NOTIFY_SOCKET");
  ::close(socket);
}

TEST_CASE("who asks is told whether the service lives, is ready, and what it is") {
  e2e::ServedApi api;
  e2e::HttpClient client{api.port()};
  CHECK(client.request("GET", "/healthz").json() == nlohmann::json{{"status", "ok"}});
  CHECK(client.request("GET", "/readyz").json() == nlohmann::json{{"status", "ready"}});
  const auto version = client.request("GET", "/version").json();
  CHECK(version["name"] == "tenantd");
  CHECK(version["version"].get<std::string>().find('.') != std::string::npos);
  CHECK(version.contains("commit"));
  CHECK(api.process().stop() == 0);
}

TEST_CASE("one more administrator's key can be had, even from a store that is being served") {
  e2e::ServedApi api;
  const auto issued =
      ServiceProcess::run_to_end(api.store().service_arguments({"--new-admin-key", "lost"}));
  CHECK(issued.status == 0);
  const auto keys = words_with_prefix(issued.output, "tna_");
  REQUIRE(keys.size() == 1);
  CHECK(keys.front() != api.administrator_key());
  CHECK(api.client(keys.front()).get("/api/tenants").status == 200);
  CHECK(api.administrator().get("/api/tenants").status == 200);
  CHECK(api.process().stop() == 0);
}

TEST_CASE("a store may be named by its URL") {
  const TemporaryFolder directory;
  const std::string url = "sqlite:" + (directory.path() / "elsewhere.db").string();
  ServiceProcess process{{"--store", url, "--no-demo"}};
  CHECK(contains(process.output(), "store: " + url + "\n"));
  CHECK(std::filesystem::exists(directory.path() / "elsewhere.db"));
  CHECK(process.stop() == 0);
}

TEST_CASE("mistakes on the command line are named and end with status 2") {
  struct Mistake {
    std::vector<std::string> arguments;
    std::string named;
  };
  for (const auto& mistake : std::vector<Mistake>{{{"--colour", "red"}, "--colour"},
                                                  {{"--port", "65536"}, "--port"},
                                                  {{"--port", "http"}, "--port"},
                                                  {{"--address", "localhost"}, "--address"},
                                                  {{"--threads", "0"}, "--threads"}}) {
    CAPTURE(mistake.named);
    const auto finished = ServiceProcess::run_to_end(mistake.arguments);
    CHECK(finished.status == 2);
    CHECK(contains(finished.log, mistake.named));
    CHECK(finished.output.empty());
  }
}

TEST_CASE("help and version go to standard output and end with status 0") {
  const auto help = ServiceProcess::run_to_end({"--help"});
  CHECK(help.status == 0);
  CHECK(contains(help.output, "--new-admin-key"));
  const auto version = ServiceProcess::run_to_end({"--version"});
  CHECK(version.status == 0);
  CHECK(version.output.starts_with("tenantd "));
}

TEST_CASE("what keeps the service from starting is said in the library's words") {
  const TemporaryFolder directory;
  const std::string missing = "sqlite:" + (directory.path() / "no" / "such" / "x.db").string();
  for (const std::string& url : {missing, std::string{"mysql://localhost"}}) {
    CAPTURE(url);
    const auto finished = ServiceProcess::run_to_end({"--store", url});
    CHECK(finished.status == 1);
    CHECK(finished.log.starts_with("tenantd: "));
    CHECK(contains(finished.log, "/"));
  }
}

TEST_CASE("a port that is taken is reported before any key is made") {
  e2e::ServedApi api;
  const TemporaryFolder directory;
  const std::string data = directory.path() / "data";
  const auto finished =
      ServiceProcess::run_to_end({"--port", std::to_string(api.port()), "--data", data});
  CHECK(finished.status == 1);
  CHECK(contains(finished.log, "cannot listen on 127.0.0.1, port " + std::to_string(api.port())));
  CHECK(contains(finished.log, "--port"));
  CHECK(finished.output.empty());
  CHECK_FALSE(std::filesystem::exists(data));
  CHECK(api.process().stop() == 0);
}

TEST_CASE("keys and bodies never reach the log") {
  e2e::ServedApi api;
  const auto tenant = api.make_tenant("acme");
  auto client = api.client(tenant);
  client.post("/api/deployments", {{"project_name", "words-of-a-body"}});
  client.get("/api/deployments/" + tenant.key);
  client.get("/api/deployments?cursor=" + tenant.key);
  api.client("tnk_wrong").get("/api/deployments");
  CHECK(api.process().stop() == 0);
  const std::string log = api.process().log();
  CHECK(contains(log, "GET /api/deployments 400 "));
  CHECK(contains(log, "tenant=" + tenant.id));
  CHECK_FALSE(contains(log, "tnk_"));
  CHECK_FALSE(contains(log, "tna_"));
  CHECK_FALSE(contains(log, "words-of-a-body"));
  CHECK_FALSE(contains(log, "cursor="));
}

}  // namespace
