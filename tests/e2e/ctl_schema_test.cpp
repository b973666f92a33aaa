#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

#include <SQLiteCpp/Database.h>
#include <doctest/doctest.h>

#include "tenancy/migrate/schema_policy.hpp"

#include "e2e/ctl_process.hpp"
#include "support/temporary_folder.hpp"

namespace {

using e2e::CtlProcess;
using e2e::CtlResult;
using e2e::CtlStart;
using e2e::CtlStore;
using e2e::run_ctl;
using tenancy_test::TemporaryFolder;
using Json = nlohmann::json;

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

std::string content(const std::filesystem::path& file) {
  std::ifstream stream{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{stream}, std::istreambuf_iterator<char>{}};
}

/// A store that is yet to be made, from a folder of steps.
class Host {
 public:
  Host() {
    std::filesystem::create_directory(folder_ / "steps");
    step("0001_create_notes.sql", table("notes"));
  }

  void step(const std::string& name, const std::string& sql) const {
    std::ofstream{folder_ / "steps" / name} << sql;
  }
  static std::string table(const std::string& name) {
    return "CREATE TABLE " + name +
           " (tenant_id INTEGER NOT NULL REFERENCES tenancy_tenants, id TEXT NOT NULL, "
           "PRIMARY KEY (tenant_id, id)) STRICT, WITHOUT ROWID";
  }

  [[nodiscard]] std::filesystem::path file() const { return folder_ / "store.db"; }
  [[nodiscard]] CtlStart start(std::vector<std::string> arguments) const {
    return {.arguments = std::move(arguments),
            .environment = {"TENANTCTL_STORE=sqlite:" + file().string(),
                            "TENANTCTL_MIGRATIONS=" + (folder_ / "steps").string()}};
  }
  [[nodiscard]] CtlResult run(std::vector<std::string> arguments) const {
    return run_ctl(start(std::move(arguments)));
  }
  /// What a command prints with `--json` that ends with the status.
  Json json(int status, std::vector<std::string> arguments) const {
    arguments.emplace_back("--json");
    const auto result = run(std::move(arguments));
    if (result.status != status) {
      throw std::runtime_error{"status " + std::to_string(result.status) + ": " + result.errors};
    }
    return result.json();
  }

 private:
  TemporaryFolder folder_;
};

/// The states of the host's steps.
Json states(const Json& steps) {
  Json found = Json::array();
  for (const Json& step : steps) {
    if (step["component"] == "app") {
      found.push_back(step["state"]);
    }
  }
  return found;
}

TEST_CASE("a store is made and brought up to date by migrate up alone") {
  const Host host;
  CHECK(states(host.json(0, {"migrate", "status"})) == Json{"pending"});
  CHECK(!std::filesystem::exists(host.file()));
  const Json first = host.json(0, {"migrate", "up"});
  REQUIRE(!first.empty());
  CHECK(first.back()["name"] == "create_notes");
  CHECK(first.back()["version"] == 1);
  CHECK(states(host.json(0, {"migrate", "status"})) == Json{"applied"});
  const auto again = host.run({"migrate", "up"});
  CHECK(again.status == 0);
  CHECK(again.output.empty());
  CHECK(again.errors == "All steps were applied before.\n");
  CHECK(host.json(0, {"migrate", "up"}) == Json::array());

  host.step("0002_create_tags.sql", Host::table("tags"));
  CHECK(states(host.json(0, {"migrate", "status"})) == Json{"applied", "pending"});
  const auto refused = host.run({"tenants", "list", "--json"});
  CHECK(refused.status == 7);
  CHECK(refused.error()["code"] == "schema_mismatch");
  CHECK(contains(refused.error()["hint"].get<std::string>(), "migrate up"));
  CHECK(host.run({"migrate", "up"}).status == 5);
  CHECK(host.run({"tenants", "list"}).status == 7);
  const Json second = host.json(0, {"migrate", "up", "--yes"});
  REQUIRE(second.size() == 1);
  CHECK(second.at(0)["version"] == 2);
  CHECK(host.run({"tenants", "list"}).status == 0);
}

TEST_CASE("at a terminal migrate up asks") {
  const Host host;
  host.json(0, {"migrate", "up"});
  host.step("0002_create_tags.sql", Host::table("tags"));
  CtlStart start = host.start({"migrate", "up"});
  start.has_terminal = true;
  CtlProcess process{start};
  process.await("1 step will be applied");
  process.await(" to go on: ");
  process.type("yes\n");
  const auto done = process.finish();
  CHECK(done.status == 0);
  CHECK(contains(done.output, "create_tags"));
}

TEST_CASE("a dry run tells what would happen and changes not a byte") {
  const Host host;
  host.json(0, {"migrate", "up"});
  host.step("0002_create_tags.sql", Host::table("tags"));
  const std::string before = content(host.file());
  const Json tried = host.json(0, {"migrate", "dry-run"});
  REQUIRE(tried.size() == 1);
  CHECK(tried[0]["outcome"] == "succeeded");
  host.step("0003_fail.sql", "CREATE TABLE notes (x)");
  host.step("0004_create_more.sql", Host::table("more"));
  const Json failing = host.json(8, {"migrate", "dry-run"});
  CHECK(failing.at(0)["outcome"] == "succeeded");
  CHECK(failing.at(1)["outcome"] == "failed");
  CHECK(failing.at(2)["outcome"] == "not run");
  CHECK(contains(host.run({"migrate", "dry-run"}).errors, "0003_fail.sql"));
  CHECK(content(host.file()) == before);

  // Those before the one that fails stay applied, and are told.
  const auto stopped = host.run({"migrate", "up", "--yes", "--json"});
  CHECK(stopped.status == 7);
  CHECK(stopped.json().size() == 1);
  CHECK(stopped.error()["code"] == "migration_failed");
  CHECK(states(host.json(0, {"migrate", "status"})) ==
        Json{"applied", "applied", "pending", "pending"});
}

TEST_CASE("steps that were edited are findings of the status, and refused by the rest") {
  const Host host;
  host.json(0, {"migrate", "up"});
  host.step("0001_create_notes.sql", Host::table("notes") + " -- edited");
  CHECK(states(host.json(8, {"migrate", "status"})) == Json{"edited"});
  CHECK(host.run({"migrate", "up", "--yes"}).status == 7);
  CHECK(host.run({"tenants", "list"}).status == 7);
  // The service's own steps are others.
  const auto other = run_ctl({.arguments = {"tenants", "list"},
                              .environment = {"TENANTCTL_STORE=sqlite:" + host.file().string()}});
  CHECK(other.status == 7);
}

TEST_CASE("a folder of steps that cannot be read is told apart from an empty one") {
  const TemporaryFolder folder;
  const std::string url = "sqlite:" + (folder / "store.db").string();
  const auto refused = run_ctl({.arguments = {"migrate", "up", "--store", url, "--migrations",
                                              (folder / "nothing").string(), "--json"}});
  CHECK(refused.status == 7);
  CHECK(refused.error()["code"] == "cannot_open");
  CHECK(std::filesystem::is_empty(folder.path()));
}

TEST_CASE("a schema that keeps tenants apart is verified, table by table") {
  const CtlStore store;
  const Json report = store.json({"verify"});
  CHECK(report["safe"] == true);
  CHECK(report["findings"] == Json::array());
  bool is_listed = false;
  for (const Json& table : report["tables"]) {
    is_listed = is_listed || table == Json{{"name", "deployments"}, {"kind", "tenant"}};
  }
  CHECK(is_listed);
  const auto table = store.run({"verify", "--strict"});
  CHECK(table.status == 0);
  CHECK(contains(table.output, "\ndeployments "));
}

TEST_CASE("a table that does not keep tenants apart is a finding, and opens to nobody") {
  const CtlStore store;
  SQLite::Database{store.file().string(), SQLite::OPEN_READWRITE}.exec(
      "CREATE TABLE leaky (tenant_id INTEGER NOT NULL REFERENCES tenancy_tenants, id TEXT PRIMARY "
      "KEY, name TEXT UNIQUE) STRICT");
  const auto found = store.run({"verify", "--json"});
  CHECK(found.status == 8);
  CHECK(found.json()["safe"] == false);
  const Json finding = found.json()["findings"][0];
  CHECK(finding["object"] == "leaky");
  CHECK(finding["rule"] == "primary_key");
  CHECK(finding["severity"] == "refused");
  CHECK(finding["columns"] == Json{"id"});
  CHECK(contains(finding["message"].get<std::string>(), "tenants share its values"));
  CHECK(finding["remedy"]["kind"] == "sql");
  CHECK(found.error()["code"] == "findings");

  const auto text = store.run({"verify"});
  CHECK(text.status == 8);
  CHECK(contains(text.output, "leaky (primary_key, unique_key), by sql:\n"));
  CHECK(contains(text.output, "  PRIMARY KEY (\"tenant_id\", \"id\")"));
  CHECK(contains(text.errors, "The schema does not keep tenants apart."));

  // All other commands refuse it, and say which table it is and why.
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"tenants", "list"},
        {"tenants", "show", "acme"},
        {"keys", "list", "acme"},
        {"backup", (store.file().parent_path() / "copy.db").string()}}) {
    const auto error = store.error(7, command);
    CHECK(error["code"] == "unsafe_schema");
    CHECK(contains(error["message"].get<std::string>(), "the primary key of 'leaky'"));
    CHECK(contains(error["hint"].get<std::string>(), "tenantctl verify"));
  }

  // What it says mends it.
  SQLite::Database{store.file().string(), SQLite::OPEN_READWRITE}.exec(
      finding["remedy"]["text"].get<std::string>());
  CHECK(store.json({"verify"})["safe"] == true);
  CHECK(store.run({"tenants", "list"}).status == 0);
}

TEST_CASE("a view that nobody listed is told with the hash to list it by") {
  const CtlStore store;
  SQLite::Database{store.file().string(), SQLite::OPEN_READWRITE}.exec(
      "CREATE VIEW leak AS SELECT * FROM deployments");
  const auto found = store.run({"verify", "--json"});
  CHECK(found.status == 8);
  const Json finding = found.json()["findings"][0];
  CHECK(finding["rule"] == "listed_view");
  CHECK(finding["remedy"]["kind"] == "policy");
  CHECK(contains(finding["remedy"]["text"].get<std::string>(),
                 "{\"leak\", \"" +
                     tenancy::schema_text_hash("CREATE VIEW leak AS SELECT * FROM deployments") +
                     "\"}"));
}

TEST_CASE("nothing is verified where there is no store") {
  const TemporaryFolder folder;
  const auto refused = run_ctl(
      {.arguments = {"verify", "--store", "sqlite:" + (folder / "store.db").string(), "--json"}});
  CHECK(refused.status == 7);
  CHECK(refused.error()["code"] == "cannot_open");
}

}  // namespace
