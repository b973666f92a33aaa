#include <string>

#include <doctest/doctest.h>

#include "e2e/ctl_process.hpp"

namespace {

using e2e::CtlProcess;
using e2e::CtlResult;
using e2e::CtlStart;
using e2e::CtlStore;

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

CtlResult answer(const CtlStore& store, const std::vector<std::string>& arguments,
                 std::string_view typed) {
  CtlStart start = store.start(arguments);
  start.has_terminal = true;
  CtlProcess process{start};
  process.await(" to go on: ");
  process.type(typed);
  return process.finish();
}

std::string status_of(const CtlStore& store, const std::string& slug) {
  return store.json({"tenants", "show", slug})["status"];
}

TEST_CASE("without a terminal nothing is archived that was not confirmed") {
  const CtlStore store;
  store.json({"tenants", "create", "acme", "--name", "A"});
  const auto refused = store.run({"tenants", "archive", "acme"});
  CHECK(refused.status == 5);
  CHECK(refused.output.empty());
  CHECK(contains(refused.errors, "--yes"));
  // Not even by who pipes the right answer.
  CtlStart piped = store.start({"tenants", "archive", "acme"});
  piped.input = "acme\n";
  CHECK(run_ctl(piped).status == 5);
  CHECK(store.error(5, {"tenants", "archive", "acme"})["code"] == "not_confirmed");
  CHECK(status_of(store, "acme") == "active");
  CHECK(store.run({"tenants", "archive", "acme", "-y"}).status == 0);
  CHECK(status_of(store, "acme") == "archived");
}

TEST_CASE("at a terminal the slug is to be typed, exactly") {
  const CtlStore store;
  store.json({"tenants", "create", "acme", "--name", "A"});
  for (const std::string_view typed :
       {"\n", "y\n", "yes\n", "acm\n", "ACME\n", " acme\n", "acme \n", "\x04"}) {
    CAPTURE(typed);
    const auto refused = answer(store, {"tenants", "archive", "acme"}, typed);
    CHECK(refused.status == 5);
    CHECK(refused.output.empty());
    CHECK(status_of(store, "acme") == "active");
  }
  const auto done = answer(store, {"tenants", "archive", "acme", "--json"}, "acme\n");
  CHECK(done.status == 0);
  CHECK(done.json()["status"] == "archived");
  CHECK(status_of(store, "acme") == "archived");
}

TEST_CASE("the slug is asked for, also when the tenant was named in another way") {
  const CtlStore store;
  const std::string id = store.json({"tenants", "create", "acme", "--name", "A"})["id"];
  CHECK(answer(store, {"tenants", "archive", id}, id + "\n").status == 5);
  CHECK(answer(store, {"tenants", "archive", id}, "acme\n").status == 0);
}

TEST_CASE("a key is revoked after a yes") {
  const CtlStore store;
  store.json({"tenants", "create", "acme", "--name", "A"});
  const std::string id = store.json({"keys", "issue", "acme", "--name", "k"})["id"];
  CHECK(answer(store, {"keys", "revoke", "acme", id}, "no\n").status == 5);
  CHECK(store.json({"keys", "list", "acme"})[0]["state"] == "active");
  CHECK(answer(store, {"keys", "revoke", "acme", id}, "yes\n").status == 0);
  CHECK(store.json({"keys", "list", "acme"})[0]["state"] == "revoked");
}

TEST_CASE("a quota is reset after the slug was typed") {
  const CtlStore store;
  store.json({"tenants", "create", "acme", "--name", "A"});
  const std::vector<std::string> reset{"quota", "reset", "acme", "executions", "--reason", "why"};
  CHECK(store.run(reset).status == 5);
  CHECK(answer(store, reset, "yes\n").status == 5);
  CHECK(store.json({"quota", "resets", "acme", "executions"}).empty());
  CHECK(answer(store, reset, "acme\n").status == 0);
  CHECK(store.json({"quota", "resets", "acme", "executions"}).size() == 1);
}

TEST_CASE("an interrupt at the question does nothing and says so in the exit status") {
  const CtlStore store;
  store.json({"tenants", "create", "acme", "--name", "A"});
  const auto interrupted = answer(store, {"tenants", "archive", "acme"}, "\x03");
  CHECK(interrupted.status == 130);
  CHECK(status_of(store, "acme") == "active");
}

TEST_CASE("the time that a person takes is not the command's") {
  const CtlStore store;
  store.json({"tenants", "create", "acme", "--name", "A"});
  CtlStart start = store.start({"tenants", "archive", "acme", "--timeout", "20s"});
  start.has_terminal = true;
  CtlProcess process{start};
  process.await("Type acme to go on: ");
  process.type("acme\n");
  CHECK(process.finish().status == 0);
}

TEST_CASE("colours are for terminals that want them") {
  const CtlStore store;
  CtlStart start = store.start({"tenants", "show", "nobody"});
  start.has_terminal = true;
  start.environment.emplace_back("TERM=xterm");
  CHECK(contains(run_ctl(start).errors, "\x1b["));
  CtlStart plain = start;
  plain.environment.emplace_back("NO_COLOR=1");
  CHECK(!contains(run_ctl(plain).errors, "\x1b"));
  plain = start;
  plain.environment.back() = "TERM=dumb";
  CHECK(!contains(run_ctl(plain).errors, "\x1b"));
  plain = start;
  plain.has_terminal = false;
  CHECK(!contains(run_ctl(plain).errors, "\x1b"));
}

}  // namespace
