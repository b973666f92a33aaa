// A network between that stalls, cuts and loses, and a server that goes away and comes back.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <limits>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"
#include "tenancy/data/scoped_sql.hpp"
#include "tenancy/storage/postgres/set_up.hpp"

#include "storage/postgres/connection.hpp"
#include "support/entities.hpp"
#include "support/postgres_cluster.hpp"
#include "support/postgres_place.hpp"
#include "support/postgres_spelling.hpp"
#include "support/tcp_proxy.hpp"

using namespace std::chrono_literals;
using tenancy::CallOptions;
using tenancy::errc;
using tenancy::ReadTransaction;
using tenancy::Repository;
using tenancy::Result;
using tenancy::WriteTransaction;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::PostgresCluster;
using tenancy_test::PostgresPlace;
using tenancy_test::RawSession;
using tenancy_test::TcpProxy;

namespace {

/// The store of a place, opened once more through a proxy.
struct Far {
  explicit Far(tenancy::postgres::PostgresOptions postgres = {.check_idle_after = 30s})
      : proxy{PostgresCluster::shared().port()}, authority{open(std::move(postgres))} {
    const auto tenant = must(authority.registry().create({"far", "Far"}));
    context.emplace(must(authority.enter(tenant.id)));
  }

  [[nodiscard]] Repository<Note> notes(const CallOptions& options = {}) const {
    return Repository<Note>{authority.store(), *context, options};
  }
  [[nodiscard]] tenancy::Result<std::int64_t> query(const CallOptions& options = {}) const {
    BOOST_OUTCOME_TRY(const auto found,
                      (tenancy::ScopedSql{authority.store(), *context, {}, options}.query(
                          "SELECT count(*) FROM notes")));
    return found.rows.at(0).at(0).int64().value();
  }
  [[nodiscard]] std::string rows() const {
    return RawSession{place.database().admin_url()}.value(
        "SELECT string_agg(id, ',' ORDER BY id) FROM notes");
  }

  PostgresPlace place;
  TcpProxy proxy;
  tenancy::Authority authority;
  std::optional<tenancy::TenantContext> context;

 private:
  [[nodiscard]] std::string url(const std::string& role) const {
    return "postgresql://" + role + "@127.0.0.1:" + std::to_string(proxy.port()) + "/" +
           place.database().name();
  }
  tenancy::Authority open(tenancy::postgres::PostgresOptions postgres) const {
    auto options = place.again();
    postgres.queries_url = url("tenancy_query");
    options.kinds = {tenancy::postgres::store_kind(std::move(postgres))};
    options.schema = tenancy::SchemaMode::verify;
    return must(tenancy::open(url("tenancy_app"), options));
  }
};

}  // namespace

TEST_CASE("a network that stalls ends a call at its deadline, and the next one has a connection") {
  Far far;
  must(far.notes().insert({.id = "a", .title = "a"}));
  TcpProxy& proxy = far.proxy;
  proxy.stall(true);
  const auto begun = std::chrono::steady_clock::now();
  CHECK(code_of(far.notes(CallOptions::within(200ms)).require("a")) == errc::deadline_exceeded);
  // On a busy machine as well.
  CHECK(std::chrono::steady_clock::now() - begun < 10s);
  proxy.stall(false);
  CHECK(must(far.notes().require("a")).title == "a");
}

TEST_CASE("a network that is slow ends calls at their deadlines, and serves those with time") {
  Far far;
  must(far.notes().insert({.id = "a", .title = "a"}));
  // Longer than the answer of a statement that the server ended is waited for.
  far.proxy.slow_down(400ms);
  CHECK(code_of(far.notes(CallOptions::within(50ms)).require("a")) == errc::deadline_exceeded);
  const auto late = far.notes(CallOptions::within(50ms)).insert({.id = "b", .title = "b"});
  CHECK((late.error() == errc::deadline_exceeded || late.error() == errc::commit_unknown));
  far.proxy.slow_down(20ms);
  std::vector<std::thread> callers;
  for (const std::string id : {"c", "d", "e"}) {
    callers.emplace_back([&far, id] {
      must(far.notes().insert({.id = id, .title = id}));
      CHECK(must(far.notes().require(id)).title == id);
    });
  }
  for (auto& caller : callers) {
    caller.join();
  }
  const auto rows = far.rows();
  CHECK((rows == "a,c,d,e" || (rows == "a,b,c,d,e" && late.error() == errc::commit_unknown)));
}

TEST_CASE("a call by itself is one exchange with the server, and a unit has one more at its end") {
  auto statements = tenancy::postgres::PreparedStatements::named;
  SUBCASE("with prepared statements") {}
  SUBCASE("without, as for a pooler") { statements = tenancy::postgres::PreparedStatements::none; }
  Far far{{.statements = statements, .check_idle_after = 30s}};
  far.proxy.slow_down(5ms);
  // The fewest, since who is kept from running between two halves of what it sends seems to speak
  // twice.
  const auto exchanges = [&](auto&& call) {
    int fewest = std::numeric_limits<int>::max();
    for (int round = 0; round < 5; ++round) {
      while (far.proxy.answers() < far.proxy.questions()) {
        std::this_thread::yield();
      }
      const int before = far.proxy.questions();
      call();
      fewest = std::min(fewest, far.proxy.questions() - before);
    }
    return fewest;
  };
  int number = 0;
  const auto insert = [&] {
    const auto id = "n" + std::to_string(++number);
    must(far.notes().insert({.id = id, .title = id}));
  };
  const auto find = [&] { must(far.notes().require("n1")); };
  const auto list = [&] { must(far.notes().list(tenancy::PageRequest{.limit = 50})); };
  const auto ask = [&] { must(far.query()); };
  const auto look = [&] {
    must(far.authority.store().read(*far.context, [&](ReadTransaction& tx) -> Result<void> {
      BOOST_OUTCOME_TRY(tenancy::ReadRepository<Note>{tx}.require("n1"));
      return tenancy::success();
    }));
  };
  const auto change = [&] {
    must(far.authority.store().write(*far.context, [&](WriteTransaction& tx) -> Result<void> {
      const Repository<Note> notes{tx};
      BOOST_OUTCOME_TRY(auto note, notes.require("n1"));
      ++note.stars;
      BOOST_OUTCOME_TRY(notes.update(note));
      return tenancy::success();
    }));
  };
  CHECK(exchanges(insert) == 1);
  CHECK(exchanges(find) == 1);
  CHECK(exchanges(list) == 1);
  CHECK(exchanges([&] { must(far.notes().count()); }) == 1);
  CHECK(exchanges([&] { must(far.notes().exists("n1")); }) == 1);
  CHECK(exchanges([&] {
          must(far.notes().update({.id = "n1", .title = "n" + std::to_string(++number)}));
        }) == 1);
  CHECK(exchanges([&] { static_cast<void>(far.notes().erase("n2")); }) == 1);
  CHECK(exchanges(ask) == 1);
  CHECK(exchanges(look) <= 3);
  CHECK(exchanges([&] { must(far.notes().upsert({.id = "u", .title = "u"})); }) == 3);
  // Which is counted, and of one view with its rows. Nobody waits for the third, its end.
  CHECK(exchanges([&] { must(far.notes().list(tenancy::PageRequest{.number = 1})); }) <= 3);
  CHECK(exchanges(change) == 3);
}

TEST_CASE("a write whose answer does not come is of unknown outcome") {
  Far far;
  must(far.notes().insert({.id = "a", .title = "a"}));
  TcpProxy& proxy = far.proxy;
  proxy.stall_answers(true);
  CHECK(code_of(far.notes(CallOptions::within(200ms)).insert({.id = "b", .title = "b"})) ==
        errc::commit_unknown);
  proxy.stall_answers(false);
  // It was done, here.
  CHECK(far.rows() == "a,b");
}

TEST_CASE("a change of the registry whose answer does not come is of unknown outcome") {
  Far far;
  const auto registry = far.authority.registry(tenancy_test::tester());
  const auto far_away = must(registry.find(must(tenancy::Slug::parse("far"))));
  far.proxy.stall_answers(true);
  const auto hurried = registry.with(CallOptions::within(200ms));
  // One that had to begin another connection first has sent nothing yet.
  const auto is_open = [](errc code) {
    return code == errc::commit_unknown || code == errc::deadline_exceeded;
  };
  CHECK(is_open(code_of(hurried.create({"new", "New"}))));
  CHECK(is_open(code_of(hurried.suspend(far_away.id))));
  far.proxy.stall_answers(false);
  // Whatever became of them, the store knows it, and its gate with it.
  const auto found = must(registry.find(far_away.id));
  const bool is_suspended = found.status == tenancy::TenantStatus::suspended;
  CHECK(far.notes().count().has_value() != is_suspended);
  const auto again = registry.create({"new", "New"});
  CHECK((again.has_value() || again.error() == errc::already_exists));

  far.proxy.cut();
  must(registry.create({"newer", "Newer"}));
}

TEST_CASE("tenants' queries end in time where the network stalls or is cut, and go on afterwards") {
  Far far;
  must(far.notes().insert({.id = "a", .title = "a"}));
  CHECK(must(far.query()) == 1);
  far.proxy.stall(true);
  const auto begun = std::chrono::steady_clock::now();
  CHECK(code_of(far.query(CallOptions::within(200ms))) == errc::deadline_exceeded);
  CHECK(std::chrono::steady_clock::now() - begun < 10s);
  far.proxy.stall(false);
  CHECK(must(far.query()) == 1);
  far.proxy.slow_down(400ms);
  CHECK(code_of(far.query(CallOptions::within(50ms))) == errc::deadline_exceeded);
  far.proxy.slow_down(0ms);
  CHECK(must(far.query()) == 1);

  // Cut in its midst: it has been told rows, and no further one.
  for (int number = 0; number < 40; ++number) {
    const auto id = "n" + std::to_string(number);
    must(far.notes().insert({.id = id, .title = id}));
  }
  const tenancy::ScopedSql sql{
      far.authority.store(), *far.context, {.rows = 100'000, .bytes = std::size_t{64} << 20U}};
  int seen = 0;
  const auto cut = sql.for_each("SELECT a.id || b.title || c.title FROM notes a, notes b, notes c",
                                {}, [&](const tenancy::SqlRow& /*row*/) -> Result<void> {
                                  far.proxy.cut();
                                  ++seen;
                                  return tenancy::success();
                                });
  CHECK(seen > 0);
  CHECK(seen < 41 * 41 * 41);
  CHECK(code_of(cut) == errc::transaction_lost);
  CHECK(must(far.query()) == 41);
  // Between two queries nobody is told.
  far.proxy.cut();
  CHECK(must(far.query()) == 41);
}

TEST_CASE("a network that is cut loses what was not committed, and nothing else") {
  Far far;
  must(far.notes().insert({.id = "a", .title = "a"}));
  TcpProxy& proxy = far.proxy;
  const auto cut_within =
      far.authority.store().write(*far.context, [&](WriteTransaction& tx) -> Result<void> {
        BOOST_OUTCOME_TRY(Repository<Note>{tx}.insert({.id = "b", .title = "b"}));
        proxy.cut();
        BOOST_OUTCOME_TRY(Repository<Note>{tx}.insert({.id = "c", .title = "c"}));
        return tenancy::success();
      });
  CHECK(code_of(cut_within) == errc::transaction_lost);
  const auto cut_before_commit =
      far.authority.store().write(*far.context, [&](WriteTransaction& tx) -> Result<void> {
        BOOST_OUTCOME_TRY(Repository<Note>{tx}.insert({.id = "d", .title = "d"}));
        proxy.cut();
        return tenancy::success();
      });
  CHECK(code_of(cut_before_commit) == errc::commit_unknown);
  CHECK(far.rows() == "a");
  proxy.cut();
  // What the pool has left is looked at before it is lent.
  must(far.notes().insert({.id = "e", .title = "e"}));
  CHECK(far.rows() == "a,e");
}

TEST_CASE("a connection that the network has forgotten is found out before it is lent") {
  Far far{{.check_idle_after = 0ms}};
  must(far.notes().insert({.id = "a", .title = "a"}));
  far.proxy.forget();
  CHECK(must(far.notes(CallOptions::within(20s)).require("a")).title == "a");
}

TEST_CASE("a host that does not answer keeps nobody from the next one") {
  namespace postgres = tenancy::detail::postgres;
  TcpProxy silent{PostgresCluster::shared().port()};
  silent.stall(true);
  const std::string one = "127.0.0.1:" + std::to_string(silent.port());
  const std::string other = "127.0.0.1:" + std::to_string(PostgresCluster::shared().port());
  const auto connect = [](const std::string& url, std::chrono::milliseconds longest) {
    const CallOptions call = CallOptions::within(20s);
    const tenancy::detail::CallLimits limits{call, longest};
    return postgres::Connection::open(must(postgres::Address::parse(url)), {}, limits);
  };
  const std::string database = "postgres@" + one + "," + other + "/postgres";
  CHECK(connect("postgresql://" + database, 1s));
  CHECK(connect("postgresql://" + database + "?target_session_attrs=prefer-standby", 1s));
  CHECK(connect("postgresql://" + database + "?connect_timeout=2", 15s));
  CHECK(code_of(connect("postgresql://postgres@" + one + "/postgres?connect_timeout=2", 15s)) ==
        errc::unreachable);
  // One that answers and refuses is not gone round.
  CHECK(code_of(connect("postgresql://nobody@" + other + "," + one + "/postgres", 15s)) ==
        errc::cannot_open);
}

TEST_CASE(
    "a backend that is killed takes the server down, and neither the host nor what it was told") {
  // Its server restarts by itself; nobody else's is to.
  const PostgresCluster cluster{"fsync=on synchronous_commit=on full_page_writes=on"};
  const auto admin = cluster.admin_url();
  must(tenancy::postgres::set_up(admin, {.database = "kills"}));
  tenancy::OpenOptions options{
      .migrations = tenancy_test::for_postgres(tenancy_test::test_schema()),
      .keys = tenancy::KeyRing::ephemeral(),
      .kinds = {tenancy::postgres::store_kind({.max_connections = 4})},
      .owner_url = cluster.url("tenancy_owner", "kills")};
  const auto authority = must(tenancy::open(cluster.url("tenancy_app", "kills"), options));
  const auto tenant = must(authority.registry().create({"acme", "Acme"}));
  const auto context = must(authority.enter(tenant.id));
  std::atomic<bool> stops = false;
  std::mutex mutex;
  std::condition_variable more;
  std::set<std::string> acknowledged;
  std::set<std::string> refused;
  const auto await_more = [&](std::size_t count) {
    std::unique_lock lock{mutex};
    const std::size_t enough = acknowledged.size() + count;
    REQUIRE(more.wait_for(lock, 60s, [&] { return acknowledged.size() >= enough; }));
  };
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 4; ++writer) {
    writers.emplace_back([&, writer] {
      for (int turn = 0; !stops; ++turn) {
        const std::string id = std::to_string(writer) + "-" + std::to_string(turn);
        const auto done =
            Repository<Note>{authority.store(), context, CallOptions::within(2s)}.insert(
                {.id = id, .title = id});
        const std::scoped_lock lock{mutex};
        if (done) {
          acknowledged.insert(id);
          more.notify_one();
        } else if (done.error() != errc::commit_unknown) {
          refused.insert(id);
        }
      }
    });
  }
  for (int kill = 0; kill < 3; ++kill) {
    await_more(50);
    // The writers use their connections all the time.
    int victim = 0;
    while ((victim = cluster.process_of("tenancy_app")) == 0) {
      std::this_thread::yield();
    }
    ::kill(victim, SIGKILL);
  }
  await_more(50);
  stops = true;
  for (auto& writer : writers) {
    writer.join();
  }
  cluster.await();
  const Repository<Note> notes{authority.store(), context};
  std::set<std::string> stored;
  must(notes.for_each({}, [&](const Note& note) { stored.insert(note.id); }));
  CHECK(acknowledged.size() > 100);
  for (const std::string& id : acknowledged) {
    CHECK(stored.contains(id));
  }
  for (const std::string& id : refused) {
    CHECK_FALSE(stored.contains(id));
  }
}
