// One table of commands on a store and on a server: what they print and how they end is the same.

#include <regex>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "e2e/ctl_process.hpp"
#include "e2e/served_api.hpp"

namespace {

using e2e::CtlResult;
using e2e::CtlStore;
using e2e::ServedApi;
using Json = nlohmann::json;

// `KEY` stands for the id of the key that was issued last.
const std::vector<std::vector<std::string>> table{
    {"tenants", "list"},
    {"tenants", "create", "acme", "--name", "Acme Corporation"},
    {"tenants", "create", "acme", "--name", "Again"},
    {"tenants", "create", "Not A Slug", "--name", "N"},
    {"tenants", "create", "www", "--name", "N"},
    {"tenants", "create", "globex", "--name", ""},
    {"tenants", "create", "globex", "--name", "a\nb"},
    {"tenants", "create", "globex", "--name", "\xff"},
    {"tenants", "create", "globex", "--name", "Zoë & Söhne", "--issue-key", "first:read"},
    {"tenants", "create", "globex", "--name", "G", "--issue-key", "first:root"},
    {"tenants", "create", "initech", "--name", "I", "--provisioning"},
    {"tenants", "show", "acme"},
    {"tenants", "show", "nobody"},
    {"tenants", "show", "tnt_0000000000001"},
    {"tenants", "show", "tnt_1"},
    {"tenants", "show", "ACME"},
    {"tenants", "show", "no-identifier:"},
    {"tenants", "rename", "acme", "Acme & Söhne?"},
    {"tenants", "rename", "nobody", "N"},
    {"tenants", "rename", "acme", ""},
    {"tenants", "update", "acme", "--plan", "gold"},
    {"tenants", "update", "acme"},
    {"tenants", "list"},
    {"tenants", "list", "--plan", "gold"},
    {"tenants", "list", "--plan", "no such & plan=1"},
    {"tenants", "list", "--search", "CORP"},
    {"tenants", "list", "--search", "hne?"},
    {"tenants", "list", "--status", "suspended"},
    {"tenants", "list", "--status", "gone"},
    {"tenants", "list", "--limit", "0"},
    {"tenants", "list", "--limit", "501"},
    {"tenants", "list", "--limit", "1"},
    {"tenants", "list", "--limit", "1", "--page", "2"},
    {"tenants", "list", "--cursor", "x"},
    {"tenants", "list", "--all"},
    {"tenants", "list", "--sort", "slug"},
    {"tenants", "list", "--sort=-slug", "--limit", "1", "--plan", "gold"},
    {"tenants", "list", "--sort=-created_at"},
    {"tenants", "list", "--sort", "name", "--page", "1"},
    {"tenants", "list", "--sort", "plan"},
    {"tenants", "list", "--created-after", "2000-01-01T01:00:00+01:00", "--sort", "updated_at"},
    {"tenants", "list", "--created-after", "2999-01-01T00:00:00Z"},
    {"tenants", "list", "--created-before", "2000-01-01T00:00:00.000001Z"},
    {"tenants", "list", "--created-before", "soon"},
    {"tenants", "suspend", "acme"},
    {"tenants", "suspend", "acme"},
    {"tenants", "deactivate", "acme"},
    {"tenants", "activate", "acme"},
    {"tenants", "activate", "nobody"},
    {"tenants", "deactivate", "acme"},
    {"tenants", "activate", "acme", "--if-version", "1"},
    {"tenants", "rename", "acme", "A", "--if-version", "1"},
    {"tenants", "activate", "acme", "--if-version", "6"},
    {"keys", "list", "acme"},
    {"keys", "issue", "acme", "--name", ""},
    {"keys", "issue", "acme", "--name", "ci", "--scope", "root"},
    {"keys", "issue", "acme", "--name", "ci", "--expires", "2000-01-01T00:00:00Z"},
    {"keys", "issue", "nobody", "--name", "ci"},
    {"keys", "issue", "acme", "--name", "ci", "--scope", "read"},
    {"keys", "issue", "acme", "--name", "late", "--expires", "2099-12-31T23:59:59Z"},
    {"keys", "list", "acme"},
    {"keys", "revoke", "acme", "nothing", "--yes"},
    {"keys", "revoke", "globex", "KEY", "--yes"},
    {"keys", "revoke", "acme", "KEY"},
    {"keys", "revoke", "acme", "KEY", "--yes"},
    {"keys", "revoke", "acme", "KEY", "--yes"},
    {"keys", "list", "acme"},
    {"quota", "show", "acme"},
    {"quota", "show", "acme", "deployments"},
    {"quota", "show", "acme", "seats"},
    {"quota", "show", "acme", "No Metric"},
    {"quota", "show", "nobody"},
    {"quota", "set", "acme", "deployments", "5"},
    {"quota", "set", "acme", "workflows", "9007199254740991"},
    {"quota", "set", "acme", "workflows", "9007199254740992"},
    {"quota", "set", "acme", "workflows", "-1"},
    {"quota", "set", "acme", "workflows", "1.5"},
    {"quota", "set", "acme", "workflows", ""},
    {"quota", "set", "acme", "executions", "0"},
    {"quota", "set", "acme", "executions", "unlimited"},
    {"quota", "set", "acme", "seats", "5"},
    {"quota", "set", "acme", "../../x", "5"},
    {"quota", "set", "nobody", "deployments", "5"},
    {"quota", "reset", "acme", "executions"},
    {"quota", "reset", "acme", "executions", "--reason", "ticket 17"},
    {"quota", "reset", "acme", "executions", "--reason", "ticket 17", "--yes"},
    {"quota", "reset", "acme", "executions", "--reason", "", "--yes"},
    {"quota", "reset", "acme", "executions", "--reason", "a\nb", "--yes"},
    {"quota", "reset", "acme", "executions", "--reason", "\xff", "--yes"},
    {"quota", "reset", "acme", "seats", "--reason", "ticket 17", "--yes"},
    {"quota", "reset", "nobody", "executions", "--reason", "ticket 17", "--yes"},
    {"quota", "show", "acme"},
    {"tenants", "suspend", "globex"},
    {"quota", "show", "globex"},
    {"quota", "set", "globex", "deployments", "5"},
    {"quota", "reset", "globex", "deployments", "--reason", "ticket 17", "--yes"},
    {"tenants", "archive", "acme"},
    {"tenants", "archive", "acme", "--yes"},
    {"tenants", "archive", "acme"},
    {"tenants", "activate", "acme"},
    {"tenants", "rename", "acme", "B"},
    {"keys", "issue", "acme", "--name", "late"},
    {"tenants", "list"},
};

/// The table, run in one place.
class Place {
 public:
  Place(std::vector<std::string> environment, bool json)
      : environment_{std::move(environment)}, json_{json} {}

  CtlResult run(std::vector<std::string> arguments) {
    for (std::string& each : arguments) {
      if (each == "KEY") {
        each = key_;
      }
    }
    const bool issues = arguments[1] == "issue";
    if (json_) {
      arguments.emplace_back("--json");
    }
    auto result = e2e::run_ctl({.arguments = std::move(arguments), .environment = environment_});
    std::smatch found;
    const std::regex key{"tnk_([0-9a-z]{16})"};
    if (issues && std::regex_search(result.output, found, key)) {
      key_ = found[1];
    }
    return result;
  }

 private:
  std::vector<std::string> environment_;
  bool json_;
  std::string key_;
};

std::string replaced(const std::string& text, const char* pattern, const char* by) {
  return std::regex_replace(text, std::regex{pattern}, by);
}

/// The text without what differs from one run to the next, and without what a server does not tell.
std::string comparable(std::string text) {
  text = replaced(text, "tnt_[0-9a-z]{13}", "TENANT");
  text = replaced(text, "tnk_[0-9a-z]+", "KEYTEXT");
  text = replaced(text, "20[0-9-]{8}T[0-9:.]+Z", "TIME");
  text = replaced(text, "\\b[0-9a-z]{16}\\b", "KEYID");
  text = replaced(text, "(cursor\":\"|--cursor )[A-Za-z0-9_-]+", "$1CURSOR");
  text = replaced(text, "(Template|Metadata) +[^\n]*\n", "");
  // Columns are as wide as what stands in them.
  text = replaced(text, "  +", "  ");
  text = replaced(text, ",?\\s*\"(template_version|epoch)\": ?[^,\n}]*", "");
  text = replaced(text, ",?\\s*\"(metadata|workflow_ids|identifiers)\": ?(\\{\\}|\\[\\])", "");
  return text;
}

/// The same of an error. What the server refuses it tells in its own words.
std::string comparable_error(const std::string& text, bool is_told_by_server) {
  std::string error = comparable(text);
  if (is_told_by_server) {
    error = replaced(error, "\"message\":\"[^\"]*\"", "");
    error = replaced(error, "tenantctl: [^\n]* \\(([a-z_]+)\\)\n", "tenantctl: ($1)\n");
    error = replaced(error, ",\"request_id\":\"[^\"]*\"", "");
    error = replaced(error, "The server's log knows it as [^\n]*\n", "");
  }
  return error;
}

void compare_everything(bool json) {
  const CtlStore store;
  ServedApi api;
  Place at_store{store.environment(), json};
  Place at_server{{"TENANTCTL_SERVER=http://127.0.0.1:" + std::to_string(api.port()),
                   "TENANTCTL_KEY=" + api.administrator_key()},
                  json};
  for (const auto& command : table) {
    std::string words;
    for (const std::string& word : command) {
      words += word + " ";
    }
    CAPTURE(words);
    const auto wanted = at_store.run(command);
    const auto got = at_server.run(command);
    CHECK(got.status == wanted.status);
    CHECK(comparable(got.output) == comparable(wanted.output));
    // What is no text at all is not sent.
    const bool is_told_by_server = got.errors.find("req_") != std::string::npos ||
                                   got.errors.find("no UTF-8") != std::string::npos;
    CHECK(comparable_error(got.errors, is_told_by_server) ==
          comparable_error(wanted.errors, is_told_by_server));
  }
  CHECK(api.process().stop() == 0);
}

TEST_CASE("commands give the same on a store and on a server, for scripts") {
  compare_everything(true);
}

TEST_CASE("commands give the same on a store and on a server, for people") {
  compare_everything(false);
}

}  // namespace
