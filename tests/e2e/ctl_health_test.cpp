#include <string>

#include <doctest/doctest.h>

#include "e2e/ctl_process.hpp"

namespace {

using e2e::CtlStore;
using Json = nlohmann::json;

TEST_CASE("a store that is well says so, check by check") {
  const CtlStore store;
  const Json report = store.json({"health"});
  // The disk of whoever runs the tests may be nearly full.
  CHECK(report["state"] != "failed");
  CHECK(report["checks"].size() == 6);
  CHECK(report["checks"][0]["name"] == "store");
  CHECK(report["checks"][0]["state"] == "ok");
  CHECK(report["checked_at"].get<std::string>().ends_with("Z"));
  CHECK(store.json({"health", "--read-only"})["checks"].size() == 6);
  const auto table = store.run({"health"});
  CHECK(table.status == 0);
  CHECK(table.output.starts_with("CHECK   STATE"));
  CHECK(table.output.find("\nstore   ok ") != std::string::npos);
}

TEST_CASE("a finding is in the report and in the exit status") {
  const CtlStore store;
  // Nobody has as much room as the limit that is asked for here.
  const auto strict = store.run({"health", "--low-disk-bytes", "9223372036854775807", "--json"});
  CHECK(strict.status == 0);
  CHECK(strict.json()["state"] == "warning");
  const auto failed =
      store.run({"health", "--low-disk-bytes", "9223372036854775807", "--strict", "--json"});
  CHECK(failed.status == 8);
  CHECK(failed.json()["state"] == "warning");
  CHECK(failed.error()["code"] == "findings");
  const auto full = store.run({"health", "--full-disk-bytes", "9223372036854775807",
                               "--low-disk-bytes", "9223372036854775807"});
  CHECK(full.status == 8);
  CHECK(full.output.find("\ndisk    failed") != std::string::npos);
}

}  // namespace
