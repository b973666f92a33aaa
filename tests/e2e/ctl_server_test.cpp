// What tenantctl does with servers that are not what they should be, and with its key.

#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <sched.h>

#include "e2e/ctl_process.hpp"
#include "e2e/ctl_scripted_server.hpp"
#include "support/temporary_folder.hpp"

namespace {

using e2e::CtlProcess;
using e2e::CtlResult;
using e2e::CtlStart;
using e2e::http_answer;
using e2e::json_answer;
using e2e::run_ctl;
using e2e::ScriptedServer;
using Json = nlohmann::json;
using tenancy_test::TemporaryFolder;

constexpr auto id = "tnt_2zbsxx04aqvvv";
const std::string tenant =
    R"({"id":"tnt_2zbsxx04aqvvv","slug":"acme","name":"Acme","status":"active","plan":null,)"
    R"("version":1,"created_at":"2026-01-31T12:00:00.000000Z",)"
    R"("updated_at":"2026-01-31T12:00:00.000000Z"})";
const std::string shown = R"({"success":true,"data":)" + tenant + "}";
const std::string listed =
    R"({"success":true,"data":[)" + tenant + R"(],"pagination":{"page":null,"cursor":null}})";

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

CtlStart start(const std::string& url, std::vector<std::string> arguments) {
  arguments.insert(arguments.end(), {"--server", url, "--json"});
  return {.arguments = std::move(arguments), .environment = {"TENANTCTL_KEY=tna_secret"}};
}

CtlResult run(const std::string& url, std::vector<std::string> arguments) {
  return run_ctl(start(url, std::move(arguments)));
}

struct Ended {
  int status;
  std::string code;
};
bool operator==(const Ended& left, const Ended& right) {
  return left.status == right.status && left.code == right.code;
}
doctest::String toString(const Ended& ended) {
  return (std::to_string(ended.status) + " " + ended.code).c_str();
}

/// How a command ends when the server answers so.
Ended ended(const std::vector<std::string>& answers, const std::vector<std::string>& arguments) {
  const ScriptedServer server{answers};
  const auto result = run(server.url(), arguments);
  INFO(result.errors);
  CHECK(result.output.empty());
  CHECK(!contains(result.errors, "tna_secret"));
  return {result.status, result.error().at("code")};
}

const std::vector<std::string> a_read{"tenants", "show", id};
const std::vector<std::string> a_change{"tenants", "create", "acme", "--name", "A"};

std::string problem(int status, const std::string& type, const std::string& more = {}) {
  return http_answer(
      status, "application/problem+json",
      R"({"type":")" + type + R"(","title":"T","status":1,"detail":"Why.")" + more + "}",
      "X-Request-Id: req_1\r\n");
}

TEST_CASE("a server's keys are read page after page") {
  const auto page = [](const char* key, const char* cursor) {
    return json_answer(
        200, Json{{"data", Json::array({{{"id", key},
                                         {"name", "k"},
                                         {"scope", "read"},
                                         {"created_at", "2026-01-31T12:00:00Z"}}})},
                  {"pagination", {{"cursor", cursor == nullptr ? Json(nullptr) : Json(cursor)}}}}
                 .dump());
  };
  const std::string path = std::string{"GET /api/tenants/"} + id + "/api-keys?limit=500";
  {
    const ScriptedServer server{
        {json_answer(200, shown), page("a", "behind-a"), page("b", nullptr)}};
    const Json keys = run(server.url(), {"keys", "list", id}).json();
    REQUIRE(keys.size() == 2);
    CHECK(keys[0]["id"] == "a");
    CHECK(keys[1]["id"] == "b");
    REQUIRE(server.requests().size() == 3);
    CHECK(server.requests()[1].starts_with(path + " "));
    CHECK(server.requests()[2].starts_with(path + "&cursor=behind-a "));
  }
  const std::vector<std::string> revoke{"keys", "revoke", id, "b", "--yes"};
  const std::string done = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";
  const ScriptedServer server{{json_answer(200, shown), page("a", "behind-a"), page("b", nullptr),
                               done, page("a", "behind-a"), page("b", nullptr)}};
  CHECK(run(server.url(), revoke).json()["id"] == "b");
  // It is not there any more, which is not to be taken for a key that is not revoked.
  CHECK(ended({json_answer(200, shown), page("b", nullptr), done, page("a", nullptr)}, revoke) ==
        Ended{1, "answer"});
}

TEST_CASE("a server whose list has no end is not asked for ever") {
  const std::string again = json_answer(200, R"({"data":[],"pagination":{"cursor":"again"}})");
  CHECK(ended({again, again}, {"tenants", "list", "--all"}) == Ended{1, "answer"});
  CHECK(ended({json_answer(200, shown), again, again}, {"keys", "list", id}) == Ended{1, "answer"});
}

TEST_CASE("a request brings the key, and nothing of the command line") {
  const ScriptedServer server{{json_answer(200, shown)}};
  const auto result = run(server.url() + "/base/", {"tenants", "show", id});
  CHECK(result.status == 0);
  CHECK(result.json()["slug"] == "acme");
  REQUIRE(server.requests().size() == 1);
  const std::string request = server.requests().front();
  CHECK(request.starts_with("GET /base/api/tenants/tnt_2zbsxx04aqvvv HTTP/1.1\r\n"));
  CHECK(contains(request, "\r\nAuthorization: Bearer tna_secret\r\n"));
}

TEST_CASE("what stands in an argument stays within its part of the query") {
  const ScriptedServer server{{json_answer(200, listed)}};
  CHECK(run(server.url(), {"tenants", "list", "--search", "a&b=c#?/%\xc3\xab "}).status == 0);
  CHECK(server.requests().front().starts_with(
      "GET /api/tenants?limit=50&search=a%26b%3Dc%23%3F%2F%25%C3%AB%20 HTTP/1.1\r\n"));
}

TEST_CASE("problems are told as the library's errors, with the request's id") {
  const std::string ours = "urn:tenancy:error:";
  CHECK(ended({problem(404, ours + "not_found")}, a_read) == Ended{3, "not_found"});
  CHECK(ended({problem(409, ours + "already_exists")}, a_change) == Ended{4, "already_exists"});
  CHECK(ended({problem(503, ours + "overloaded")}, a_change) == Ended{6, "overloaded"});
  CHECK(ended({problem(500, ours + "commit_unknown")}, a_change) == Ended{9, "commit_unknown"});
  CHECK(ended({problem(401, ours + "invalid_credential")}, a_read) ==
        Ended{1, "invalid_credential"});
  CHECK(ended({problem(401, "about:blank")}, a_read) == Ended{1, "invalid_credential"});
  CHECK(ended({problem(403, "about:blank")}, a_read) == Ended{1, "access_denied"});
  CHECK(ended({problem(412, "about:blank")}, a_change) == Ended{4, "version_conflict"});
  CHECK(ended({problem(422, "about:blank")}, a_change) == Ended{2, "invalid_argument"});
  CHECK(ended({problem(500, "about:blank")}, a_change) == Ended{1, "internal"});
  CHECK(ended({problem(404, "about:blank")}, a_read) == Ended{1, "unsupported"});
  CHECK(ended({problem(405, "about:blank")}, a_change) == Ended{1, "unsupported"});
  CHECK(ended({problem(409, ours + "of_tomorrow")}, a_change) == Ended{4, "conflict"});

  const ScriptedServer server{
      {problem(422, "about:blank",
               R"(,"errors":[{"field":"name","problem":"is missing"},{"field":7},8,)"
               R"({"field":"plan","problem":"is unknown"}])")}};
  const Json error = run(server.url(), a_change).error();
  CHECK(error["message"] == "Why. name is missing; plan is unknown.");
  CHECK(error["request_id"] == "req_1");
}

TEST_CASE("statuses without a problem are told by what they mean") {
  CHECK(ended({http_answer(404, "text/html", "<p>")}, a_read) == Ended{1, "unsupported"});
  CHECK(ended({http_answer(503, "text/html", "<p>")}, a_change) == Ended{6, "overloaded"});
  CHECK(ended({http_answer(502, "text/html", "<p>")}, a_read) == Ended{6, "unreachable"});
  CHECK(ended({http_answer(500, "text/html", "<p>")}, a_read) == Ended{1, "server"});
  CHECK(ended({http_answer(418, "text/html", "<p>")}, a_read) == Ended{1, "server"});
  CHECK(ended({http_answer(409, "application/problem+json", "[]")}, a_change) ==
        Ended{4, "conflict"});
}

TEST_CASE("of a change that a proxy gave up on nobody knows") {
  for (const int status : {500, 502, 504, 520}) {
    CAPTURE(status);
    CHECK(ended({http_answer(status, "text/html", "<p>")}, a_change) == Ended{9, "commit_unknown"});
  }
}

TEST_CASE("no redirection is followed") {
  const ScriptedServer elsewhere{{json_answer(200, shown)}};
  for (const int status : {301, 302, 303, 307, 308}) {
    CAPTURE(status);
    const ScriptedServer server{
        {json_answer(status, "", "Location: " + elsewhere.url() + "/\x1b[2J\r\n")}};
    const auto result = run(server.url(), a_read);
    CHECK(result.status == 1);
    CHECK(result.error()["code"] == "redirection");
    CHECK(contains(result.error()["message"].get<std::string>(), elsewhere.url()));
    CHECK(!contains(result.errors, "\x1b"));
  }
  CHECK(elsewhere.requests().empty());
}

TEST_CASE("answers that are not the service's are told as such") {
  const std::string other =
      R"({"data":{"id":"tnt_2zbsxx04aqvvw","slug":"acme","name":"A","status":"active",)"
      R"("version":1,"created_at":"2026-01-31T12:00:00Z","updated_at":"2026-01-31T12:00:00Z"}})";
  for (const std::string& body :
       {std::string{}, std::string{"<html>"}, std::string{"null"}, std::string{"[]"},
        std::string{"{}"}, std::string{R"({"data":null})"}, std::string{R"({"data":[]})"},
        std::string{R"({"data":{}})"}, std::string{R"({"data":{"id":7}})"}, other,
        std::string(1'000'000, '['), R"({"data":)" + std::string(500'000, '{'),
        std::string{"\xff\xfe"}, shown.substr(0, shown.size() - 1)}) {
    CAPTURE(body.substr(0, 80));
    CHECK(ended({json_answer(200, body)}, a_read) == Ended{1, "answer"});
  }
  for (const auto& [member, value] : std::vector<std::pair<std::string, std::string>>{
           {R"("version":1)", R"("version":1.5)"},
           {R"("version":1)", R"("version":99999999999999999999)"},
           {R"("version":1)", R"("version":18446744073709551615)"},
           {R"("status":"active")", R"("status":"gone")"},
           {R"("slug":"acme")", R"("slug":"A/../b")"},
           {R"("plan":null)", R"("plan":{})"},
           {R"("plan":null)", R"("plan":null,"metadata":[])"},
           {R"("plan":null)", R"("plan":null,"workflow_ids":{"a":1})"},
           {R"("plan":null)", R"("plan":null,"epoch":"x")"},
           {R"("updated_at":"2026)", R"("updated_at":"soon)"}}) {
    const std::string& wrong = value;
    CAPTURE(wrong);
    std::string body = shown;
    body.replace(body.find(member), member.size(), value);
    CHECK(ended({json_answer(200, body)}, a_read) == Ended{1, "answer"});
    // The tenant was made, if anything can be believed.
    CHECK(ended({json_answer(201, body)}, a_change) == Ended{9, "commit_unknown"});
  }
}

TEST_CASE("no server steers the terminal of its operator") {
  // As JSON escapes them: a title, a cleared screen, and a turned direction.
  const std::string hostile = R"(\u001b]0;owned\u0007\u001b[2J\nroot\u202e)";
  std::string named = tenant;
  named.replace(named.find("Acme"), 4, hostile);
  const auto with_cursor = [&](const std::string& cursor) {
    return json_answer(
        200, R"({"data":[)" + named + R"(],"pagination":{"cursor":")" + cursor + R"("}})");
  };
  const auto issued = [&](const std::string& key_id, const std::string& key) {
    return json_answer(201, R"({"data":{"id":")" + key_id + R"(","name":")" + hostile +
                                R"(","scope":"read","created_at":"2026-01-31T12:00:00Z","key":")" +
                                key + R"("}})");
  };
  const std::string found = json_answer(200, R"({"data":)" + named + "}");
  const std::vector<std::string> issue{"keys", "issue", id, "--name", "k"};
  struct Attempt {
    std::vector<std::string> answers;
    std::vector<std::string> arguments;
    int status;
  };
  for (const auto& [answers, arguments, status] : std::vector<Attempt>{
           {{with_cursor("AQ")}, {"tenants", "list"}, 0},
           {{with_cursor(hostile)}, {"tenants", "list"}, 1},
           {{found}, {"tenants", "show", id}, 0},
           {{found}, {"tenants", "archive", id}, 5},
           {{found, issued("k1", "tnk_x")}, issue, 0},
           {{found, issued(hostile, "tnk_x")}, issue, 9},
           {{found, issued("k1", hostile)}, issue, 9},
           {{json_answer(201, R"({"data":)" + named + "}"), issued(hostile, "tnk_x")},
            {"tenants", "create", "acme", "--name", "A", "--issue-key", "k"},
            9},
           {{problem(
                403, "about:blank",
                R"(,"errors":[{"field":")" + hostile + R"(","problem":")" + hostile + R"("}])")},
            {"tenants", "list"},
            1}}) {
    for (const bool json : {false, true}) {
      const ScriptedServer server{answers};
      CtlStart start{.arguments = arguments, .environment = {"TENANTCTL_KEY=tna_secret"}};
      start.arguments.insert(start.arguments.end(), {"--server", server.url()});
      if (json) {
        start.arguments.emplace_back("--json");
      }
      const auto result = run_ctl(start);
      const std::string all = result.output + result.errors;
      CAPTURE(all);
      CHECK(result.status == status);
      for (const char* const steering : {"\x1b", "\x07", "\nroot", "\xe2\x80\xae"}) {
        CHECK(!contains(all, steering));
      }
    }
  }
}

TEST_CASE("a server that finds another tenant than the one that is asked for is not believed") {
  CHECK(ended({json_answer(200, listed)}, {"tenants", "suspend", "globex"}) == Ended{1, "answer"});
  CHECK(ended({json_answer(200, R"({"data":[]})")}, {"tenants", "suspend", "globex"}) ==
        Ended{3, "not_found"});
}

TEST_CASE("answers have an end") {
  const std::string endless =
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n" + std::string(40'000'000, ' ');
  CHECK(ended({endless}, a_read) == Ended{1, "answer"});
  CHECK(ended({endless}, a_change) == Ended{9, "commit_unknown"});
}

TEST_CASE("a connection that breaks leaves a change in doubt, and a read undone") {
  const std::string whole = json_answer(200, shown);
  for (const std::string& answer :
       {std::string{}, std::string{"HTTP/1.1 200"}, whole.substr(0, whole.size() / 2),
        whole.substr(0, whole.size() - 1)}) {
    CAPTURE(answer);
    // No answer at all is none to wait for.
    CHECK(ended({answer}, a_read) == Ended{6, "unreachable"});
    CHECK(ended({answer}, a_change) == Ended{9, "commit_unknown"});
  }
  const ScriptedServer server{{std::string{}, json_answer(201, shown)}};
  CHECK(run(server.url(), a_change).status == 9);
  // Nor is a change sent twice.
  CHECK(server.requests().size() == 1);
}

TEST_CASE("what is no HTTP is no answer") {
  CHECK(ended({"SSH-2.0-OpenSSH_9.2p1\r\n"}, a_read).status != 0);
  CHECK(ended({"SSH-2.0-OpenSSH_9.2p1\r\n"}, a_change) == Ended{9, "commit_unknown"});
}

TEST_CASE("nobody there means that nothing was done") {
  std::string gone;
  {
    const ScriptedServer server{{}};
    gone = server.url();
  }
  CHECK(run(gone, a_read).status == 6);
  const auto change = run(gone, a_change);
  CHECK(change.status == 6);
  CHECK(change.error()["code"] == "unreachable");
}

TEST_CASE("a command gives up on a server that does not answer") {
  const ScriptedServer server{{}};
  const auto read = run(server.url(), {"tenants", "show", id, "--timeout", "200ms"});
  CHECK(read.status == 6);
  CHECK(read.error()["code"] == "deadline_exceeded");
  const auto change =
      run(server.url(), {"tenants", "create", "acme", "--name", "A", "--timeout", "200ms"});
  CHECK(change.status == 9);
  CHECK(change.error()["code"] == "commit_unknown");
}

TEST_CASE("a signal ends a request that waits") {
  for (const bool is_change : {false, true}) {
    CAPTURE(is_change);
    const ScriptedServer server{{}};
    CtlProcess process{start(server.url(), is_change ? a_change : a_read)};
    while (server.requests().empty()) {
      ::sched_yield();
    }
    process.send(SIGINT);
    const auto result = process.finish();
    CHECK(result.status == (is_change ? 9 : 130));
    CHECK(result.error()["code"] == (is_change ? "commit_unknown" : "cancelled"));
  }
}

TEST_CASE("a change for a version is not made by a server that knows no versions") {
  const ScriptedServer without{{json_answer(200, shown), json_answer(200, shown)}};
  const auto refused = run(without.url(), {"tenants", "suspend", id, "--if-version", "1"});
  CHECK(refused.status == 2);
  CHECK(contains(refused.errors, "--if-version"));
  CHECK(without.requests().size() == 2);

  const ScriptedServer with{{json_answer(200, shown), json_answer(200, shown, "ETag: \"1\"\r\n"),
                             json_answer(200, shown)}};
  CHECK(run(with.url(), {"tenants", "suspend", id, "--if-version", "7"}).status == 0);
  REQUIRE(with.requests().size() == 3);
  CHECK(with.requests().back().starts_with("POST /api/tenants/tnt_2zbsxx04aqvvv/suspend "));
  CHECK(contains(with.requests().back(), "\r\nIf-Match: \"7\"\r\n"));
  CHECK(contains(with.requests().back(), "\r\nContent-Length: 0\r\n"));
}

TEST_CASE("the key comes from the environment or from a file that is its owner's alone") {
  const TemporaryFolder folder;
  const std::string file = folder.path() / "key";
  std::ofstream{file} << "tna_from_file\r\nsecond line\n";
  const auto run_with = [&](const std::string& url, std::vector<std::string> more,
                            std::vector<std::string> environment, const std::string& input = {}) {
    std::vector<std::string> arguments{"tenants", "show", id, "--json", "--server", url};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_ctl({.arguments = arguments, .environment = std::move(environment), .input = input});
  };
  using std::filesystem::perms;
  for (const perms wide : {perms::group_read, perms::others_read, perms::group_write}) {
    std::filesystem::permissions(file, perms::owner_read | perms::owner_write | wide);
    const ScriptedServer server{{json_answer(200, shown)}};
    const auto refused = run_with(server.url(), {"--key-file", file}, {});
    CHECK(refused.status == 2);
    CHECK(contains(refused.error()["hint"].get<std::string>(), "chmod 600"));
    CHECK(server.requests().empty());
  }
  std::filesystem::permissions(file, perms::owner_read);
  const ScriptedServer server{
      {json_answer(200, shown), json_answer(200, shown), json_answer(200, shown)}};
  // A file that is named goes before the environment.
  CHECK(run_with(server.url(), {"--key-file", file}, {"TENANTCTL_KEY=tna_other"}).status == 0);
  CHECK(run_with(server.url(), {}, {"TENANTCTL_KEY=tna_from_environment"}).status == 0);
  CHECK(run_with(server.url(), {"--key-file", "-"}, {}, "tna_from_input\n").status == 0);
  const auto requests = server.requests();
  REQUIRE(requests.size() == 3);
  CHECK(contains(requests[0], "Bearer tna_from_file\r\n"));
  CHECK(contains(requests[1], "Bearer tna_from_environment\r\n"));
  CHECK(contains(requests[2], "Bearer tna_from_input\r\n"));

  const auto wrong = [&](std::vector<std::string> more, std::vector<std::string> environment,
                         const std::string& input = {}) {
    const ScriptedServer unused{{}};
    const auto result = run_with(unused.url(), std::move(more), std::move(environment), input);
    CHECK(unused.requests().empty());
    CHECK(!contains(result.errors, "broken"));
    return result.status;
  };
  CHECK(wrong({}, {}) == 2);
  CHECK(wrong({}, {"TENANTCTL_KEY="}) == 2);
  CHECK(wrong({}, {"TENANTCTL_KEY=broken\rX-Evil: 1"}) == 2);
  CHECK(wrong({}, {"TENANTCTL_KEY=broken key"}) == 2);
  CHECK(wrong({}, {"TENANTCTL_KEY=" + std::string(513, 'x')}) == 2);
  CHECK(wrong({"--key-file", "-"}, {}) == 2);
  CHECK(wrong({"--key-file", folder.path()}, {}) == 2);
  CHECK(wrong({"--key-file", "/dev/null"}, {}) == 2);
  CHECK(wrong({"--key-file", folder.path() / "none"}, {}) == 1);
}

TEST_CASE("the key and metadata may both come from the input, in this order") {
  const ScriptedServer server{{}};
  CtlStart both = start(server.url(), {"tenants", "create", "acme", "--name", "A", "--metadata",
                                       "-", "--key-file", "-"});
  both.environment.clear();
  both.input = "tna_first\n{\"a\":1}\n";
  // No server takes metadata, which was read to tell.
  const auto result = run_ctl(both);
  CHECK(result.status == 2);
  CHECK(contains(result.errors, "--metadata works on a store"));
}

TEST_CASE("a store and a server are not meant at once") {
  const auto status = [](std::vector<std::string> arguments, std::vector<std::string> environment) {
    environment.emplace_back("TENANTCTL_KEY=tna_x");
    const auto result =
        run_ctl({.arguments = std::move(arguments), .environment = std::move(environment)});
    return std::to_string(result.status) + " " + result.errors;
  };
  const std::string store = "sqlite:/no/such/store.db";
  const std::string server = "http://127.0.0.1:1";
  const std::vector<std::string> list{"tenants", "list"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), list.begin(), list.end());
    return more;
  };
  CHECK(contains(status(with({"--store", store, "--server", server}), {}), "Both a store"));
  CHECK(contains(status(list, {"TENANTCTL_STORE=" + store, "TENANTCTL_SERVER=" + server}),
                 "2 tenantctl: TENANTCTL_STORE and TENANTCTL_SERVER"));
  // An option goes before the environment.
  CHECK(status(with({"--store", store}), {"TENANTCTL_SERVER=" + server}).starts_with("7 "));
  CHECK(status(with({"--server", server}), {"TENANTCTL_STORE=" + store}).starts_with("6 "));
  CHECK(status(list, {"TENANTCTL_STORE=" + store, "TENANTCTL_SERVER="}).starts_with("7 "));
  CHECK(status(list, {"TENANTCTL_SERVER=" + server}).starts_with("6 "));
  CHECK(status(list, {}).starts_with("2 "));
  CHECK(status(with({"--server", ""}), {"TENANTCTL_STORE=" + store}).starts_with("2 "));
  for (const char* const option : {"--keys", "--migrations", "--as"}) {
    CHECK(contains(status(with({"--server", server, option, "x"}), {}), "is for a store"));
  }
  for (const char* const option : {"--key-file", "--cacert"}) {
    CHECK(contains(status(with({"--store", store, option, "x"}), {}), "is for a server"));
  }
  CHECK(contains(status(with({"--store", store, "--insecure-http"}), {}), "is for a server"));
}

TEST_CASE("what only a store can do says so") {
  const ScriptedServer server{{}};
  for (const std::vector<std::string>& command : std::vector<std::vector<std::string>>{
           {"migrate", "status"},
           {"migrate", "up"},
           {"migrate", "dry-run"},
           {"verify"},
           {"backup", "/no/such/folder/copy.db"},
           {"health"},
           {"identifiers", "list", "acme"},
           {"identifiers", "add", "acme", "domain:acme.example"},
           {"identifiers", "remove", "acme", "domain:acme.example"},
           {"keys", "expire", "acme", "k", "now"},
           {"admin-keys", "issue", "--name", "ops"},
           {"tenants", "show", "domain:acme.example"},
           {"tenants", "list", "--template-version", "v1"},
           {"tenants", "create", "a", "--name", "A", "--plan", "p"},
           {"tenants", "create", "a", "--name", "A", "--template-version", "v"},
           {"tenants", "create", "a", "--name", "A", "--metadata", R"({"a":1})"},
           {"tenants", "create", "a", "--name", "A", "--workflow", "a=b"},
           {"tenants", "create", "a", "--name", "A", "--identifier", "domain:a.example"}}) {
    const auto refused = run(server.url(), command);
    CAPTURE(refused.errors);
    CHECK(refused.status == 2);
    CHECK(refused.output.empty());
    CHECK(contains(refused.error()["message"].get<std::string>(), "works on a store"));
    CHECK(contains(refused.error()["hint"].get<std::string>(), "--store"));
  }
  CHECK(server.requests().empty());
  for (const std::vector<std::string>& change :
       std::vector<std::vector<std::string>>{{"--plan", ""},
                                             {"--metadata", "{}"},
                                             {"--workflow", "a="},
                                             {"--template-version", ""}}) {
    const ScriptedServer finding{{json_answer(200, shown)}};
    std::vector<std::string> update{"tenants", "update", id};
    update.insert(update.end(), change.begin(), change.end());
    CHECK(contains(run(finding.url(), update).errors, "works on a store"));
    CHECK(finding.requests().size() == 1);
  }
}

TEST_CASE("a server is named by its URL, and the key does not travel in the clear") {
  const auto refused = [](const std::string& url) {
    const auto result = run(url, a_read);
    CHECK(result.error()["code"] == "usage");
    CHECK(!contains(result.errors, "hidden"));
    return result.status == 2;
  };
  for (const std::string url :
       {"", "x", "127.0.0.1:8080", "localhost", "ftp://127.0.0.1", "file:///etc/passwd",
        "sqlite:/var/lib/shop/tenancy.db", "http://", "https://", "https:///path",
        "http://name:hidden@127.0.0.1", "http://hidden@127.0.0.1", "http://127.0.0.1?hidden",
        "http://127.0.0.1#hidden", "http://127.0.0.1:99999", "http://127.0.0.1\r\nX: y",
        // In the clear, and not to this machine.
        "http://example.com", "http://127.0.0.1.example.com", "http://localhost.example.com",
        "http://10.0.0.1", "http://128.0.0.1", "http://[::2]", "http://0.0.0.0",
        "HTTP://10.0.0.1"}) {
    CAPTURE(url);
    CHECK(refused(url));
  }
  const ScriptedServer server{
      {json_answer(200, shown), json_answer(200, shown), json_answer(200, shown)}};
  const std::string port = std::to_string(server.port());
  for (const std::string host : {"127.0.0.1", "localhost", "2130706433"}) {
    CAPTURE(host);
    CHECK(run("http://" + host + ":" + port, a_read).status == 0);
  }
}

TEST_CASE("no proxy comes between this machine and its own services") {
  const ScriptedServer proxy{{}};
  const ScriptedServer server{{json_answer(200, shown)}};
  CtlStart proxied = start(server.url(), a_read);
  proxied.environment.push_back("http_proxy=" + proxy.url());
  CHECK(run_ctl(proxied).status == 0);
  CHECK(proxy.requests().empty());
}

TEST_CASE("--insecure-http sends the key to where it is told, by the environment's proxies") {
  const ScriptedServer proxy{{json_answer(200, shown)}};
  CtlStart proxied = start("http://tenantd.invalid", a_read);
  proxied.environment.push_back("http_proxy=" + proxy.url());
  proxied.arguments.emplace_back("--insecure-http");
  CHECK(run_ctl(proxied).status == 0);
  REQUIRE(proxy.requests().size() == 1);
  CHECK(proxy.requests().front().starts_with("GET http://tenantd.invalid/api/tenants/"));
}

TEST_CASE("what a server says steers no terminal") {
  std::string body = shown;
  body.replace(body.find("Acme"), 4, "\\u001b[2J");
  const ScriptedServer server{
      {json_answer(200, body), json_answer(200, body),
       http_answer(409, "application/problem+json",
                   R"({"type":"about:blank","detail":"\u001b[2J","request_id":"x"})",
                   "X-Request-Id: \x1b[2J\r\n")}};
  CtlStart plain = start(server.url(), a_read);
  CHECK(!contains(run_ctl(plain).output, "\x1b"));
  plain.arguments.pop_back();
  CHECK(!contains(run_ctl(plain).output, "\x1b"));
  const auto refused = run_ctl(plain);
  CHECK(refused.status == 4);
  CHECK(!contains(refused.errors, "\x1b"));
}

}  // namespace
