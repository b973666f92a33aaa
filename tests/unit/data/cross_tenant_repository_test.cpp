#include "tenancy/data/cross_tenant_repository.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"

#include "crash/seed.hpp"
#include "support/entities.hpp"
#include "support/fault_vfs.hpp"
#include "support/test_store.hpp"

using tenancy::ascending;
using tenancy::CrossingPurpose;
using tenancy::CrossingReason;
using tenancy::CrossTenantContext;
using tenancy::CrossTenantRepository;
using tenancy::descending;
using tenancy::errc;
using tenancy::field;
using tenancy::Order;
using tenancy::PageRequest;
using tenancy::Query;
using tenancy::ReadRepository;
using tenancy::Repository;
using tenancy::Result;
using tenancy::TenantCount;
using tenancy::TenantId;
using tenancy::TenantRow;
using tenancy::Visit;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::Task;
using tenancy_test::tester;
using tenancy_test::TestStore;

namespace {

using Rows = std::vector<TenantRow<Note>>;

CrossTenantContext cross(const tenancy::Authority& authority) {
  return must(authority.cross_tenants(
      tester(), must(CrossingReason::create(CrossingPurpose::reporting, "notes per tenant"))));
}

/// Three tenants with the same titles and stars.
struct Notes {
  Notes() {
    for (const auto& tenant : {test.acme, test.globex, test.create_tenant("initech")}) {
      tenants.push_back(tenant.id);
      const Repository<Note> notes{test.store, test.enter(tenant)};
      for (std::int64_t stars = 0; stars < 5; ++stars) {
        test.clock->advance(std::chrono::milliseconds{1});
        must(notes.insert({.title = "note " + std::to_string(stars), .stars = stars}));
      }
    }
    std::ranges::sort(tenants);
  }

  /// Every tenant's own rows of a query, tenant by tenant, oldest first.
  [[nodiscard]] Rows rows_of_each(const Query<Note>& query) const {
    Rows rows;
    for (const TenantId tenant : tenants) {
      const auto context = must(test.authority.enter(tenant, tester()));
      must(ReadRepository<Note>{test.store, context}.for_each(query, [&](const Note& note) {
        rows.push_back({tenant, note});
      }));
    }
    return rows;
  }

  TestStore test;
  std::vector<TenantId> tenants;
  CrossTenantContext crossing = cross(test.authority);
  CrossTenantRepository<Note> all{test.store, crossing};
};

Rows walk(const CrossTenantRepository<Note>& notes, const Query<Note>& query, PageRequest request) {
  Rows rows;
  while (true) {
    auto page = must(notes.list(query, request));
    rows.insert(rows.end(), page.items.begin(), page.items.end());
    if (!page.next_cursor) {
      return rows;
    }
    request.cursor = page.next_cursor;
  }
}

}  // namespace

TEST_CASE("all tenants' rows are the union of each tenant's own") {
  const Notes notes;
  const Rows expected = notes.rows_of_each({});
  REQUIRE(expected.size() == 15);
  Rows scanned;
  must(notes.all.for_each({}, [&](TenantId tenant, const Note& note) {
    scanned.push_back({tenant, note});
  }));
  CHECK(scanned == expected);
  for (const std::int64_t limit : {1, 4, 15, 50}) {
    CAPTURE(limit);
    CHECK(walk(notes.all, {}, {.limit = limit, .order = Order::oldest_first}) == expected);
    CHECK(walk(notes.all, {}, {.limit = limit}) == Rows{expected.rbegin(), expected.rend()});
  }
  CHECK(must(notes.all.count()) == 15);
  CHECK(must(notes.all.count_by_tenant()) == std::vector<TenantCount>{{notes.tenants[0], 5},
                                                                      {notes.tenants[1], 5},
                                                                      {notes.tenants[2], 5}});
}

TEST_CASE("a query asks the same of every tenant's rows") {
  const Notes notes;
  const Query<Note> query{field<&Note::stars> >= 3};
  const Rows expected = notes.rows_of_each(query);
  REQUIRE(expected.size() == 6);
  CHECK(walk(notes.all, query, {.limit = 4, .order = Order::oldest_first}) == expected);
  CHECK(must(notes.all.count(query)) == 6);
  CHECK(must(notes.all.count_by_tenant(field<&Note::title> == "no such")).empty());
  // Whoever asks for everything in a roundabout way.
  CHECK(must(notes.all.count(field<&Note::stars> >= 0 || field<&Note::stars> < 0)) == 15);
}

TEST_CASE("an order of a query goes across tenants, and ties are told apart by tenant and key") {
  const Notes notes;
  const auto query = Query<Note>{}.order_by(descending<&Note::stars>);
  Rows expected = notes.rows_of_each({});
  std::ranges::stable_sort(expected, [](const auto& one, const auto& other) {
    if (one.row.stars != other.row.stars) {
      return one.row.stars > other.row.stars;
    }
    return std::pair{one.tenant, one.row.id} > std::pair{other.tenant, other.row.id};
  });
  CHECK(walk(notes.all, query, {.limit = 2}) == expected);
  Rows scanned;
  must(notes.all.for_each(query, [&](TenantId tenant, const Note& note) {
    scanned.push_back({tenant, note});
  }));
  CHECK(scanned == expected);
}

TEST_CASE("pages lead both ways and tell the totals where they are numbered") {
  const Notes notes;
  const auto first = must(notes.all.list({.limit = 4}));
  const auto second = must(notes.all.list({.limit = 4, .cursor = first.next_cursor}));
  const auto back = must(notes.all.list({.limit = 4, .cursor = second.previous_cursor}));
  CHECK(back.items == first.items);
  const auto numbered = must(notes.all.list({.limit = 4, .number = 4}));
  CHECK(numbered.items.size() == 3);
  REQUIRE(numbered.numbers.has_value());
  CHECK(numbered.numbers->total == 15);
  CHECK(numbered.numbers->total_pages == 4);
}

TEST_CASE("cursors across tenants and a tenant's are useless to each other") {
  const Notes notes;
  const Query<Note> query{field<&Note::stars> >= 0};
  const auto context = must(notes.test.authority.enter(notes.tenants[0], tester()));
  const ReadRepository<Note> own{notes.test.store, context};
  for (const Query<Note>& each : {Query<Note>{}, query}) {
    const auto of_all = must(notes.all.list(each, {.limit = 2})).next_cursor;
    const auto of_one = must(own.list(each, {.limit = 2})).next_cursor;
    REQUIRE(of_all.has_value());
    REQUIRE(of_one.has_value());
    CHECK(code_of(own.list(each, {.limit = 2, .cursor = of_all})) == errc::invalid_cursor);
    CHECK(code_of(notes.all.list(each, {.limit = 2, .cursor = of_one})) == errc::invalid_cursor);
    // Nor of another table, another query or the other direction.
    CHECK(code_of(CrossTenantRepository<Task>{notes.test.store, notes.crossing}.list(
              {.cursor = of_all})) == errc::invalid_cursor);
    CHECK(code_of(notes.all.list(field<&Note::stars> < 3, {.cursor = of_all})) ==
          errc::invalid_cursor);
    CHECK(code_of(notes.all.list(each, {.cursor = of_all, .order = Order::oldest_first})) ==
          errc::invalid_cursor);
    // Another permission goes on.
    const auto later = cross(notes.test.authority);
    must(CrossTenantRepository<Note>{notes.test.store, later}.list(each, {.cursor = of_all}));
  }
}

TEST_CASE("rows of tenants of any status are given, and those of nobody are not") {
  const Notes notes;
  must(notes.test.registry.suspend(notes.tenants[0]));
  must(notes.test.registry.archive(notes.tenants[1]));
  CHECK(must(notes.all.count()) == 15);
  CHECK(walk(notes.all, {}, {.limit = 7}).size() == 15);

  auto raw = notes.test.raw();
  raw.exec("PRAGMA foreign_keys = OFF");
  raw.exec(
      "INSERT INTO notes SELECT 17, id, title, stars, link, created_at, updated_at FROM notes "
      "WHERE tenant_id = " +
      std::to_string(notes.tenants[2].value()));
  CHECK(must(notes.all.count()) == 15);
  CHECK(must(notes.all.count_by_tenant()).size() == 3);
  CHECK(walk(notes.all, {}, {.limit = 7}).size() == 15);
}

TEST_CASE("a visitor stops, fails and throws as it likes") {
  const Notes notes;
  int visits = 0;
  must(notes.all.for_each(
      {}, [&](TenantId, const Note&) { return ++visits == 2 ? Visit::stop : Visit::next; }));
  CHECK(visits == 2);
  CHECK(code_of(notes.all.for_each({}, [&](TenantId, const Note&) -> Result<void> {
          ++visits;
          return tenancy::Error{errc::not_found, "enough"};
        })) == errc::not_found);
  CHECK(visits == 3);
  CHECK_THROWS_AS(static_cast<void>(notes.all.for_each(
                      {}, [](TenantId, const Note&) { throw std::runtime_error{"a bug"}; })),
                  std::runtime_error);
  CHECK(must(notes.all.count()) == 15);
}

TEST_CASE("a row that cannot be read is an error that names its column") {
  const Notes notes;
  // Of another type than the member, in a table that takes it.
  notes.test.run_raw(
      "CREATE TABLE loose (tenant_id INTEGER NOT NULL REFERENCES tenancy_tenants, "
      "number ANY NOT NULL, note ANY, done ANY NOT NULL, weight ANY NOT NULL, "
      "PRIMARY KEY (tenant_id, number)); DROP TABLE tasks; "
      "ALTER TABLE loose RENAME TO tasks");
  notes.test.run_raw(
      "INSERT INTO tasks SELECT tenant_id, 1, NULL, 'perhaps', 0.5 "
      "FROM tenancy_tenants LIMIT 1");
  const CrossTenantRepository<Task> tasks{notes.test.store, notes.crossing};
  const auto listed = tasks.list();
  REQUIRE_FALSE(listed.has_value());
  CHECK(listed.error() == errc::invalid_row);
  CHECK(listed.error().subject() == "done");
  CHECK(code_of(tasks.for_each({}, [](TenantId, const Task&) {})) == errc::invalid_row);
}

TEST_CASE("a row whose tenant is no number is given as nobody's") {
  const Notes notes;
  // The predicate is answered with a tenant and the result with a text, now and then.
  notes.test.run_raw(
      "ALTER TABLE notes RENAME TO real_notes; CREATE VIEW notes AS SELECT "
      "CASE abs(random()) % 2 WHEN 0 THEN tenant_id ELSE 'nobody' END AS tenant_id, "
      "id, title, stars, link, created_at, updated_at FROM real_notes");
  std::size_t stopped = 0;
  const auto check = [&](const auto& outcome) {
    if (!outcome) {
      CHECK(outcome.error() == errc::invalid_row);
      CHECK(outcome.error().subject() == "tenant_id");
      ++stopped;
    }
  };
  for (int attempt = 0; attempt < 50; ++attempt) {
    check(notes.all.list());
  }
  CHECK(stopped > 0);
  stopped = 0;
  for (int attempt = 0; attempt < 50; ++attempt) {
    check(notes.all.for_each({}, [](TenantId, const Note&) {}));
  }
  CHECK(stopped > 0);
}

TEST_CASE("what a query and a page must not be is refused as in a tenant's list") {
  const Notes notes;
  CHECK(code_of(notes.all.list({.limit = 0})) == errc::invalid_argument);
  CHECK(code_of(notes.all.list({.cursor = "nonsense"})) == errc::invalid_cursor);
  const tenancy::Query<Note> too_many{field<&Note::title>.in(std::vector<std::string>(501, "x"))};
  CHECK(code_of(notes.all.count(too_many)) == errc::invalid_argument);
  CHECK(code_of(notes.all.count_by_tenant(too_many)) == errc::invalid_argument);
  CHECK(code_of(notes.all.list(too_many)) == errc::invalid_argument);
  CHECK(code_of(notes.all.for_each(too_many, [](TenantId, const Note&) {})) ==
        errc::invalid_argument);
}

TEST_CASE("tenants' own statements are as narrow after reads across them on the same connection") {
  const TestStore test{{.readers = 1}};
  for (const auto& tenant : {test.acme, test.globex}) {
    must(Repository<Note>{test.store, test.enter(tenant)}.insert({.title = "same"}));
  }
  const auto crossing = cross(test.authority);
  const CrossTenantRepository<Note> all{test.store, crossing};
  const ReadRepository<Note> acme{test.store, test.enter(test.acme)};
  const Query<Note> query{field<&Note::title> == "same"};
  for (int i = 0; i < 3; ++i) {
    CHECK(must(all.count(query)) == 2);
    CHECK(must(acme.count(query)) == 1);
    CHECK(must(all.list(query)).items.size() == 2);
    CHECK(must(acme.list(query)).items.size() == 1);
  }
}

TEST_CASE(
    "a view across tenants runs no tenant's statement and none that writes, nor the reverse") {
  using tenancy::detail::CrossingSession;
  using tenancy::detail::Session;
  const Notes notes;
  const auto prepared_across = [&](const std::string& text) {
    std::optional<errc> refusal;
    must(tenancy::detail::CrossingStatements::read(
        notes.test.store, notes.crossing, tenancy::CrossingUse::scan, "notes", {},
        [&](CrossingSession& session) {
          const auto write = [&] { return text; };
          const auto prepared = session.prepare({text, write});
          refusal = prepared ? std::nullopt : std::optional{prepared.error().code()};
          return true;
        }));
    return refusal;
  };
  CHECK(prepared_across("SELECT title FROM notes") == std::nullopt);
  CHECK(prepared_across("SELECT title FROM notes WHERE tenant_id = ?1") == errc::internal);
  CHECK(prepared_across("DELETE FROM notes") == errc::internal);
  CHECK(prepared_across("SELECT slug FROM tenancy_tenants").has_value());

  const auto context = must(notes.test.authority.enter(notes.tenants[0], tester()));
  const std::string text = "SELECT title FROM notes";
  std::optional<errc> refusal;
  must(tenancy::detail::Statements::read(
      tenancy::detail::UnitKind::own_statements, notes.test.store, context, {},
      [&](Session& session) {
        const auto write = [&] { return text; };
        const auto prepared = session.prepare(tenancy::detail::ShapedSql{text, write});
        refusal = prepared ? std::nullopt : std::optional{prepared.error().code()};
        return true;
      }));
  CHECK(refusal == errc::internal);
}

TEST_CASE("no row is read when the disk does not take the record") {
  tenancy_test::FaultVfs vfs;
  const TestStore test;
  must(Repository<Note>{test.store, test.enter(test.acme)}.insert({.title = "kept"}));
  const auto crossing = cross(test.authority);
  const CrossTenantRepository<Note> all{test.store, crossing};
  int visits = 0;
  const auto scan = [&] { return all.for_each({}, [&](TenantId, const Note&) { ++visits; }); };
  for (const auto kind : {tenancy_test::FaultKind::io_error, tenancy_test::FaultKind::disk_full}) {
    for (const auto call : {tenancy_test::VfsCall::write, tenancy_test::VfsCall::sync}) {
      if (call == tenancy_test::VfsCall::sync && kind == tenancy_test::FaultKind::disk_full) {
        continue;
      }
      vfs.arm({{.kind = kind, .nth = 1, .only = call, .persistent = true}});
      const auto failed = scan();
      vfs.disarm();
      CHECK(code_of(failed) == errc::crossing_not_recorded);
      CHECK(visits == 0);
    }
  }
  must(scan());
  CHECK(visits == 1);
}

TEST_CASE("random rows and queries agree with each tenant's own lists") {
  std::mt19937_64 random{tenancy_test::announced_seed()};
  const auto below = [&](int bound) { return std::uniform_int_distribution{0, bound - 1}(random); };
  const Notes notes;
  for (int round = 0; round < 40; ++round) {
    const TenantId tenant = notes.tenants[static_cast<std::size_t>(below(3))];
    const auto context = must(notes.test.authority.enter(tenant, tester()));
    const Repository<Note> own{notes.test.store, context};
    notes.test.clock->advance(std::chrono::milliseconds{1});
    if (below(4) == 0) {
      must(own.erase_where(field<&Note::stars> == below(8)));
    } else {
      must(own.insert({.title = "round " + std::to_string(round),
                       .stars = below(8),
                       .link = below(2) == 0 ? std::optional<std::string>{"x"} : std::nullopt}));
    }
    const int bound = below(8);
    Query<Note> query{field<&Note::stars> >= bound || field<&Note::link>.is_null()};
    const Rows expected = notes.rows_of_each(query);
    const PageRequest request{.limit = 1 + below(9), .order = Order::oldest_first};
    REQUIRE(walk(notes.all, query, request) == expected);
    REQUIRE(std::cmp_equal(must(notes.all.count(query)), expected.size()));
    std::map<TenantId, std::int64_t> counted;
    for (const auto& [whose, rows] : must(notes.all.count_by_tenant(query))) {
      counted[whose] = rows;
    }
    std::map<TenantId, std::int64_t> counts;
    for (const auto& row : expected) {
      ++counts[row.tenant];
    }
    REQUIRE(counted == counts);

    // An order with NULLs and ties in it: the same rows, each once, in that order.
    auto sorted =
        walk(notes.all, query.order_by(ascending<&Note::link>, descending<&Note::stars>), request);
    REQUIRE(std::ranges::is_sorted(sorted, [](const auto& one, const auto& other) {
      return std::pair{one.row.link, -one.row.stars} < std::pair{other.row.link, -other.row.stars};
    }));
    std::ranges::sort(sorted, {}, [](const auto& row) {
      return std::pair{row.tenant, row.row.id};
    });
    REQUIRE(sorted == expected);
  }
}

TEST_CASE(
    "a row that cannot be had ends the crossing with an error, and not with the rows before") {
  const Notes world;
  const auto crossing = cross(world.test.authority);
  const CrossTenantRepository<Note> notes{world.test.store, crossing};
  const auto ignore = [](TenantId, const Note&) {};
  // The absolute value of the least number is none.
  world.test.run_raw(
      "ALTER TABLE notes RENAME TO kept; CREATE VIEW notes AS SELECT tenant_id, id, title, "
      "CASE stars WHEN 4 THEN abs(-9223372036854775807 - 1) ELSE stars END AS stars, link, "
      "created_at, updated_at FROM kept");
  CHECK_FALSE(notes.for_each({}, ignore).has_value());
  CHECK_FALSE(notes.for_each(Query<Note>{field<&Note::stars> == 4}, ignore).has_value());
}
