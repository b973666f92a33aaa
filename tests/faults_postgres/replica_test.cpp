// Reads that may be stale, on a real replica that streams from its primary.

#include <chrono>
#include <csignal>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/data/read_repository.hpp"
#include "tenancy/data/scoped_sql.hpp"
#include "tenancy/registry/health.hpp"

#include "faults_postgres/store_on.hpp"
#include "support/tcp_proxy.hpp"

using namespace std::chrono_literals;
using tenancy::CallOptions;
using tenancy::errc;
using tenancy::ReadTransaction;
using tenancy::Repository;
using tenancy::Result;
using tenancy_test::code_of;
using tenancy_test::comes_true;
using tenancy_test::DatabaseOn;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::PostgresCluster;
using tenancy_test::RawSession;
using tenancy_test::store_figure;

namespace {

using Steady = std::chrono::steady_clock;

/// A server and its replica, for all tests of this file, and a database of each test's own.
struct Replicated {
  Replicated()
      : database{primary(), next_name()},
        authority{database.open({.replica_urls = {replica_url()}})} {
    acme.emplace(create("acme"));
    context.emplace(must(authority.enter(acme->id)));
    must(notes().insert({.id = "a", .title = "a"}));
    // The replica is there, and has it.
    REQUIRE(comes_true([&] { return count_if_any() == 1; }));
  }
  ~Replicated() { resume(); }

  static const PostgresCluster& primary() {
    static const PostgresCluster cluster{"synchronous_commit=on"};
    return cluster;
  }
  static PostgresCluster& replica() {
    static_cast<void>(primary());
    static PostgresCluster cluster{primary(), "hot_standby_feedback=on"};
    return cluster;
  }
  static std::string next_name() {
    static int number = 0;
    return "replicated_" + std::to_string(++number);
  }

  [[nodiscard]] std::string replica_url() const {
    return replica().url("tenancy_app", database.name);
  }
  static void pause() {
    const RawSession session{replica().admin_url()};
    session.run("SELECT pg_wal_replay_pause()");
    REQUIRE(comes_true(
        [&] { return session.value("SELECT pg_get_wal_replay_pause_state()") == "paused"; }));
  }
  static void resume() { RawSession{replica().admin_url()}.run("SELECT pg_wal_replay_resume()"); }

  [[nodiscard]] tenancy::Tenant create(const std::string& slug) const {
    return must(authority.registry().create({slug, slug}));
  }
  [[nodiscard]] Repository<Note> notes(std::chrono::milliseconds staleness = 0ms) const {
    return Repository<Note>{authority.store(), *context, {.max_staleness = staleness}};
  }
  /// What is seen by a read to which any age will do; nothing when it is refused.
  [[nodiscard]] std::optional<std::int64_t> count_if_any() const {
    auto counted = notes(CallOptions::any_staleness).count();
    return counted ? std::optional{counted.value()} : std::nullopt;
  }
  [[nodiscard]] std::int64_t replica_reads() const {
    return store_figure(authority, "replica_reads").value_or(-1);
  }

  DatabaseOn database;
  tenancy::Authority authority;
  std::optional<tenancy::Tenant> acme;
  std::optional<tenancy::TenantContext> context;
};

}  // namespace

TEST_CASE("a read sees the past only as far as its caller allows") {
  const Replicated world;
  // So that the replica is known to be fresh as of now, at least once.
  REQUIRE(comes_true([&] {
    const auto before = world.replica_reads();
    static_cast<void>(must(world.notes(1h).count()));
    return world.replica_reads() > before;
  }));
  Replicated::pause();
  must(world.notes().insert({.id = "b", .title = "b"}));
  const auto inserted = Steady::now();

  CHECK(world.count_if_any() == 1);
  CHECK(must(world.notes().count()) == 2);
  CHECK(must(world.notes(1h).count()) == 1);
  // The same within a unit, and of a repository that only reads.
  must(world.authority.store().read(*world.context, {.max_staleness = CallOptions::any_staleness},
                                    [](ReadTransaction& tx) -> Result<void> {
                                      CHECK(must(tenancy::ReadRepository<Note>{tx}.count()) == 1);
                                      return tenancy::success();
                                    }));
  // Each read that may leave out a tenth of a second sees what is older than that.
  CHECK(comes_true([&] {
    const auto begun = Steady::now();
    const auto seen = must(world.notes(100ms).count());
    if (begun - inserted >= 100ms) {
      CHECK(seen == 2);
    }
    return seen == 2 && begun - inserted >= 100ms;
  }));
  CHECK(store_figure(world.authority, "replica_fallbacks").value() > 0);
  // Writes go where they always do, and change what is there now.
  const auto notes = world.notes(CallOptions::any_staleness);
  CHECK(code_of(notes.insert({.id = "b", .title = "again"})) == errc::already_exists);
  must(notes.erase("b"));
  CHECK(must(world.notes().count()) == 1);

  Replicated::resume();
  must(world.notes().insert({.id = "c", .title = "c"}));
  CHECK(comes_true([&] { return world.count_if_any() == 2; }));
}

TEST_CASE("a replica of a server that nobody writes to is as fresh as can be") {
  const Replicated world;
  const auto before = world.replica_reads();
  CHECK(comes_true([&] {
    static_cast<void>(must(world.notes(1ms).count()));
    return world.replica_reads() > before + 20;
  }));
}

TEST_CASE("staleness bounds a suspension as well, and not what this store has been told") {
  const Replicated world;
  const auto elsewhere = world.database.open();
  Replicated::pause();
  // By another program.
  must(elsewhere.registry().suspend(world.acme->id));
  const auto suspended = Steady::now();
  CHECK(world.count_if_any() == 1);
  CHECK(comes_true([&] {
    const auto begun = Steady::now();
    const auto counted = world.notes(100ms).count();
    if (begun - suspended >= 100ms) {
      CHECK(code_of(counted) == errc::tenant_not_active);
    }
    return !counted;
  }));
  // Once it was told so, no replica is asked with that context.
  CHECK(code_of(world.notes(CallOptions::any_staleness).count()) == errc::tenant_not_active);
}

TEST_CASE("a context that is newer than what the replica knows is the primary's to judge") {
  Replicated world;
  Replicated::pause();
  must(world.notes().insert({.id = "b", .title = "b"}));
  must(world.authority.registry().suspend(world.acme->id));
  must(world.authority.registry().activate(world.acme->id));
  world.context.emplace(must(world.authority.enter(world.acme->id)));
  CHECK(world.count_if_any() == 2);
  // A tenant that the replica has never heard of.
  const auto globex = world.create("globex");
  const auto entered = must(world.authority.enter(globex.id));
  CHECK(must(Repository<Note>{
            world.authority.store(), entered, {.max_staleness = CallOptions::any_staleness}}
                 .count()) == 0);
}

TEST_CASE("reads are the primary's while a replica is gone, and the replica's once it is back") {
  const Replicated world;
  REQUIRE(world.replica_reads() > 0);
  ::kill(Replicated::replica().process(), SIGQUIT);
  REQUIRE(
      comes_true([] { return PQping(Replicated::replica().admin_url().c_str()) != PQPING_OK; }));
  for (int turn = 0; turn < 20; ++turn) {
    CHECK(must(world.notes(CallOptions::any_staleness).count()) == 1);
    CHECK(must(world.notes(1s).count()) == 1);
  }
  const auto report = world.authority.health();
  CHECK(report.find("store")->state == tenancy::HealthState::warning);
  CHECK(report.find("store")->message.find("1 of 1 replicas") != std::string::npos);
  Replicated::replica().restart();
  const auto before = world.replica_reads();
  CHECK(comes_true([&] {
    CHECK(must(world.notes(CallOptions::any_staleness).count()) == 1);
    return world.replica_reads() > before;
  }));
  CHECK(world.authority.health().find("store")->state == tenancy::HealthState::ok);
}

TEST_CASE("a store on a standby alone reads, and says what it is when it is to write") {
  const Replicated world;
  auto options = world.database.options();
  options.owner_url.clear();
  options.schema = tenancy::SchemaMode::verify;
  const auto authority = must(tenancy::open(world.replica_url(), options));
  const auto context = must(authority.enter(world.acme->id));
  const Repository<Note> notes{authority.store(), context};
  CHECK(must(notes.count()) == 1);
  CHECK(code_of(notes.insert({.id = "b", .title = "b"})) == errc::storage_read_only);
  CHECK(code_of(authority.store().write(context, [](tenancy::WriteTransaction& tx) -> Result<void> {
          BOOST_OUTCOME_TRY(Repository<Note>{tx}.insert({.id = "b", .title = "b"}));
          return tenancy::success();
        })) == errc::storage_read_only);
}

TEST_CASE("tenants' queries are asked of the host that takes writes, whichever is named first") {
  const Replicated world;
  const auto authority = world.database.open(
      {.queries_url = "postgresql://tenancy_query@127.0.0.1:" +
                      std::to_string(Replicated::replica().port()) + ",127.0.0.1:" +
                      std::to_string(Replicated::primary().port()) + "/" + world.database.name});
  Replicated::pause();
  must(world.notes().insert({.id = "b", .title = "b"}));
  const auto entered = must(authority.enter(world.acme->id));
  const auto counted =
      must(tenancy::ScopedSql{authority.store(), entered}.query("SELECT count(*) FROM notes"));
  CHECK(counted.rows == std::vector<std::vector<tenancy::SqlValue>>{{2}});
}

TEST_CASE("a replica is not asked as somebody who may see all rows, nor one of another database") {
  const Replicated world;
  const DatabaseOn other{Replicated::primary(), Replicated::next_name()};
  static_cast<void>(other.open());
  struct Case {
    std::string url;
    std::string why;
  };
  for (const Case& each : std::vector<Case>{
           {Replicated::replica().url("postgres", world.database.name), "superuser"},
           {Replicated::replica().url("tenancy_owner", world.database.name), "owns tables"},
           {Replicated::primary().url("tenancy_app", other.name), "another server"}}) {
    CAPTURE(each.url);
    const auto authority = world.database.open({.replica_urls = {each.url}});
    const auto entered = must(authority.enter(world.acme->id));
    CHECK(must(Repository<Note>{
              authority.store(), entered, {.max_staleness = CallOptions::any_staleness}}
                   .count()) == 1);
    CHECK(store_figure(authority, "replica_reads") == 0);
    CHECK(store_figure(authority, "replicas_unusable") == 1);
    CHECK(authority.health().find("store")->message.find(each.why) != std::string::npos);
  }
  auto options = world.database.options({.replica_urls = {"postgresql://%zz"}});
  CHECK(code_of(tenancy::open(Replicated::primary().url("tenancy_app", world.database.name),
                              options)) == errc::invalid_url);
}

TEST_CASE("a replica that lets nobody wait for an answer keeps no read from the primary's") {
  const Replicated world;
  tenancy_test::TcpProxy between{Replicated::replica().port()};
  const std::string far = "postgresql://tenancy_app@127.0.0.1:" + std::to_string(between.port()) +
                          "/" + world.database.name;
  const auto authority = world.database.open({.replica_urls = {far}});
  const auto context = must(authority.enter(world.acme->id));
  const auto count = [&](std::chrono::milliseconds time) {
    CallOptions options = CallOptions::within(time);
    options.max_staleness = CallOptions::any_staleness;
    return Repository<Note>{authority.store(), context, options}.count();
  };
  const auto replica_reads = [&] { return store_figure(authority, "replica_reads").value_or(-1); };
  REQUIRE(comes_true([&] { return must(count(30s)) == 1 && replica_reads() > 0; }));

  between.stall(true);
  // What was sent there already, over a connection that was good, has its time.
  static_cast<void>(count(2s));
  const auto before = replica_reads();
  for (int i = 0; i < 3; ++i) {
    const auto begun = Steady::now();
    CHECK(must(count(20s)) == 1);
    // A second of it, on a machine that is not busy.
    CHECK(Steady::now() - begun < 10s);
  }
  CHECK(replica_reads() == before);
  between.stall(false);
  CHECK(comes_true([&] { return must(count(30s)) == 1 && replica_reads() > before; }));
}
