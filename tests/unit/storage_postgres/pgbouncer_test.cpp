// Through PgBouncer in transaction mode, where tenants share the server's connections among them
// and with whoever else uses the pooler.

#include "support/pgbouncer.hpp"

#include <atomic>
#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"
#include "tenancy/data/scoped_sql.hpp"
#include "tenancy/migrate/migrate.hpp"
#include "tenancy/storage/postgres/set_up.hpp"

#include "support/entities.hpp"
#include "support/postgres_cluster.hpp"
#include "support/postgres_place.hpp"
#include "support/postgres_spelling.hpp"

using namespace std::chrono_literals;
using tenancy::CallOptions;
using tenancy::errc;
using tenancy::ReadTransaction;
using tenancy::Repository;
using tenancy::Result;
using tenancy::TenantContext;
using tenancy::WriteTransaction;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::PgBouncer;
using tenancy_test::PostgresCluster;
using tenancy_test::PostgresPlace;
using tenancy_test::RawSession;

namespace {

constexpr std::size_t server_connections = 2;

/// A store that is opened once more, through a pooler.
struct Pooled {
  explicit Pooled(const PgBouncer& its_pooler = PgBouncer::shared())
      : pooler{its_pooler}, authority{must(open())} {
    acme.emplace(enter("acme"));
    globex.emplace(enter("globex"));
  }

  [[nodiscard]] Result<tenancy::Authority> open(
      tenancy::postgres::PreparedStatements statements =
          tenancy::postgres::PreparedStatements::none) const {
    auto options = place.again();
    options.schema = tenancy::SchemaMode::verify;
    options.store.writes.max_unit_hold = 60s;
    options.kinds = {tenancy::postgres::store_kind(
        {.max_connections = 6,
         .statements = statements,
         .queries_url = pooler.url("tenancy_query", place.database().name())})};
    return tenancy::open(pooler.url("tenancy_app", place.database().name()), options);
  }
  [[nodiscard]] Repository<Note> notes(const TenantContext& context,
                                       const CallOptions& options = {}) const {
    return Repository<Note>{authority.store(), context, options};
  }
  [[nodiscard]] RawSession admin() const { return RawSession{place.database().admin_url()}; }
  [[nodiscard]] std::string server_connections_of_app() const {
    return admin().value(
        "SELECT count(*) FROM pg_stat_activity WHERE usename = 'tenancy_app' AND "
        "datname = current_database()");
  }

  /// What another customer of the pooler says on each of the server's connections, for good.
  void say_everywhere(const std::string& sql) const {
    std::vector<std::unique_ptr<RawSession>> sessions;
    for (std::size_t i = 0; i < server_connections; ++i) {
      sessions.push_back(
          std::make_unique<RawSession>(pooler.url("tenancy_app", place.database().name())));
      sessions.back()->run("BEGIN");  // So that the next one gets another.
      sessions.back()->run(sql);
    }
    for (const auto& session : sessions) {
      session->run("COMMIT");
    }
  }
  /// What a session finds on each of them.
  [[nodiscard]] std::vector<std::string> found_everywhere(const std::string& sql) const {
    std::vector<std::string> found;
    std::vector<std::unique_ptr<RawSession>> sessions;
    for (std::size_t i = 0; i < server_connections; ++i) {
      sessions.push_back(
          std::make_unique<RawSession>(pooler.url("tenancy_app", place.database().name())));
      sessions.back()->run("BEGIN");
      found.push_back(sessions.back()->value(sql));
    }
    return found;
  }

  PostgresPlace place;
  const PgBouncer& pooler;
  tenancy::Authority authority;
  std::optional<TenantContext> acme;
  std::optional<TenantContext> globex;

 private:
  [[nodiscard]] TenantContext enter(const std::string& slug) const {
    return must(authority.enter(must(authority.registry().create({slug, slug})).id));
  }
};

}  // namespace

TEST_CASE("a schema is migrated through a pooler, too") {
  const PostgresPlace place;
  auto options = place.again();
  options.kinds = {
      tenancy::postgres::store_kind({.statements = tenancy::postgres::PreparedStatements::none})};
  options.schema_policy.shared_tables.push_back("more");
  options.migrations.push_back(
      {9,
       "more",
       "CREATE TABLE more (id TEXT PRIMARY KEY); INSERT INTO more VALUES ('a')",
       {},
       {}});
  const auto owner = PgBouncer::shared().url("tenancy_owner", place.database().name());
  const auto applied = must(tenancy::migrate(owner, options));
  REQUIRE(applied.size() == 1);
  CHECK(applied.front().version == 9);
  CHECK(RawSession{place.database().admin_url()}.value("SELECT id FROM more") == "a");
  // What the step did is found out there as well.
  options.migrations.push_back({10, "bad", "CREATE INDEX bad ON tenancy_tenants (name)", {}, {}});
  CHECK(code_of(tenancy::migrate(owner, options)) == errc::migration_failed);
  options.migrations.pop_back();
  CHECK(must(tenancy::migrate(owner, options)).empty());
}

TEST_CASE(
    "tenants that share a pooler's connections find their own rows, and leave nothing there") {
  const Pooled pooled;
  constexpr int threads_of_each = 3;
  constexpr int turns = 15;
  std::atomic<int> foreign = 0;
  std::vector<std::thread> threads;
  for (int number = 0; number < 2 * threads_of_each; ++number) {
    threads.emplace_back([&, number] {
      const bool is_acme = number % 2 == 0;
      const TenantContext& context = is_acme ? *pooled.acme : *pooled.globex;
      const std::string own = is_acme ? "acme" : "globex";
      for (int turn = 0; turn < turns; ++turn) {
        const std::string name = own + std::to_string(number) + "-" + std::to_string(turn);
        must(pooled.authority.store().write(context, [&](WriteTransaction& tx) -> Result<void> {
          const Repository<Note> notes{tx};
          BOOST_OUTCOME_TRY(notes.insert({.id = name, .title = name, .link = own}));
          BOOST_OUTCOME_TRY(notes.insert({.id = name + "+", .title = name + "+", .link = own}));
          return tenancy::success();
        }));
        must(pooled.notes(context).for_each(
            {}, [&](const Note& note) { foreign += note.link == own ? 0 : 1; }));
      }
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }
  CHECK(foreign == 0);
  CHECK(must(pooled.notes(*pooled.acme).count()) == 2 * threads_of_each * turns);
  CHECK(must(pooled.notes(*pooled.globex).count()) == 2 * threads_of_each * turns);
  // And one that the database was made with.
  CHECK(pooled.server_connections_of_app() == std::to_string(server_connections + 1));
  for (const std::string& left :
       pooled.found_everywhere("SELECT coalesce(current_setting('tenancy.tenant', true), '') || "
                               "coalesce(current_setting('tenancy.crossing', true), '')")) {
    CHECK(left.empty());
  }
  for (const std::string& seen : pooled.found_everywhere("SELECT count(*) FROM notes")) {
    CHECK(seen == "0");
  }
}

TEST_CASE("what another customer of the pooler left on its connections counts for nothing") {
  const Pooled pooled;
  // What the policies ask, as each statement of a tenant's finds it.
  RawSession{pooled.place.database().owner_url()}.run(
      "CREATE FUNCTION tells() RETURNS trigger LANGUAGE plpgsql AS $t$BEGIN NEW.link := "
      "tenancy_tenant()::text || ' ' || tenancy_crossing()::text || ' ' || "
      "current_setting('search_path') || ' ' || "
      "current_setting('idle_in_transaction_session_timeout') || ' ' || "
      "current_setting('client_connection_check_interval'); RETURN NEW; END$t$;"
      "CREATE TRIGGER tells BEFORE INSERT ON notes FOR EACH ROW EXECUTE FUNCTION tells()");
  pooled.admin().run(
      "CREATE SCHEMA elsewhere; CREATE TABLE elsewhere.notes AS SELECT * FROM notes;"
      "INSERT INTO elsewhere.notes VALUES (" +
      std::to_string(pooled.acme->tenant().value()) +
      ", 'planted', 'planted', 0, NULL, 0, 0);"
      "ALTER TABLE elsewhere.notes ENABLE ROW LEVEL SECURITY; CREATE POLICY open ON "
      "elsewhere.notes "
      "USING (true); GRANT USAGE ON SCHEMA elsewhere TO tenancy_app; GRANT ALL ON elsewhere.notes "
      "TO tenancy_app");
  must(pooled.notes(*pooled.globex).insert({.id = "g", .title = "g"}));
  pooled.say_everywhere("SET tenancy.crossing = 'on'; SET tenancy.tenant = '" +
                        std::to_string(pooled.globex->tenant().value()) +
                        "'; SET search_path = elsewhere, public; "
                        "SET idle_in_transaction_session_timeout = 0");
  must(pooled.notes(*pooled.acme).insert({.id = "a", .title = "a"}));
  const auto one_call = must(pooled.notes(*pooled.acme).require("a"));
  CHECK(one_call.link ==
        std::to_string(pooled.acme->tenant().value()) + " false public, pg_temp 61s 2s");
  must(pooled.authority.store().write(*pooled.acme, [&](WriteTransaction& tx) -> Result<void> {
    const Repository<Note> notes{tx};
    must(notes.insert({.id = "b", .title = "b"}));
    CHECK(must(notes.require("b")).link == one_call.link);
    CHECK(must(notes.count()) == 2);
    return tenancy::success();
  }));
  CHECK(code_of(pooled.notes(*pooled.acme).require("planted")) == errc::not_found);
  // The library's own work, too, and a connection that is opened now.
  RawSession{pooled.place.database().owner_url()}.run("DROP FUNCTION tells CASCADE");
  must(pooled.authority.registry().create({"initech", "Initech"}));
  const auto again = must(pooled.open());
  CHECK(must(again.registry().list({})).items.size() == 3);
}

TEST_CASE(
    "a deadline and a stop hold through a pooler, and the connection behind it is free again") {
  const Pooled pooled;
  must(pooled.notes(*pooled.acme).insert({.id = "a", .title = "a"}));
  {
    const auto locked = pooled.admin();
    locked.run("BEGIN; LOCK TABLE notes IN ACCESS EXCLUSIVE MODE");
    CHECK(code_of(pooled.notes(*pooled.acme, CallOptions::within(200ms)).require("a")) ==
          errc::deadline_exceeded);
    const auto admin = pooled.admin();
    const auto waits = [&admin] {
      return admin.value(
                 "SELECT count(*) FROM pg_stat_activity WHERE usename = 'tenancy_app' AND "
                 "datname = current_database() AND wait_event_type = 'Lock'") != "0";
    };
    std::stop_source stop;
    std::thread stopper{[&] {
      while (!waits()) {
        std::this_thread::yield();
      }
      stop.request_stop();
    }};
    CHECK(code_of(pooled.notes(*pooled.acme, {.stop = stop.get_token()}).require("a")) ==
          errc::cancelled);
    stopper.join();
    const auto last = std::chrono::steady_clock::now() + 20s;
    while (waits() && std::chrono::steady_clock::now() < last) {
      std::this_thread::yield();
    }
    CHECK_FALSE(waits());
  }
  CHECK(must(pooled.notes(*pooled.acme).require("a")).title == "a");
}

TEST_CASE("tenants' queries go through a pooler, confined anew in each transaction") {
  const Pooled pooled;
  must(pooled.notes(*pooled.acme).insert({"a", "acme's", 1, {}, {}, {}}));
  must(pooled.notes(*pooled.globex).insert({"a", "globex's", 1, {}, {}, {}}));
  // What another customer left: a path to the tables, whose rows there are, and plans that may take
  // long to make.
  {
    const RawSession other{pooled.pooler.url("tenancy_query", pooled.place.database().name())};
    other.run("SET search_path = public");
    other.run("SET tenancy.crossing = 'on'");
    other.run("SET join_collapse_limit = 1000");
  }
  for (int round = 0; round < 8; ++round) {
    for (const auto& [context, title] :
         {std::pair{&pooled.acme, "acme's"}, std::pair{&pooled.globex, "globex's"}}) {
      const tenancy::ScopedSql sql{pooled.authority.store(), **context};
      const auto found = must(sql.query("SELECT title FROM notes"));
      REQUIRE(found.rows.size() == 1);
      CHECK(found.rows[0][0] == tenancy::SqlValue{std::string{title}});
    }
  }
  CHECK(code_of(tenancy::ScopedSql{pooled.authority.store(), *pooled.acme}.query(
            "SELECT count(*) FROM generate_series(1, 1000000000)")) == errc::query_limit_exceeded);
}

TEST_CASE("prepared statements through a pooler are refused, whatever its mode") {
  const Pooled pooled;
  const auto refused = pooled.open(tenancy::postgres::PreparedStatements::named);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error() == errc::unsupported_engine);
  CHECK(refused.error().message().find("PostgresOptions::statements") != std::string::npos);
}

TEST_CASE("a pooler that is killed, and a server behind it, lose what was not committed alone") {
  PgBouncer pooler{PostgresCluster::shared()};
  const Pooled pooled{pooler};
  must(pooled.notes(*pooled.acme).insert({.id = "a", .title = "a"}));
  const auto cut =
      pooled.authority.store().write(*pooled.acme, [&](WriteTransaction& tx) -> Result<void> {
        BOOST_OUTCOME_TRY(Repository<Note>{tx}.insert({.id = "b", .title = "b"}));
        pooler.restart();
        BOOST_OUTCOME_TRY(Repository<Note>{tx}.insert({.id = "c", .title = "c"}));
        return tenancy::success();
      });
  CHECK(code_of(cut) == errc::transaction_lost);
  must(pooled.notes(*pooled.acme).insert({.id = "d", .title = "d"}));
  const auto ended =
      pooled.authority.store().write(*pooled.acme, [&](WriteTransaction& tx) -> Result<void> {
        BOOST_OUTCOME_TRY(Repository<Note>{tx}.insert({.id = "e", .title = "e"}));
        pooled.admin().run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'tenancy_app' "
            "AND datname = current_database()");
        BOOST_OUTCOME_TRY(Repository<Note>{tx}.insert({.id = "f", .title = "f"}));
        return tenancy::success();
      });
  CHECK(code_of(ended) == errc::transaction_lost);
  must(pooled.notes(*pooled.globex).insert({.id = "g", .title = "g"}));
  CHECK(pooled.admin().value("SELECT string_agg(id, ',' ORDER BY id) FROM notes") == "a,d,g");
}
