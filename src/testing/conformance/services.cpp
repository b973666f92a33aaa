// Values, and what the library's other rooms stand on: its own tables, the schema's steps, quotas,
// the registry, queries that tenants write, looks from outside.

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <latch>
#include <limits>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

#include "tenancy/data/query.hpp"
#include "tenancy/data/scoped_sql.hpp"
#include "tenancy/migrate/migrate.hpp"
#include "tenancy/migrate/verify_schema.hpp"
#include "tenancy/quota/quota.hpp"
#include "tenancy/storage/detail/store_opener.hpp"

#include "storage/backend.hpp"
#include "testing/conformance/look.hpp"

namespace tenancy::inline v0::conformance {
namespace {

using detail::ControlSession;
using detail::StaticSql;

constexpr StaticSql count_tenants_sql{"SELECT count(*) FROM tenancy_tenants"};
constexpr StaticSql rename_tenants_sql{"UPDATE tenancy_tenants SET name = 'renamed'"};
constexpr StaticSql count_renamed_sql{
    "SELECT count(*) FROM tenancy_tenants WHERE name = 'renamed'"};

Result<std::int64_t> number(ControlSession& session, const StaticSql& sql) {
  BOOST_OUTCOME_TRY(auto lease, session.prepare(sql));
  BOOST_OUTCOME_TRY(lease->step());
  return lease->int64(0).value_or(-1);
}

Result<void> run(ControlSession& session, const StaticSql& sql) {
  BOOST_OUTCOME_TRY(auto lease, session.prepare(sql));
  BOOST_OUTCOME_TRY(lease->step());
  return success();
}

std::vector<std::byte> bytes_of(std::string_view text) {
  std::vector<std::byte> bytes(text.size());
  std::ranges::transform(text, bytes.begin(), [](char c) { return static_cast<std::byte>(c); });
  return bytes;
}

void check_values(Look& look) {
  const auto handle = look.open();
  const auto context = handle.enter(handle.create("tenant"));
  const Repository<Sample> samples{handle.store(), context};
  using Number = std::numeric_limits<std::int64_t>;
  using Real = std::numeric_limits<double>;
  using namespace std::string_view_literals;
  const std::vector<Sample> all{
      {.number = Number::min(), .text = "", .maybe = std::nullopt, .weight = 0, .bytes = {}},
      {.number = -1,
       .text = R"(it's "quoted" \ % _ ;--)",
       .maybe = "",
       .weight = -0.5,
       .bytes = bytes_of("\0\1\xff\0"sv)},
      {.number = 0,
       .text = "Grüße, 世界 🙂",
       .maybe = "?1",
       .weight = Real::denorm_min(),
       .bytes = bytes_of("plain")},
      {.number = 1,
       .text = "line\nand\ttab",
       .maybe = "NULL",
       .weight = Real::max(),
       .bytes = bytes_of("'")},
      {.number = Number::max(),
       .text = std::string(5000, 'x'),
       .maybe = "$1",
       .weight = 3,
       .bytes = std::vector<std::byte>(5000)},
  };
  for (const auto& sample : all) {
    got("inserting a row", samples.insert(sample));
    equal("a row", sample, got("finding a row", samples.require(sample.number)));
  }
  const auto listed = got("listing rows", samples.list());
  expect(listed.items == all || std::ranges::is_permutation(listed.items, all),
         "a list gives the rows as they were stored", "others");
}

void check_text_order(Look& look) {
  const auto handle = look.open();
  const auto cards = handle.cards(handle.enter(handle.create("tenant")));
  // By their bytes: case, digits and letters beyond ASCII in the places of no language.
  const std::vector<std::string> sorted{"",  " a", "10", "9", "B", "Z", "_",
                                        "a", "aa", "b",  "z", "Ä", "ä", "世"};
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    // In another order than they come in.
    const auto& title = sorted[(i * 5) % sorted.size()];
    got("inserting a row", cards.insert(card("k" + title, title)));
  }
  const auto page =
      got("listing by a text", cards.list(Query<Card>{}.order_by(ascending<&Card::title>)));
  std::vector<std::string> seen;
  for (const auto& one : page.items) {
    seen.push_back(one.title);
  }
  expect(seen == sorted, "texts are in the order of their bytes", "another order");
  equal<std::int64_t>("the number of texts before 'a'", 7,
                      got("counting rows", cards.count(field<&Card::title> < "a")));
  equal<std::int64_t>("the number of texts that equal 'A'", 0,
                      got("counting rows", cards.count(field<&Card::title> == "A")));
}

void check_control(Look& look) {
  const auto handle = look.open();
  const auto tenant = handle.create("tenant");
  const auto backend = handle.backend();
  const auto count = [&](const StaticSql& sql) {
    return got("reading the library's tables",
               detail::control_read(*backend, {},
                                    [&](ControlSession& session) { return number(session, sql); }));
  };
  equal<std::int64_t>("the number of tenants", 1, count(count_tenants_sql));
  expect(
      !detail::control_read(
          *backend, {}, [](ControlSession& session) { return run(session, rename_tenants_sql); }),
      "a control transaction that reads cannot write", "success");
  refused("a control transaction whose body fails",
          detail::control_write(*backend, {},
                                [](ControlSession& session) -> Result<void> {
                                  BOOST_OUTCOME_TRY(run(session, rename_tenants_sql));
                                  return Error{errc::version_conflict, "the body gives up"};
                                }),
          {errc::version_conflict});
  equal<std::int64_t>("the number of rows that control transactions changed which failed", 0,
                      count(count_renamed_sql));
  got("a control transaction that writes",
      detail::control_write(
          *backend, {}, [](ControlSession& session) { return run(session, rename_tenants_sql); }));
  equal<std::int64_t>("the number of rows that a control transaction changed", 1,
                      count(count_renamed_sql));
  std::int64_t looked_up = 0;
  got("a look-up", detail::control_read(*backend, {}, [&](ControlSession& session) {
        return session.look_up(
            "SELECT tenant_id FROM tenancy_tenants",
            [&](const detail::Statement& row) { looked_up = row.int64(0).value_or(0); });
      }));
  equal("the tenant that is looked up", tenant.id.value(), looked_up);
}

void check_registry(Look& look) {
  const auto here = look.open();
  const auto elsewhere = look.open();
  constexpr int threads = 4;
  std::latch begin{threads};
  std::atomic<int> created{0};
  std::atomic<int> refusals{0};
  std::vector<std::jthread> all;
  all.reserve(threads);
  for (int thread = 0; thread < threads; ++thread) {
    all.emplace_back([&, thread] {
      const auto registry = (thread % 2 == 0 ? here : elsewhere).registry();
      begin.arrive_and_wait();
      const auto outcome = registry.create({"wanted", "Wanted"});
      created += outcome ? 1 : 0;
      refusals += !outcome && outcome.error() == errc::already_exists ? 1 : 0;
    });
  }
  for (auto& thread : all) {
    thread.join();
  }
  equal("how many of those that create a tenant under one name at once do so", 1, created.load());
  equal("how many are refused with already_exists", threads - 1, refusals.load());

  const auto slug = got("a name", Slug::parse("wanted"));
  const auto seen = got("finding a tenant", elsewhere.registry().find(slug));
  got("renaming a tenant", here.registry().rename(seen.id, "Renamed", seen.version));
  refused("a change of a tenant that another handle has changed since",
          elsewhere.registry().rename(seen.id, "Lost", seen.version), {errc::version_conflict});
  equal("the tenant's name", std::string{"Renamed"},
        got("finding a tenant", elsewhere.registry().find(slug)).name);
}

void check_quota(Look& look) {
  const auto here = look.open();
  const auto elsewhere = look.open();
  const auto tenant = here.create("tenant");
  const auto other = here.enter(here.create("other"));
  const auto in_here = here.enter(tenant);
  const auto in_elsewhere = elsewhere.enter(tenant);
  constexpr std::int64_t limit = 7;
  constexpr int threads = 4;
  const Quota quota{got("a metric", MetricName::parse("messages")),
                    got("a limit", QuotaLimit::at_most(limit))};
  std::atomic<std::int64_t> admitted{0};
  std::latch begin{threads};
  std::vector<std::jthread> all;
  all.reserve(threads);
  for (int thread = 0; thread < threads; ++thread) {
    all.emplace_back([&, thread] {
      const auto& handle = thread % 2 == 0 ? here : elsewhere;
      const auto& context = thread % 2 == 0 ? in_here : in_elsewhere;
      begin.arrive_and_wait();
      for (int round = 0; round < 4; ++round) {
        if (handle.store().write(context, [&](WriteTransaction& tx) -> Result<void> {
              BOOST_OUTCOME_TRY(quota.consume(tx));
              return success();
            })) {
          ++admitted;
        }
      }
    });
  }
  for (auto& thread : all) {
    thread.join();
  }
  static_cast<void>(here.store().write(in_here, [&](WriteTransaction& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(quota.release(tx, 3));
    return Error{errc::version_conflict, "the unit gives up"};
  }));
  const auto used = [&](const TenantContext& context) {
    return got("reading a quota",
               here.store().read(context, [&](ReadTransaction& tx) { return quota.usage(tx); }))
        .used;
  };
  equal("what is used", admitted.load(), used(in_here));
  expect(admitted <= limit, "no more is admitted than the limit", std::to_string(admitted.load()));
  equal<std::int64_t>("what another tenant has used", 0, used(other));
}

void check_schema(Look& look) {
  {
    const auto handle = look.open();
    const auto context = handle.enter(handle.create("tenant"));
    got("inserting a row", handle.cards(context).insert(card("a", "a")));
  }
  const auto& url = look.place().url();
  auto options = look.options();
  const auto status = got("the status of the schema", migration_status(url, options));
  expect(status.is_up_to_date(), "a store that was opened has all steps", "others");
  const auto sound = got("a look at the schema", verify_schema(url, options));
  expect(sound.is_safe(), "a schema of the library's own making is sound",
         sound.findings.empty() ? std::string{"a finding"} : sound.findings[0].message);

  const auto migrate_url = options.owner_url.empty() ? url : options.owner_url;
  auto broken_step = options;
  broken_step.migrations.push_back(
      {3, "fails in its middle",
       "UPDATE conformance_cards SET title = 'changed'; SELECT conformance_nothing();"});
  refused("a step that fails in its middle", migrate(migrate_url, broken_step),
          {errc::migration_failed});
  const auto pending = got("the status of the schema", migration_status(url, broken_step));
  expect(!pending.steps.empty() && pending.steps.back().state == MigrationState::pending,
         "a step that failed is not applied", "another state");

  const auto handle = look.open();
  const auto tenant =
      got("finding a tenant", handle.registry().find(got("a name", Slug::parse("tenant"))));
  expect_titles("the tenant, behind a step that failed,", {"a"},
                handle.cards(handle.enter(tenant)));
}

void check_scoped(Look& look) {
  const auto handle = look.open();
  const auto one = handle.enter(handle.create("one"));
  const auto other = handle.enter(handle.create("other"));
  got("inserting a row", handle.cards(one).insert(card("a", "of one")));
  got("inserting a row", handle.cards(other).insert(card("a", "of other")));
  const ScopedSql sql{handle.store(), one};
  const auto table = sql.query("SELECT title FROM conformance_cards");
  if (!table && table.error() == errc::not_supported) {
    throw NotApplicable{"the store takes no queries that tenants write"};
  }
  const auto rows = got("a query that a tenant wrote", table).rows;
  equal<std::size_t>("the number of rows that it gives", 1, rows.size());
  const auto json =
      got("a query that a tenant wrote",
          sql.query_json("SELECT count(*) FROM conformance_cards WHERE title = 'of other'"));
  expect(json.find("[[0]]") != std::string::npos, "a tenant's query sees its own rows", json);
  for (const auto* const text :
       {"SELECT tenant_id FROM conformance_cards", "SELECT * FROM tenancy_tenants",
        "SELECT key_id FROM tenancy_api_keys", "DELETE FROM conformance_cards",
        "SELECT 1; SELECT 2"}) {
    const auto outcome = sql.query(text);
    expect(!outcome && outcome.error() == Condition::invalid,
           std::string{"a query of a tenant's that asks '"} + text + "' is refused",
           shown(outcome));
  }
  got("suspending a tenant", handle.registry().suspend(one.tenant()));
  refused("a query of a tenant that is suspended", sql.query("SELECT title FROM conformance_cards"),
          {errc::tenant_not_active});
}

void check_inspection(Look& look) {
  const auto options = look.options();
  const auto& url = look.place().url();
  const auto* const opener =
      got("finding who opens the URL", detail::find_opener(url, options.kinds));
  const auto nothing =
      got("looking where there is no store", opener->inspect(url, options.store, {}));
  expect(nothing == nullptr, "where there is no store, none is found", "a store");

  const auto handle = look.open();
  const auto tenant = handle.create("tenant");
  const auto inspection = got("looking at a store", opener->inspect(url, options.store, {}));
  expect(inspection != nullptr, "a store that is there is found", "none");
  expect(inspection->dialect() == opener->dialect() &&
             handle.backend()->dialect() == opener->dialect(),
         "what opens, what looks and what is opened speak one dialect", "two");
  equal<std::int64_t>("the number of tenants", 1,
                      got("looking at the library's tables",
                          detail::inspect(*inspection, {}, [](ControlSession& session) {
                            return number(session, count_tenants_sql);
                          })));
  expect(!detail::inspect(*inspection, {},
                          [](ControlSession& session) { return run(session, rename_tenants_sql); }),
         "who only looks changes nothing", "success");
  equal("the tenant's name", tenant.name,
        got("finding a tenant", handle.registry().find(tenant.id)).name);
}

void check_status(Look& look) {
  const auto handle = look.open();
  const auto context = handle.enter(handle.create("tenant"));
  const auto before = got("the store's figures", handle.backend()->status({}));
  expect(!before.engine.empty(), "the store names its engine", "nothing");
  expect(before.opened_at == look.clock().now(), "the store tells when it was opened, by its clock",
         "another time");
  expect(before.readers >= 1, "the store tells how many may read at once", "none");
  static_cast<void>(handle.store().read(context, [](ReadTransaction& tx) -> Result<void> {
    constexpr StaticSql sql{"SELECT tenant_id FROM conformance_cards WHERE tenant_id = ?1"};
    auto& session = detail::SessionAccess::of(tx);
    BOOST_OUTCOME_TRY(auto lease, session.prepare(sql));
    return session.report_foreign_row(*lease);
  }));
  const auto after = got("the store's figures", handle.backend()->status({}));
  equal("the alarms that the store counts", before.isolation_alarms + 1, after.isolation_alarms);
  const auto health = handle.authority.health();
  const auto* const store = health.find("store");
  expect(store != nullptr && store->state != HealthState::failed,
         "a store that is well is not reported as failed",
         store == nullptr ? std::string{"no report"} : store->message);
}

/// What a child that is forked off is told, a letter for each call.
std::string told_in_child(const Handle& handle, const TenantContext& context) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) {
    throw NotApplicable{"no pipe"};
  }
  const auto child = ::fork();
  if (child < 0) {
    throw NotApplicable{"no process"};
  }
  if (child == 0) {
    const auto letter = [](const auto& outcome) {
      return outcome ? 's' : outcome.error() == errc::forked_process ? 'f' : 'o';
    };
    const std::array<char, 3> said{letter(handle.cards(context).count()),
                                   letter(handle.cards(context).insert(card("b", "b"))),
                                   letter(handle.registry().create({"child", "Child"}))};
    const bool written =
        ::write(ends[1], said.data(), said.size()) == static_cast<ssize_t>(said.size());
    ::_exit(written ? EXIT_SUCCESS : EXIT_FAILURE);
  }
  ::close(ends[1]);
  std::string said;
  std::array<char, 8> buffer{};
  for (ssize_t size = 0; (size = ::read(ends[0], buffer.data(), buffer.size())) > 0;) {
    said.append(buffer.data(), static_cast<std::size_t>(size));
  }
  ::close(ends[0]);
  int ignored = 0;
  ::waitpid(child, &ignored, 0);
  return said;
}

void check_fork(Look& look) {
  if (!look.run().may_fork) {
    throw NotApplicable{"RunOptions::may_fork is not set"};
  }
  const auto handle = look.open();
  const auto context = handle.enter(handle.create("tenant"));
  got("inserting a row", handle.cards(context).insert(card("a", "a")));
  equal(
      "what a process that was forked off is told of a read, a write and a change of the "
      "registry (f: forked_process)",
      std::string{"fff"}, told_in_child(handle, context));
  got("a write of the parent's", handle.cards(context).insert(card("c", "c")));
  expect_titles("the tenant", {"a", "c"}, handle.cards(context));
}

}  // namespace

std::vector<Entry> service_checks() {
  return {
      {{"values.kept", "Integers, reals, texts, bytes and NULL come back as they were stored."},
       &check_values},
      {{"values.text_order", "Texts are compared and sorted by their bytes."}, &check_text_order},
      {{"control.transactions",
        "Transactions on the library's own tables commit, roll back, and write only where they "
        "may."},
       &check_control},
      {{"control.registry",
        "Handles of one store share one registry: a name is given out once, and no change is "
        "lost."},
       &check_registry},
      {{"control.schema",
        "A step of the schema is applied as a whole or not at all, and what is applied is told."},
       &check_schema},
      {{"quota.exact", "A tenant's quota admits up to its limit, whoever consumes at once."},
       &check_quota},
      {{"scoped_sql.own_rows", "Queries that tenants write see their own rows and change nothing."},
       &check_scoped},
      {{"inspection.looks",
        "A look at a store finds it, or that there is none, and changes nothing."},
       &check_inspection},
      {{"status.figures", "The store's figures are there, and count alarms."}, &check_status},
      {{"process.fork", "A process that was forked off from an open store is refused."},
       &check_fork},
  };
}

}  // namespace tenancy::inline v0::conformance
