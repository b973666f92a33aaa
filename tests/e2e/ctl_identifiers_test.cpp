#include <string>

#include <doctest/doctest.h>

#include "e2e/ctl_process.hpp"

namespace {

using e2e::CtlStore;
using Json = nlohmann::json;

TEST_CASE("identifiers are added, listed and removed, and each is one tenant's") {
  const CtlStore store;
  store.json({"tenants", "create", "acme", "--name", "A"});
  store.json({"tenants", "create", "globex", "--name", "G"});
  const auto none = store.run({"identifiers", "list", "acme"});
  CHECK(none.output.empty());
  CHECK(none.errors == "acme has no identifiers.\n");

  const Json before = store.json({"tenants", "show", "acme"});
  const Json after = store.json({"identifiers", "add", "acme", "domain:acme.example"});
  CHECK(after["slug"] == "acme");
  CHECK(after["version"] > before["version"]);
  CHECK(store.json({"identifiers", "list", "acme"}) ==
        Json::array({{{"kind", "domain"}, {"value", "acme.example"}}}));
  CHECK(store.run({"identifiers", "list", "acme"}).output ==
        "KIND    VALUE\ndomain  acme.example\n");
  CHECK(store.json({"tenants", "show", "domain:acme.example"})["slug"] == "acme");

  CHECK(store.error(4, {"identifiers", "add", "globex", "domain:ACME.example"})["code"] ==
        "already_exists");
  CHECK(store.error(3, {"identifiers", "remove", "globex", "domain:acme.example"})["code"] ==
        "not_found");
  store.json({"identifiers", "remove", "domain:acme.example", "domain:acme.example"});
  CHECK(store.json({"identifiers", "list", "acme"}) == Json::array());
  store.json({"identifiers", "add", "globex", "domain:acme.example"});
}

// NOLINTBEGIN(misc-misleading-bidirectional): escaped, so it turns nothing here
TEST_CASE("what is no identifier is refused") {
  const CtlStore store;
  store.json({"tenants", "create", "acme", "--name", "A"});
  for (const char* const text :
       {"domain", "domain:", ":acme", "domain:localhost", "telegram_chat:x", "Domain:acme.example",
        "x:\xe2\x80\xae", "x:\xff"}) {
    CAPTURE(text);
    CHECK(store.error(2, {"identifiers", "add", "acme", text})["condition"] == "invalid");
  }
}
// NOLINTEND(misc-misleading-bidirectional)

}  // namespace
