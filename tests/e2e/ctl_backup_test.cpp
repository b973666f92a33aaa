#include <filesystem>
#include <fstream>
#include <string>

#include <doctest/doctest.h>

#include "e2e/ctl_process.hpp"

namespace {

using e2e::CtlStart;
using e2e::CtlStore;
using e2e::run_ctl;
using Json = nlohmann::json;

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

TEST_CASE("a backup holds the tenants, can be verified, and opens as a store with the keys") {
  const CtlStore store;
  store.json({"tenants", "create", "acme", "--name", "A"});
  const auto copy = store.folder() / "copy.db";
  const Json made = store.json({"backup", copy.string()});
  CHECK(made["file"] == copy.string());
  CHECK(made["tenants"] == 1);
  CHECK(made["bytes"] == std::filesystem::file_size(copy));
  CHECK(made["blake2b_256"].get<std::string>().size() == 64);
  CHECK(made["schema"]["app"] == 7);

  const Json verified = store.json({"verify", "--backup", copy.string()});
  CHECK(verified["blake2b_256"] == made["blake2b_256"]);
  CHECK(verified["tenants"] == 1);

  const auto shown = run_ctl(
      {.arguments = {"tenants", "show", "acme", "--json", "--store", "sqlite:" + copy.string(),
                     "--keys", store.file().string() + ".keys"}});
  CAPTURE(shown.errors);
  CHECK(shown.status == 0);
  CHECK(shown.json()["slug"] == "acme");
}

TEST_CASE("people are told what a backup holds and what it does not") {
  const CtlStore store;
  const auto copy = (store.folder() / "copy.db").string();
  const auto made = store.run({"backup", copy});
  CHECK(made.status == 0);
  CHECK(contains(made.output, "BLAKE2b-256"));
  CHECK(contains(made.errors, "keys are not in it"));
  CHECK(!contains(made.errors, "%"));
}

TEST_CASE("at a terminal the progress of a backup is shown") {
  const CtlStore store;
  CtlStart start = store.start({"backup", (store.folder() / "copy.db").string()});
  start.has_terminal = true;
  const auto made = run_ctl(start);
  CHECK(made.status == 0);
  CHECK(contains(made.errors, "100 %"));
  CHECK(!contains(made.output, "%"));
  start.arguments = {"backup", (store.folder() / "other.db").string(), "--json"};
  CHECK(!contains(run_ctl(start).errors, "%"));
}

TEST_CASE("no file is overwritten, and a damaged backup is no good") {
  const CtlStore store;
  const auto copy = (store.folder() / "copy.db").string();
  store.json({"backup", copy});
  CHECK(store.error(4, {"backup", copy})["code"] == "already_exists");
  CHECK(store.error(7, {"backup", "/no/such/folder/copy.db"})["code"] == "cannot_open");
  CHECK(store.error(7, {"verify", "--backup", "/no/such/file"})["code"] == "cannot_open");
  std::ofstream{copy, std::ios::binary | std::ios::in | std::ios::out}.seekp(4096) << "damage";
  CHECK(store.error(7, {"verify", "--backup", copy})["condition"] == "storage");
}

}  // namespace
