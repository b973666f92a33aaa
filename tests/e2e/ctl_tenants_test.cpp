#include <fstream>
#include <string>

#include <doctest/doctest.h>

#include "e2e/ctl_process.hpp"

namespace {

using e2e::CtlStart;
using e2e::CtlStore;
using Json = nlohmann::json;

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

TEST_CASE("a tenant is created with all that it has, and shown by every name of it") {
  const CtlStore store;
  const Json made =
      store.json({"tenants", "create", "acme", "--name", "Acme Corporation", "--plan", "gold",
                  "--template-version", "v7", "--metadata", R"({"seats":5})", "--workflow",
                  "intake=wf-1", "--workflow", "digest=wf-2", "--identifier", "domain:Acme.Example",
                  "--identifier", "telegram_chat:-100123"});
  CHECK(made["slug"] == "acme");
  CHECK(made["name"] == "Acme Corporation");
  CHECK(made["status"] == "active");
  CHECK(made["plan"] == "gold");
  CHECK(made["template_version"] == "v7");
  CHECK(made["metadata"] == Json{{"seats", 5}});
  CHECK(made["workflow_ids"] == Json{{"digest", "wf-2"}, {"intake", "wf-1"}});
  CHECK(made["version"].is_number_integer());
  CHECK(made["epoch"].is_number_integer());
  CHECK(made["created_at"].get<std::string>().ends_with("Z"));
  CHECK(made["identifiers"].size() == 2);

  for (const std::string& reference :
       {std::string{"acme"}, made["id"].get<std::string>(), std::string{"domain:acme.example"},
        std::string{"telegram_chat:-100123"}}) {
    CAPTURE(reference);
    const Json shown = store.json({"tenants", "show", reference});
    CHECK(shown["id"] == made["id"]);
    CHECK(shown["identifiers"][0] == Json{{"kind", "domain"}, {"value", "acme.example"}});
    CHECK(shown["metadata"] == made["metadata"]);
  }
}

TEST_CASE("people are shown a line for each thing") {
  const CtlStore store;
  const auto made = store.run({"tenants", "create", "acme", "--name", "Zoë & Söhne"});
  CHECK(made.status == 0);
  CHECK(made.errors.empty());
  const auto shown = store.run({"tenants", "show", "acme"});
  CHECK(shown.status == 0);
  CHECK(shown.output == made.output);
  CHECK(contains(shown.output, "\nSlug      acme\nName      Zoë & Söhne\nStatus    active\n"));
  CHECK(!contains(shown.output, "\x1b"));
}

TEST_CASE("metadata comes from a file or from the input") {
  const CtlStore store;
  const auto file = store.folder() / "metadata.json";
  std::ofstream{file} << R"({"from":"file"})";
  CHECK(store.json({"tenants", "create", "a", "--name", "A", "--metadata",
                    "@" + file.string()})["metadata"]["from"] == "file");
  CtlStart piped = store.start({"tenants", "update", "a", "--metadata", "-", "--json"});
  piped.input = R"({"from":"input"})";
  const auto updated = run_ctl(piped);
  CHECK(updated.status == 0);
  CHECK(updated.json()["metadata"]["from"] == "input");
  CHECK(store.json({"tenants", "update", "a", "--metadata", "{}"})["metadata"] == Json::object());

  CHECK(store.error(1, {"tenants", "update", "a", "--metadata", "@/no/such/file"})["code"] ==
        "input");
  CHECK(store.error(2, {"tenants", "update", "a", "--metadata", "@/dev/zero"})["code"] == "usage");
  CHECK(store.error(2, {"tenants", "update", "a", "--metadata", "[]"})["condition"] == "invalid");
  CHECK(store.error(2, {"tenants", "update", "a", "--metadata", "{"})["condition"] == "invalid");
}

TEST_CASE("a tenant's names and properties are changed, each alone") {
  const CtlStore store;
  store.json(
      {"tenants", "create", "acme", "--name", "Acme", "--plan", "gold", "--workflow", "a=1"});
  CHECK(store.json({"tenants", "rename", "acme", "Acme Ltd"})["name"] == "Acme Ltd");
  CHECK(store.json({"tenants", "update", "acme", "--workflow", "b=2"})["workflow_ids"] ==
        Json{{"a", "1"}, {"b", "2"}});
  CHECK(store.json({"tenants", "update", "acme", "--workflow", "a="})["workflow_ids"] ==
        Json{{"b", "2"}});
  CHECK(store.json({"tenants", "update", "acme", "--template-version", "v2"})["plan"] == "gold");
  const Json changed = store.json({"tenants", "update", "acme", "--plan", "", "--name", "Acme"});
  CHECK(changed["plan"] == "");
  CHECK(changed["name"] == "Acme");
  CHECK(changed["template_version"] == "v2");
  CHECK(store.error(2, {"tenants", "update", "acme"})["code"] == "usage");
}

TEST_CASE("a tenant goes through its life, and no further than its status allows") {
  const CtlStore store;
  CHECK(store.json({"tenants", "create", "acme", "--name", "A", "--provisioning"})["status"] ==
        "provisioning");
  CHECK(store.error(4, {"tenants", "suspend", "acme"})["code"] == "invalid_transition");
  CHECK(store.json({"tenants", "activate", "acme"})["status"] == "active");
  CHECK(store.json({"tenants", "activate", "acme"})["status"] == "active");
  CHECK(store.json({"tenants", "suspend", "acme"})["status"] == "suspended");
  CHECK(store.json({"tenants", "activate", "acme"})["status"] == "active");
  CHECK(store.json({"tenants", "deactivate", "acme"})["status"] == "inactive");
  CHECK(store.json({"tenants", "archive", "acme", "--yes"})["status"] == "archived");
  CHECK(store.json({"tenants", "archive", "acme"})["status"] == "archived");
  for (const char* const change : {"activate", "deactivate", "suspend"}) {
    CAPTURE(change);
    CHECK(store.error(4, {"tenants", change, "acme"})["code"] == "invalid_transition");
  }
  CHECK(store.error(4, {"tenants", "rename", "acme", "B"})["code"] == "invalid_transition");
  CHECK(store.error(4, {"tenants", "create", "acme", "--name", "A"})["code"] == "already_exists");
}

TEST_CASE("a change for a version is refused when there is a newer one") {
  const CtlStore store;
  const Json made = store.json({"tenants", "create", "acme", "--name", "A"});
  const std::string version = made["version"].dump();
  const Json renamed = store.json({"tenants", "rename", "acme", "B", "--if-version", version});
  CHECK(renamed["version"] > made["version"]);
  for (const std::vector<std::string>& change :
       std::vector<std::vector<std::string>>{{"rename", "acme", "C"},
                                             {"update", "acme", "--plan", "p"},
                                             {"update", "acme", "--workflow", "a=1"},
                                             {"suspend", "acme"},
                                             {"archive", "acme", "--yes"}}) {
    std::vector<std::string> arguments{"tenants"};
    arguments.insert(arguments.end(), change.begin(), change.end());
    arguments.insert(arguments.end(), {"--if-version", version});
    CHECK(store.error(4, arguments)["code"] == "version_conflict");
  }
  CHECK(store.json({"tenants", "show", "acme"})["version"] == renamed["version"]);
}

TEST_CASE("what is not there is not found") {
  const CtlStore store;
  for (const char* const reference :
       {"nobody", "tnt_0000000000001", "domain:nobody.example", "custom:nobody"}) {
    CAPTURE(reference);
    const Json error = store.error(3, {"tenants", "show", reference});
    CHECK(error["code"] == "not_found");
    CHECK(error["condition"] == "not_found");
    CHECK(!error["message"].get<std::string>().empty());
  }
  const auto told = store.run({"tenants", "show", "nobody"});
  CHECK(told.status == 3);
  CHECK(told.output.empty());
  CHECK(told.errors.starts_with("tenantctl: "));
  CHECK(contains(told.errors, "(not_found)\n"));
}

TEST_CASE("a tenant may be created with a key, which is printed this once") {
  const CtlStore store;
  const Json made =
      store.json({"tenants", "create", "acme", "--name", "A", "--issue-key", "first:admin"});
  CHECK(made["api_key"]["key"].get<std::string>().starts_with("tnk_"));
  CHECK(made["api_key"]["scope"] == "admin");
  CHECK(made["api_key"]["name"] == "first");
  CHECK(store.json({"keys", "list", "acme"})[0]["id"] == made["api_key"]["id"]);

  const auto told = store.run({"tenants", "create", "globex", "--name", "G", "--issue-key", "k"});
  CHECK(told.status == 0);
  CHECK(contains(told.output, "tnk_"));
  CHECK(!contains(told.errors, "tnk_"));
  CHECK(contains(told.errors, "only now"));
  CHECK(store.json({"keys", "list", "globex"})[0]["scope"] == "write");

  CHECK(store.error(2, {"tenants", "create", "x", "--name", "X", "--issue-key",
                        "k:all"})["condition"] == "invalid");
  CHECK(store.run({"tenants", "show", "x"}).status == 3);
}

}  // namespace
