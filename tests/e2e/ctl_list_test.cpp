#include <algorithm>
#include <set>
#include <string>

#include <doctest/doctest.h>

#include "e2e/ctl_process.hpp"

namespace {

using e2e::CtlStore;
using Json = nlohmann::json;

/// The notice of `--json`.
Json notice(const e2e::CtlResult& result) { return Json::parse(result.errors).at("notice"); }

TEST_CASE("tenants are listed newest first, in a table for people") {
  const CtlStore store;
  const auto none = store.run({"tenants", "list"});
  CHECK(none.status == 0);
  CHECK(none.output.empty());
  CHECK(none.errors == "No tenants.\n");
  CHECK(store.json({"tenants", "list"}) == Json::array());

  store.json({"tenants", "create", "acme", "--name", "会社", "--plan", "gold"});
  const std::string id = store.json({"tenants", "create", "globex", "--name", "Globex"})["id"];
  const auto listed = store.run({"tenants", "list"});
  CHECK(listed.status == 0);
  CHECK(listed.errors.empty());
  CHECK(listed.output.starts_with("ID                 SLUG    NAME    STATUS  PLAN  CREATED\n" +
                                  id + "  globex  Globex  active  -     20"));
  CHECK(listed.output.find("  acme    会社    active  gold  20") != std::string::npos);
  const Json oldest = store.json({"tenants", "list", "--sort", "created_at"});
  CHECK(oldest.at(0)["slug"] == "acme");
  CHECK(oldest.at(1)["slug"] == "globex");
}

TEST_CASE("a list shows those that fit everything that is asked for") {
  const CtlStore store;
  store.json({"tenants", "create", "acme", "--name", "Acme", "--plan", "gold"});
  store.json({"tenants", "create", "globex", "--name", "Globex", "--plan", "gold"});
  store.json(
      {"tenants", "create", "initech", "--name", "100% Initech", "--template-version", "v2"});
  store.json({"tenants", "suspend", "globex"});
  const auto slugs = [&](std::vector<std::string> filter) {
    filter.insert(filter.begin(), {"tenants", "list"});
    std::set<std::string> found;
    for (const Json& tenant : store.json(filter)) {
      found.insert(tenant["slug"]);
    }
    return found;
  };
  using Slugs = std::set<std::string>;
  CHECK(slugs({"--plan", "gold"}) == Slugs{"acme", "globex"});
  CHECK(slugs({"--plan", "gold", "--status", "active"}) == Slugs{"acme"});
  CHECK(slugs({"--status", "archived"}) == Slugs{});
  CHECK(slugs({"--search", "GLOB"}) == Slugs{"globex"});
  CHECK(slugs({"--search", "%"}) == Slugs{"initech"});
  CHECK(slugs({"--template-version", "v2"}) == Slugs{"initech"});
  CHECK(slugs({"--created-before", "2000-01-01T00:00:00Z"}) == Slugs{});
  CHECK(slugs({"--created-after", "2000-01-01T00:00:00Z"}).size() == 3);
  CHECK(store.error(2, {"tenants", "list", "--status", "gone"})["condition"] == "invalid");
  CHECK(store.error(2, {"tenants", "list", "--created-after", "today"})["code"] ==
        "invalid_timestamp");
}

TEST_CASE("a list is sorted by what is asked for, page after page") {
  const CtlStore store;
  for (const auto& [slug, name] :
       {std::pair{"b", "Two"}, std::pair{"c", "one"}, std::pair{"a", "Zero"}}) {
    store.json({"tenants", "create", slug, "--name", name});
  }
  store.json({"tenants", "update", "b", "--plan", "gold"});
  const auto sorted = [&](const std::string& sort) {
    std::string slugs;
    for (const Json& tenant : store.json({"tenants", "list", "--all", "--sort=" + sort})) {
      slugs += tenant["slug"].get<std::string>();
    }
    return slugs;
  };
  CHECK(sorted("created_at") == "bca");
  CHECK(sorted("-created_at") == "acb");
  CHECK(sorted("updated_at") == "cab");
  CHECK(sorted("-slug") == "cba");
  CHECK(sorted("name") == "bac");
  CHECK(sorted("-name") == "cab");

  const auto first = store.run({"tenants", "list", "--sort", "-name", "--limit", "2", "--json"});
  const std::string cursor = notice(first)["next_cursor"];
  const auto rest =
      store.json({"tenants", "list", "--sort", "-name", "--limit", "2", "--cursor", cursor});
  REQUIRE(rest.size() == 1);
  CHECK(rest.at(0)["slug"] == "b");
  CHECK(store.error(2, {"tenants", "list", "--sort", "name", "--cursor", cursor})["code"] ==
        "invalid_cursor");
  for (const char* const wrong : {"", "-", "plan", "name,slug"}) {
    CHECK(store.error(2, {"tenants", "list", std::string{"--sort="} + wrong})["condition"] ==
          "invalid");
  }
}

TEST_CASE("a list goes on by cursors, by pages, or to its end") {
  const CtlStore store;
  for (int i = 0; i < 5; ++i) {
    store.json({"tenants", "create", "t" + std::to_string(i), "--name", "T"});
  }
  std::set<std::string> seen;
  std::vector<std::string> arguments{"tenants", "list", "--limit", "2", "--json"};
  int pages = 0;
  while (true) {
    const auto page = store.run(arguments);
    REQUIRE(page.status == 0);
    ++pages;
    for (const Json& tenant : page.json()) {
      CHECK(seen.insert(tenant["slug"]).second);
    }
    if (page.errors.empty()) {
      break;
    }
    arguments = {"tenants",
                 "list",
                 "--limit",
                 "2",
                 "--json",
                 "--cursor",
                 notice(page)["next_cursor"].get<std::string>()};
  }
  CHECK(pages == 3);
  CHECK(seen.size() == 5);
  const auto other = store.run({"tenants", "list", "--cursor", arguments.back(), "--plan", "x"});
  CHECK(other.status == 2);
  CHECK(store.error(2, {"tenants", "list", "--cursor", "x"})["code"] == "invalid_cursor");

  const auto second = store.run({"tenants", "list", "--limit", "2", "--page", "2", "--json"});
  CHECK(second.json().size() == 2);
  CHECK(notice(second)["total"] == 5);
  CHECK(notice(second)["total_pages"] == 3);

  CHECK(store.json({"tenants", "list", "--all"}).size() == 5);
  for (const std::vector<std::string>& wrong :
       std::vector<std::vector<std::string>>{{"--all", "--limit", "2"},
                                             {"--all", "--page", "1"},
                                             {"--page", "1", "--cursor", "x"},
                                             {"--limit", "0"},
                                             {"--limit", "501"},
                                             {"--limit", "many"},
                                             {"--page", "0"}}) {
    std::vector<std::string> all{"tenants", "list"};
    all.insert(all.end(), wrong.begin(), wrong.end());
    CHECK(store.error(2, all)["condition"] == "invalid");
  }
}

TEST_CASE("more tenants than fit into a page are read to the end") {
  const CtlStore store;
  const Json made = store.json({"tenants", "create", "model", "--name", "Model"});
  {
    // Creating them one by one would take a process each.
    std::string columns;
    std::string values;
    for (const std::string& name : store.place().columns_of("tenancy_tenants")) {
      columns += (columns.empty() ? "" : ", ") + name;
      values += values.empty() ? "" : ", ";
      values += name == "tenant_id" ? "n" : name == "slug" ? "'t' || n" : name;
    }
    store.place().run_raw(
        "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers "
        "WHERE n < 1200) INSERT INTO tenancy_tenants (" +
        columns + ") SELECT " + values + " FROM tenancy_tenants, numbers");
  }
  const auto json = store.run({"tenants", "list", "--all", "--json"});
  CHECK(json.status == 0);
  CHECK(json.errors.empty());
  CHECK(json.json().size() == 1201);
  const auto table = store.run({"tenants", "list", "--all"});
  CHECK(std::count(table.output.begin(), table.output.end(), '\n') == 1202);
}

}  // namespace
