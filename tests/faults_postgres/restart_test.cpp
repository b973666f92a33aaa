// A server that is restarted while many write, and one that is not there for a while.

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/data/scoped_sql.hpp"
#include "tenancy/registry/health.hpp"

#include "faults_postgres/store_on.hpp"
#include "faults_postgres/writers.hpp"

using namespace std::chrono_literals;
using tenancy::CallOptions;
using tenancy::errc;
using tenancy::Repository;
using tenancy_test::code_of;
using tenancy_test::comes_true;
using tenancy_test::DatabaseOn;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::PostgresCluster;
using tenancy_test::RawSession;
using tenancy_test::store_figure;
using tenancy_test::Writers;

TEST_CASE("a server that is restarted under load loses nothing that was acknowledged") {
  PostgresCluster cluster{"synchronous_commit=on"};
  const DatabaseOn database{cluster, "restarts"};
  const auto authority = database.open({.max_connections = 4});
  const auto acme = must(authority.registry().create({"acme", "Acme"}));
  const auto context = must(authority.enter(acme.id));
  Writers writers{authority, context, 10s, 2};
  const int restarts = std::getenv("TENANCY_TEST_LONG") != nullptr ? 20 : 1;
  for (int restart = 0; restart < restarts; ++restart) {
    writers.await_more(60);
    cluster.restart();
    // And one process of it that is killed, which has the server end all others and recover.
    writers.await_more(60);
    int victim = 0;
    REQUIRE(comes_true([&] { return (victim = cluster.process_of("tenancy_app")) > 0; }));
    ::kill(victim, SIGKILL);
  }
  writers.await_more(60);
  writers.stop();
  cluster.await();
  writers.check(RawSession{database.admin_url()});
  // What was under way, and what waited for the server in vain, on a slow machine.
  for (const errc code : writers.told()) {
    CAPTURE(to_string(code));
    constexpr std::array ends{errc::transaction_lost, errc::commit_unknown, errc::unreachable,
                              errc::deadline_exceeded, errc::hold_budget_exceeded};
    CHECK(std::ranges::find(ends, code) != ends.end());
  }
}

TEST_CASE(
    "a unit whose process of the server is killed is lost, and nothing of it is seen by others") {
  PostgresCluster cluster{"synchronous_commit=on"};
  const DatabaseOn database{cluster, "killed"};
  const auto authority = database.open({.max_connections = 1});
  const auto acme = must(authority.enter(must(authority.registry().create({"acme", "Acme"})).id));
  const auto globex =
      must(authority.enter(must(authority.registry().create({"globex", "Globex"})).id));
  const auto outcome =
      authority.store().write(acme, [&](tenancy::WriteTransaction& tx) -> tenancy::Result<void> {
        BOOST_OUTCOME_TRY(Repository<Note>{tx}.insert({.id = "a", .title = "a"}));
        const int victim = cluster.process_of("tenancy_app");
        REQUIRE(victim > 0);
        ::kill(victim, SIGKILL);
        BOOST_OUTCOME_TRY(Repository<Note>{tx}.insert({.id = "b", .title = "b"}));
        return tenancy::success();
      });
  CHECK(code_of(outcome) == errc::transaction_lost);
  cluster.await();
  const Repository<Note> others{authority.store(), globex};
  CHECK(comes_true([&] { return others.insert({.id = "a", .title = "others"}).has_value(); }));
  CHECK(must(others.count()) == 1);
  CHECK(must(Repository<Note>{authority.store(), acme}.count()) == 0);
}

TEST_CASE(
    "calls wait for a server that is not there as long as they may, and tell then what is wrong") {
  PostgresCluster cluster{"synchronous_commit=on"};
  const DatabaseOn database{cluster, "gone"};
  auto options = database.options(
      {.max_connections = 2, .queries_url = cluster.url("tenancy_query", database.name)});
  options.store.max_wait = 30s;
  const auto authority = must(tenancy::open(cluster.url("tenancy_app", database.name), options));
  const auto acme = must(authority.registry().create({"acme", "Acme"}));
  const auto context = must(authority.enter(acme.id));
  const Repository<Note> notes{authority.store(), context};
  must(notes.insert({.id = "a", .title = "a"}));
  const auto failed_before = store_figure(authority, "connections_failed").value();

  ::kill(cluster.process(), SIGQUIT);
  REQUIRE(comes_true([&] { return PQping(cluster.admin_url().c_str()) != PQPING_OK; }));
  // A connection may still be there for a moment.
  CHECK(comes_true([&] {
    return code_of(
               Repository<Note>{authority.store(), context, CallOptions::within(200ms)}.count()) ==
           errc::unreachable;
  }));
  const tenancy::ScopedSql sql{authority.store(), context};
  const tenancy::ScopedSql hurried{authority.store(), context, {}, CallOptions::within(200ms)};
  CHECK(code_of(hurried.query("SELECT count(*) FROM notes")) == errc::unreachable);
  const auto report = authority.health({.max_time = 1s});
  CHECK(report.find("store")->state == tenancy::HealthState::failed);
  CHECK(report.find("store")->message.find("unreachable") != std::string::npos);
  // A store that was never open is told at once, although it might wait.
  const auto begun = std::chrono::steady_clock::now();
  CHECK(code_of(tenancy::open(cluster.url("tenancy_app", database.name), options)) ==
        errc::unreachable);
  CHECK(std::chrono::steady_clock::now() - begun < 20s);
  // Tries are made by turns, however many calls wait.
  std::vector<std::thread> callers;
  std::atomic<int> served = 0;
  for (int i = 0; i < 4; ++i) {
    callers.emplace_back([&] {
      const auto counted = notes.count();
      served += counted ? 1 : 0;
      if (!counted) {
        MESSAGE(counted.error().to_string());
      }
    });
  }
  REQUIRE(comes_true(
      [&] { return store_figure(authority, "connections_failed").value() > failed_before + 3; }));
  cluster.restart();
  for (auto& caller : callers) {
    caller.join();
  }
  CHECK(served == 4);
  CHECK(must(sql.query("SELECT count(*) FROM notes")).rows.at(0).at(0).int64() == 1);
  CHECK(store_figure(authority, "connections_open").value() <= 2);
  CHECK(store_figure(authority, "connections_closed").value() > 0);
}
