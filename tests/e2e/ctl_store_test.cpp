#include <filesystem>
#include <fstream>
#include <string>

#include <SQLiteCpp/Database.h>
#include <doctest/doctest.h>

#include "e2e/ctl_process.hpp"
#include "support/temporary_folder.hpp"

namespace {

using e2e::CtlStart;
using e2e::CtlStore;
using e2e::run_ctl;
using tenancy_test::TemporaryFolder;
using Json = nlohmann::json;

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

TEST_CASE("without a store the user is told how to name one") {
  const auto refused = run_ctl({.arguments = {"tenants", "list"}});
  CHECK(refused.status == 2);
  CHECK(contains(refused.errors, "--store"));
  CHECK(contains(refused.errors, "TENANTCTL_STORE"));
  CHECK(run_ctl({.arguments = {"tenants", "list"}, .environment = {"TENANTCTL_STORE="}}).status ==
        2);
  for (const char* const url : {"store.db", "postgres:x", "sqlite:", "sqlite::memory:"}) {
    CAPTURE(url);
    CHECK(run_ctl({.arguments = {"tenants", "list", "--store", url}}).status == 2);
  }
}

TEST_CASE("the option outdoes the environment") {
  const CtlStore store;
  const auto listed = run_ctl({.arguments = {"tenants", "list", "--json", "--store", store.url()},
                               .environment = {"TENANTCTL_STORE=sqlite:/no/such/store.db"}});
  CHECK(listed.status == 0);
}

TEST_CASE("no command but migrate up makes a store") {
  const TemporaryFolder folder;
  const std::string url = "sqlite:" + (folder / "store.db").string();
  for (const std::vector<std::string>& command :
       std::vector<std::vector<std::string>>{{"tenants", "list"},
                                             {"tenants", "create", "acme", "--name", "A"},
                                             {"keys", "issue", "acme", "--name", "k"},
                                             {"admin-keys", "issue", "--name", "k"},
                                             {"backup", (folder / "copy.db").string()}}) {
    std::vector<std::string> all = command;
    all.insert(all.end(), {"--store", url, "--json"});
    const auto refused = run_ctl({.arguments = all});
    CHECK(refused.status == 7);
    CHECK(refused.error()["condition"] == "storage");
    CHECK(std::filesystem::is_empty(folder.path()));
  }
}

TEST_CASE("what is no store of this program is refused and not changed") {
  const TemporaryFolder folder;
  const auto file = folder / "store.db";
  std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_all);
  const auto run = [&] {
    return run_ctl(
        {.arguments = {"tenants", "list", "--json", "--store", "sqlite:" + file.string()}});
  };
  std::ofstream{file} << "this is no database, and long enough to be looked at as one ............"
                         "...........................................................";
  std::filesystem::permissions(
      file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  CHECK(run().status == 7);
  std::filesystem::remove(file);
  SQLite::Database{file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE}.exec(
      "CREATE TABLE theirs (x); PRAGMA application_id = 77");
  std::filesystem::permissions(
      file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  const auto foreign = run();
  CHECK(foreign.status == 7);
  CHECK(foreign.error()["code"] == "foreign_store");
}

TEST_CASE("the keys may lie elsewhere, and none are made for a store that has some") {
  const CtlStore store;
  store.json({"tenants", "create", "acme", "--name", "A"});
  const auto keys = store.folder() / "elsewhere.keys";
  CHECK(store.error(7, {"tenants", "list", "--keys", keys.string()})["code"] ==
        "key_ring_unavailable");
  CHECK(!std::filesystem::exists(keys));
  std::filesystem::rename(store.file().string() + ".keys", keys);
  CHECK(store.error(7, {"tenants", "list"})["condition"] == "crypto");
  CHECK(store.json({"tenants", "list", "--keys", keys.string()}).size() == 1);
  CtlStart start = store.start({"tenants", "list", "--json"});
  start.environment.push_back("TENANTCTL_KEYS=" + keys.string());
  CHECK(run_ctl(start).status == 0);
}

TEST_CASE("output that gets lost is a failure") {
  const CtlStore store;
  store.json({"tenants", "create", "acme", "--name", "A"});
  for (const char* const redirection : {">/dev/full", ">&-"}) {
    CAPTURE(redirection);
    CtlStart start = store.start({"tenants", "list"});
    start.redirections = redirection;
    const auto lost = run_ctl(start);
    CHECK(lost.status == 1);
    CHECK(contains(lost.errors, "(output)"));
    start.arguments = {"--help"};
    CHECK(run_ctl(start).status == 1);
  }
}

TEST_CASE("a program that is started without its streams writes into none of its files") {
  const CtlStore store;
  store.json({"tenants", "create", "acme", "--name", "A"});
  CtlStart start = store.start({"tenants", "rename", "acme", "B"});
  start.redirections = "<&- >&- 2>&-";
  CHECK(run_ctl(start).status == 1);
  CHECK(store.json({"tenants", "show", "acme"})["name"] == "B");
  store.json({"backup", (store.folder() / "copy.db").string()});
}

}  // namespace
