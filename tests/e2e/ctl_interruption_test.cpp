#include <csignal>
#include <filesystem>
#include <string>

#include <SQLiteCpp/Database.h>
#include <doctest/doctest.h>

#include "e2e/ctl_process.hpp"

namespace {

using e2e::CtlProcess;
using e2e::CtlStore;
using Json = nlohmann::json;

/// A program that holds the store's write lock and does not let go.
class Holder {
 public:
  explicit Holder(const CtlStore& store) : raw_{store.file().string(), SQLite::OPEN_READWRITE} {
    raw_.exec("BEGIN IMMEDIATE");
  }

 private:
  SQLite::Database raw_;
};

TEST_CASE("a command that waits for others gives up in time") {
  const CtlStore store;
  store.json({"tenants", "create", "acme", "--name", "A"});
  {
    const Holder holder{store};
    const Json error = store.error(6, {"tenants", "suspend", "acme", "--timeout", "200ms"});
    CHECK(error["condition"] == "unavailable");
    CHECK(error.contains("hint"));
    // Reading waits for nobody.
    CHECK(store.json({"tenants", "show", "acme"})["status"] == "active");
  }
  CHECK(store.json({"tenants", "suspend", "acme", "--timeout", "0"})["status"] == "suspended");
}

TEST_CASE("a signal ends a command that waits, and nothing is done") {
  const CtlStore store;
  store.json({"tenants", "create", "acme", "--name", "A"});
  {
    const Holder holder{store};
    for (const int signal : {SIGINT, SIGTERM}) {
      CAPTURE(signal);
      constexpr int ended_by_signal = 128;
      CtlProcess process{store.start({"tenants", "suspend", "acme", "--timeout", "0", "--json"})};
      process.await_open(store.file());
      process.send(signal);
      const auto ended = process.finish();
      CHECK(ended.status == ended_by_signal + signal);
      CHECK(ended.output.empty());
      CHECK(ended.error()["code"] == "cancelled");
    }
  }
  CHECK(store.json({"tenants", "show", "acme"})["status"] == "active");
}

TEST_CASE("a backup that is stopped leaves nothing behind") {
  const CtlStore store;
  store.json({"tenants", "create", "acme", "--name", "A"});
  SQLite::Database{store.file().string(), SQLite::OPEN_READWRITE}.exec(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 64) "
      "INSERT INTO deployments (tenant_id, id, project_name, status, url, created_at, updated_at) "
      "SELECT tenancy_tenants.tenant_id, 'ballast' || i, 'ballast', 'active', "
      "hex(randomblob(500000)), 0, 0 FROM tenancy_tenants, n");
  const auto copy = store.folder() / "copy.db";
  auto start = store.start({"backup", copy.string()});
  start.has_terminal = true;
  CtlProcess process{start};
  process.await("%");
  process.send(SIGINT);
  const auto ended = process.finish();
  // It may have been done by then, but never half.
  CHECK((ended.status == 130 || ended.status == 0));
  CHECK(std::filesystem::exists(copy) == (ended.status == 0));
  for (const auto& each : std::filesystem::directory_iterator{store.folder()}) {
    CHECK(each.path().string().find("draft") == std::string::npos);
  }
}

}  // namespace
