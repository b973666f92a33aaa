#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "e2e/ctl_process.hpp"

namespace {

using e2e::CtlStore;
using e2e::run_ctl;
using Json = nlohmann::json;

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

TEST_CASE("the help names every command, and every exit status") {
  const auto help = run_ctl({.arguments = {"--help"}});
  CHECK(help.status == 0);
  CHECK(help.errors.empty());
  for (const char* const part :
       {"tenants", "identifiers", "keys", "admin-keys", "migrate", "verify", "backup", "health",
        "--store", "--json", "Exit status:", "\n  5  not confirmed\n", "\n  9  "}) {
    CAPTURE(part);
    CHECK(contains(help.output, part));
  }
  const auto of_group = run_ctl({.arguments = {"tenants", "--help"}});
  CHECK(of_group.status == 0);
  for (const char* const part : {"create", "list", "show", "rename", "update", "activate",
                                 "deactivate", "suspend", "archive"}) {
    CAPTURE(part);
    CHECK(contains(of_group.output, part));
  }
  CHECK(contains(run_ctl({.arguments = {"tenants", "create", "--help"}}).output, "--metadata"));
  CHECK(run_ctl({.arguments = {"--version"}}).output.starts_with("tenantctl "));
}

TEST_CASE("a wrong command line is told apart from everything else") {
  const CtlStore store;
  for (const std::vector<std::string>& wrong : std::vector<std::vector<std::string>>{
           {},
           {"tenants"},
           {"tenant"},
           {"tenants", "create"},
           {"tenants", "create", "acme"},
           {"tenants", "create", "acme", "--name"},
           {"tenants", "show"},
           {"tenants", "show", "acme", "globex"},
           {"tenants", "rename", "acme"},
           {"tenants", "show", "acme", "--if-version", "1"},
           {"tenants", "suspend", "acme", "--if-version", "one"},
           {"tenants", "suspend", "acme", "--if-version", "99999999999999999999"},
           {"tenants", "list", "--no-such-option"},
           {"tenants", "list", "--timeout", "soon"},
           {"tenants", "list", "--timeout", "-1s"},
           {"tenants", "show", "Acme"},
           {"tenants", "show", ""},
           {"tenants", "show", "tnt_1"},
           {"tenants", "show", "--", "-acme"},
           {"tenants", "create", "acme", "--name", "A", "--workflow", "x"},
           {"tenants", "create", "acme", "--name", "A", "--identifier", "x"},
           {"keys", "issue", "acme"},
           {"backup"}}) {
    const auto refused = store.run(wrong);
    CAPTURE(refused.errors);
    CHECK(refused.status == 2);
    CHECK(refused.output.empty());
    CHECK(refused.errors.starts_with("tenantctl: "));
    std::vector<std::string> with_json{"--json"};
    with_json.insert(with_json.end(), wrong.begin(), wrong.end());
    const auto told = store.run(with_json);
    CHECK(told.status == 2);
    CHECK(told.output.empty());
    CHECK(told.error()["condition"] == "invalid");
  }
  CHECK(store.json({"tenants", "list"}) == Json::array());
}

TEST_CASE("what was meant as the value of an option that does not exist is not told again") {
  const CtlStore store;
  const std::string secret = "tna_7g2m4k8x1v5q9r3t0123456789abcdefghjkmnpqrstvwxyz0123456";
  for (const std::vector<std::string>& wrong :
       std::vector<std::vector<std::string>>{{"--key", secret, "tenants", "list"},
                                             {"tenants", "--key", secret, "list"},
                                             {"tenants", "list", "--key", secret},
                                             {"tenants", "list", "--key=" + secret},
                                             {"tenants", "list", "-k" + secret},
                                             {"tenants", "list", "--" + secret},
                                             {"tenants", "list", secret},
                                             {"keys", "list", "acme", secret},
                                             {secret},
                                             {"tenants", secret},
                                             {"migrate", "status", "--key", "x", secret}}) {
    for (const bool json : {false, true}) {
      auto arguments = wrong;
      if (json) {
        arguments.insert(arguments.begin(), "--json");
      }
      const auto refused = store.run(arguments);
      CAPTURE(refused.errors);
      CHECK(refused.status == 2);
      CHECK_FALSE(contains(refused.output + refused.errors, secret.substr(4)));
      const bool has_name = std::ranges::any_of(
          wrong, [](const std::string& each) { return each.starts_with("--key"); });
      CHECK(contains(refused.errors, "--key") == has_name);
    }
  }
}

TEST_CASE("options stand before, between or behind the commands") {
  const CtlStore store;
  const std::string url = store.url();
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"--json", "--store", url, "tenants", "list"},
                                             {"tenants", "--json", "--store", url, "list"},
                                             {"tenants", "list", "--store=" + url, "--json"}}) {
    const auto listed = run_ctl({.arguments = arguments});
    CHECK(listed.status == 0);
    CHECK(listed.json() == Json::array());
  }
}

TEST_CASE("tenants may be called like commands") {
  const CtlStore store;
  for (const std::string slug : {"tenants", "keys", "create", "show", "list", "help", "null"}) {
    CAPTURE(slug);
    CHECK(store.json({"tenants", "create", slug, "--name", slug})["slug"] == slug);
    CHECK(store.json({"tenants", "show", slug})["name"] == slug);
    CHECK(store.json({"tenants", "rename", slug, "list"})["name"] == "list");
    CHECK(store.json({"keys", "list", slug}) == Json::array());
  }
}

TEST_CASE("texts keep what looks like syntax") {
  const CtlStore store;
  for (const std::string name : {"{}", "[a,b]", "a,b", "=", "\"quoted\"", "'; DROP TABLE x; --",
                                 "%s%n", "\\n", "@file", "$HOME", "-"}) {
    CAPTURE(name);
    static int count = 0;
    const std::string slug = "t" + std::to_string(count++);
    CHECK(store.json({"tenants", "create", slug, "--name=" + name, "--plan", "[x]", "--workflow",
                      "[a,b]=c,d"})["name"] == name);
    const Json shown = store.json({"tenants", "show", slug});
    CHECK(shown["name"] == name);
    CHECK(shown["plan"] == "[x]");
    CHECK(shown["workflow_ids"] == Json{{"[a,b]", "c,d"}});
  }
}

// NOLINTBEGIN(misc-misleading-bidirectional): escaped, so they turn nothing here
TEST_CASE(
    "look-alikes, control characters and broken texts are refused and not shown as they are") {
  const CtlStore store;
  for (const std::string slug : {"\xd0\xb0-cme", "ACME", "a_b", "xn--80ak6aa92e", "acme\n", "acme.",
                                 "-acme-", " acme", "\xff", "www", "", "\xe2\x80\xae"}) {
    CAPTURE(slug);
    const auto refused = store.run({"tenants", "create", "--name", "A", "--", slug});
    CHECK(refused.status == 2);
    CHECK(refused.output.empty());
  }
  for (const std::string name :
       {"\x1b[2J", "a\nb", "\xe2\x80\xae", "\xc2\x9b", "\xff", "\x7f", ""}) {
    CAPTURE(name);
    CHECK(store.run({"tenants", "create", "acme", "--name", name}).status == 2);
  }
  const auto steering = store.run({"tenants", "show", "--", "--\x1b[2J"});
  CHECK(steering.status == 2);
  CHECK(!contains(steering.errors, "\x1b"));
  CHECK(!contains(store.run({"ten\x1b[2Jants"}).errors, "\x1b"));
  CHECK(store.error(2, {"ten\xff\x1b[2Jants"})["code"] == "usage");
  CHECK(store.json({"tenants", "list"}) == Json::array());
}

TEST_CASE("what is stored in metadata steers no terminal") {
  const CtlStore store;
  const std::string metadata = "{\"a\":\"\xc2\x9b\xe2\x80\xae\x7f\"}";
  const auto made = store.run({"tenants", "create", "acme", "--name", "A", "--metadata", metadata});
  REQUIRE(made.status == 0);
  for (const std::string_view character : {"\xc2\x9b", "\xe2\x80\xae", "\x7f"}) {
    CHECK(!contains(made.output, character));
    CHECK(!contains(store.run({"tenants", "show", "acme", "--json"}).output, character));
  }
  CHECK(store.json({"tenants", "show", "acme"})["metadata"] == Json::parse(metadata));
}
// NOLINTEND(misc-misleading-bidirectional)

TEST_CASE("very long arguments are refused, and deep ones do no harm") {
  const CtlStore store;
  const std::string very_long(120'000, 'x');
  CHECK(store.run({"tenants", "create", very_long, "--name", "A"}).status == 2);
  CHECK(store.run({"tenants", "create", "acme", "--name", very_long}).status == 2);
  CHECK(store.run({"tenants", "show", "domain:" + very_long}).status == 2);
  CHECK(store.run({"tenants", "list", "--cursor", very_long}).status == 2);
  CHECK(store.run({"tenants", "list", "--search", very_long}).status == 2);
  CHECK(store.run({"tenants", "list", "--as", very_long}).status == 2);
  CHECK(store.run({"tenants", "list", "--timeout", very_long}).status == 2);
  CHECK(store.run({very_long}).status == 2);
  const std::string deep = R"({"a":)" + std::string(8'000, '[') + std::string(8'000, ']') + "}";
  const auto nested = store.run({"tenants", "create", "acme", "--name", "A", "--metadata", deep});
  CHECK((nested.status == 0 || nested.status == 2));
  if (nested.status == 0) {
    CHECK(store.run({"tenants", "show", "acme", "--json"}).status == 0);
  }
}

TEST_CASE("who acts is a name without control characters") {
  const CtlStore store;
  CHECK(store.json({"tenants", "list", "--as", "ops@example"}) == Json::array());
  CHECK(store.error(2, {"tenants", "list", "--as", "a\nb"})["condition"] == "invalid");
}

}  // namespace
