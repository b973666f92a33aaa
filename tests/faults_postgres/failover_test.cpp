// A primary that is killed while many write, and its synchronous standby that takes its place.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "faults_postgres/store_on.hpp"
#include "faults_postgres/writers.hpp"

using namespace std::chrono_literals;
using tenancy::CallOptions;
using tenancy::errc;
using tenancy::Repository;
using tenancy::Result;
using tenancy::WriteTransaction;
using tenancy_test::code_of;
using tenancy_test::comes_true;
using tenancy_test::DatabaseOn;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::PostgresCluster;
using tenancy_test::RawSession;
using tenancy_test::Writers;

namespace {

/// Commits wait for the standby from here on.
void wait_for_standby(const PostgresCluster& primary, const std::string& standby) {
  const RawSession session{primary.admin_url()};
  session.run("ALTER SYSTEM SET synchronous_standby_names = '" + standby + "'");
  session.run("SELECT pg_reload_conf()");
  REQUIRE(comes_true([&] {
    return RawSession{primary.admin_url()}.value("SHOW synchronous_standby_names") == standby;
  }));
}

}  // namespace

TEST_CASE(
    "no acknowledged write is lost when a synchronous standby is promoted, and the host goes on") {
  const PostgresCluster primary{"synchronous_commit=on"};
  const PostgresCluster standby{primary, "name=standby synchronous_commit=on"};
  const DatabaseOn database{primary, "failover"};
  auto options = database.options({.max_connections = 4});
  const auto authority = must(tenancy::open(url_of_both(standby, primary, database.name), options));
  const auto acme = must(authority.registry().create({"acme", "Acme"}));
  const auto context = must(authority.enter(acme.id));
  wait_for_standby(primary, "standby");

  Writers writers{authority, context, 5s, 2};
  writers.await_more(60);
  ::kill(primary.process(), SIGKILL);
  RawSession{standby.admin_url()}.run("SELECT pg_promote()");
  writers.await_more(60);
  writers.stop();
  writers.check(RawSession{standby.url("postgres", database.name)});
  // What answers is the other one, for the registry, too.
  must(authority.registry().suspend(acme.id));
  CHECK(RawSession{standby.url("postgres", database.name)}.value(
            "SELECT status FROM tenancy_tenants") == "suspended");
}

TEST_CASE("a host with another database of that name is not taken for the store's") {
  const PostgresCluster primary{""};
  const PostgresCluster other{""};
  const DatabaseOn database{primary, "hosts"};
  const DatabaseOn twin{other, "hosts"};
  static_cast<void>(twin.open());
  const auto options = database.options({.max_connections = 2});
  const auto authority = must(tenancy::open(url_of_both(primary, other, "hosts"), options));
  const auto acme = must(authority.registry().create({"acme", "Acme"}));
  const auto context = must(authority.enter(acme.id));
  const Repository<Note> notes{authority.store(), context};
  must(notes.insert({.id = "a", .title = "a"}));
  // The other one has a tenant of the same id and epoch.
  RawSession{other.url("postgres", "hosts")}.run(
      "INSERT INTO tenancy_tenants SELECT * FROM json_populate_record(NULL::tenancy_tenants, '" +
      RawSession{primary.url("postgres", "hosts")}.value(
          "SELECT row_to_json(t) FROM tenancy_tenants t") +
      "')");
  ::kill(primary.process(), SIGKILL);
  // Its processes that are there end after it.
  REQUIRE(comes_true([&] {
    const auto counted = notes.count();
    return !counted && counted.error() == errc::foreign_store;
  }));
  CHECK(code_of(notes.insert({.id = "b", .title = "b"})) == errc::foreign_store);
  CHECK(RawSession{other.url("postgres", "hosts")}.value("SELECT count(*) FROM notes") == "0");
}

TEST_CASE("a write that no standby is known to have is not told to be done") {
  const PostgresCluster primary{"synchronous_commit=on"};
  const DatabaseOn database{primary, "alone"};
  auto options = database.options();
  options.store.writes.max_unit_hold = 60s;
  const auto authority = must(tenancy::open(primary.url("tenancy_app", database.name), options));
  const auto acme = must(authority.registry().create({"acme", "Acme"}));
  const auto context = must(authority.enter(acme.id));
  const Repository<Note> notes{authority.store(), context};
  must(notes.insert({.id = "a", .title = "a"}));
  wait_for_standby(primary, "nobody");
  const RawSession admin{primary.admin_url()};
  const std::string waits =
      " FROM pg_stat_activity WHERE usename = 'tenancy_app' AND wait_event = 'SyncRep'";

  // It gives up.
  const CallOptions soon = CallOptions::within(300ms);
  CHECK(code_of(Repository<Note>{authority.store(), context, soon}.insert(
            {.id = "b", .title = "b"})) == errc::commit_unknown);
  // Somebody has the server stop waiting, which calls the write done.
  admin.run("SELECT pg_terminate_backend(pid)" + waits);
  REQUIRE(comes_true([&] { return admin.value("SELECT count(*)" + waits) == "0"; }));
  const auto while_cancelled = [&](auto write) {
    std::thread canceller{[&] {
      while (admin.value("SELECT count(pg_cancel_backend(pid))" + waits) == "0") {
        std::this_thread::yield();
      }
    }};
    const auto told = code_of(write());
    canceller.join();
    return told;
  };
  CHECK(while_cancelled([&] { return notes.insert({.id = "c", .title = "c"}); }) ==
        errc::commit_unknown);
  CHECK(while_cancelled([&] {
          return authority.store().write(context, [](WriteTransaction& tx) -> Result<void> {
            BOOST_OUTCOME_TRY(Repository<Note>{tx}.insert({.id = "d", .title = "d"}));
            return tenancy::success();
          });
        }) == errc::commit_unknown);
  wait_for_standby(primary, "");
  must(notes.insert({.id = "e", .title = "e"}));
  CHECK(must(notes.count()) == 5);
}
