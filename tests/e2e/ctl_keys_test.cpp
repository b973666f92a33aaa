#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "e2e/ctl_process.hpp"

namespace {

using e2e::CtlStore;
using Json = nlohmann::json;

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

TEST_CASE("a key is printed once: alone to the output, with everything else beside it") {
  const CtlStore store;
  store.json({"tenants", "create", "acme", "--name", "A"});
  const auto issued = store.run({"keys", "issue", "acme", "--name", "ci", "--scope", "read"});
  CHECK(issued.status == 0);
  CHECK(issued.output.starts_with("tnk_"));
  CHECK(issued.output.find('\n') == issued.output.size() - 1);
  CHECK(contains(issued.errors, "only now"));
  CHECK(!contains(issued.errors, "tnk_"));

  const auto listed = store.run({"keys", "list", "acme"});
  CHECK(listed.output.starts_with("ID "));
  CHECK(contains(listed.output, "  ci    read   active  20"));
  CHECK(!contains(listed.output, "tnk_"));
  const Json key = store.json({"keys", "list", "acme"}).at(0);
  CHECK(key["name"] == "ci");
  CHECK(key["scope"] == "read");
  CHECK(key["state"] == "active");
  CHECK(key["expires_at"].is_null());
  CHECK(key["revoked_at"].is_null());
  CHECK(key["last_used_at"].is_null());
  CHECK(!key.contains("key"));
  CHECK(contains(issued.output, key["id"].get<std::string>()));
}

TEST_CASE("a key expires when it is told to") {
  const CtlStore store;
  store.json({"tenants", "create", "acme", "--name", "A"});
  const Json key = store.json({"keys", "issue", "acme", "--name", "k", "--expires", "30d"});
  CHECK(key["key"].get<std::string>().starts_with("tnk_"));
  CHECK(key["expires_at"] > key["created_at"]);
  const std::string id = key["id"];
  CHECK(store.json({"keys", "expire", "acme", id, "2099-12-31T23:59:59Z"})["expires_at"] ==
        "2099-12-31T23:59:59.000000Z");
  CHECK(store.json({"keys", "expire", "acme", id, "never"})["expires_at"].is_null());
  CHECK(store.json({"keys", "expire", "acme", id, "now"})["state"] == "expired");
  CHECK(store.error(2, {"keys", "issue", "acme", "--name", "k", "--expires",
                        "2000-01-01T00:00:00Z"})["condition"] == "invalid");
  CHECK(store.error(2, {"keys", "issue", "acme", "--name", "k", "--expires", "soon"})["code"] ==
        "usage");
}

TEST_CASE("a key is revoked for good, and only its own tenant's") {
  const CtlStore store;
  store.json({"tenants", "create", "acme", "--name", "A"});
  store.json({"tenants", "create", "globex", "--name", "G"});
  const std::string id = store.json({"keys", "issue", "acme", "--name", "k"})["id"];
  CHECK(store.error(3, {"keys", "revoke", "globex", id, "--yes"})["code"] == "not_found");
  CHECK(store.error(3, {"keys", "expire", "globex", id, "now"})["code"] == "not_found");
  CHECK(store.error(3, {"keys", "revoke", "acme", "nothing", "--yes"})["code"] == "not_found");
  CHECK(store.error(5, {"keys", "revoke", "acme", id})["code"] == "not_confirmed");
  CHECK(store.json({"keys", "list", "acme"})[0]["state"] == "active");
  CHECK(store.json({"keys", "revoke", "acme", id, "--yes"})["state"] == "revoked");
  // There is nothing left to ask about.
  CHECK(store.json({"keys", "revoke", "acme", id})["state"] == "revoked");
  CHECK(store.error(4, {"keys", "expire", "acme", id, "never"})["code"] == "invalid_transition");
}

TEST_CASE("more keys than fit into a page are listed to the end, and each is found") {
  const CtlStore store;
  store.json({"tenants", "create", "acme", "--name", "A"});
  const std::string oldest = store.json({"keys", "issue", "acme", "--name", "k"})["id"];
  {
    // Issuing them one by one would take a process each.
    std::string columns;
    std::string values;
    for (const std::string& name : store.place().columns_of("tenancy_api_keys")) {
      columns += (columns.empty() ? "" : ", ") + name;
      values += values.empty() ? "" : ", ";
      values += name == "key_id"       ? "'k' || n"
                : name == "created_at" ? "created_at + n / 3 + 1"
                                       : name;
    }
    store.place().run_raw(
        "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers "
        "WHERE n < 999) INSERT INTO tenancy_api_keys (" +
        columns + ") SELECT " + values + " FROM tenancy_api_keys, numbers");
  }
  const Json listed = store.json({"keys", "list", "acme"});
  REQUIRE(listed.size() == 1'000);
  CHECK(listed.back()["id"] == oldest);
  CHECK(store.json({"keys", "revoke", "acme", oldest, "--yes"})["state"] == "revoked");
}

TEST_CASE("what is no name and no scope is refused") {
  const CtlStore store;
  store.json({"tenants", "create", "acme", "--name", "A"});
  CHECK(store.error(2, {"keys", "issue", "acme", "--name", ""})["condition"] == "invalid");
  CHECK(store.error(2, {"keys", "issue", "acme", "--name", std::string(101, 'x')})["condition"] ==
        "invalid");
  CHECK(store.error(2, {"keys", "issue", "acme", "--name", "k", "--scope", "all"})["condition"] ==
        "invalid");
  CHECK(store.error(2, {"keys", "issue", "acme"})["code"] == "usage");
  CHECK(store.error(3, {"keys", "issue", "nobody", "--name", "k"})["code"] == "not_found");
  CHECK(store.json({"keys", "list", "acme"}) == Json::array());
}

TEST_CASE("administrators get keys, too") {
  const CtlStore store;
  const auto issued = store.run({"admin-keys", "issue", "--name", "ops"});
  CHECK(issued.status == 0);
  CHECK(issued.output.starts_with("tna_"));
  const Json json = store.json({"admin-keys", "issue", "--name", "ops"});
  CHECK(json["key"].get<std::string>().starts_with("tna_"));
  CHECK(json["name"] == "ops");
  CHECK(store.error(2, {"admin-keys", "issue", "--name", ""})["condition"] == "invalid");
}

}  // namespace
