// Whose rows a tenant sees and changes.

#include <algorithm>
#include <array>
#include <latch>
#include <map>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "tenancy/data/aggregate.hpp"
#include "tenancy/data/cross_tenant_repository.hpp"
#include "tenancy/data/query.hpp"
#include "tenancy/storage/transaction.hpp"

#include "testing/conformance/look.hpp"

namespace tenancy::inline v0::conformance {
namespace {

using detail::Session;
using detail::SessionAccess;
using detail::Statement;
using detail::StaticSql;

constexpr StaticSql own_titles_sql{
    "SELECT tenant_id, title FROM conformance_cards WHERE tenant_id = ?1 ORDER BY title"};
constexpr StaticSql title_of_key_sql{
    "SELECT tenant_id, title FROM conformance_cards WHERE tenant_id = ?1 AND id = ?2"};
constexpr StaticSql everybodys_sql{"SELECT tenant_id, title FROM conformance_cards"};

/// Two tenants with rows under the same keys, with values of their own and values that both have.
struct Pair {
  Handle handle;
  Tenant one;
  Tenant other;
  TenantContext in_one;
  TenantContext in_other;

  [[nodiscard]] Repository<Card> ones() const { return handle.cards(in_one); }
  [[nodiscard]] Repository<Card> others() const { return handle.cards(in_other); }
};

Pair make_pair(Look& look, const Look::Change& change = {}) {
  auto handle = look.open(change);
  const auto one = handle.create("one");
  const auto other = handle.create("other");
  const auto in_one = handle.enter(one);
  const auto in_other = handle.enter(other);
  return {std::move(handle), one, other, in_one, in_other};
}

void add_rows(const Pair& pair) {
  for (const auto& [cards, whose] :
       {std::pair{pair.ones(), "one"}, std::pair{pair.others(), "other"}}) {
    got("inserting a row", cards.insert(card("a", "both", 3)));
    got("inserting a row under a key that another tenant uses",
        cards.insert(card("b", std::string{"of "} + whose, 5)));
    auto child = card("c", std::string{"child of "} + whose);
    child.parent = "b";
    got("inserting a row that refers to one", cards.insert(child));
  }
  got("inserting a row", pair.others().insert(card("d", "only other", 100)));
}

void check_reads(Look& look) {
  const auto pair = make_pair(look);
  add_rows(pair);
  expect_titles("the first tenant", {"both", "of one", "child of one"}, pair.ones());
  expect_titles("the second tenant", {"both", "of other", "child of other", "only other"},
                pair.others());
  equal("the title under a key that both tenants use", std::string{"of one"},
        got("finding a row", pair.ones().require("b")).title);
  refused("finding a row that only another tenant has", pair.ones().require("d"),
          {errc::not_found});
  equal<std::int64_t>("the number of a tenant's rows", 3,
                      got("counting rows", pair.ones().count()));
  equal<std::int64_t>("the number of a tenant's rows with a value that only others have", 0,
                      got("counting rows", pair.ones().count(field<&Card::title> == "only other")));
  equal<std::int64_t>("the sum over a tenant's rows", 8,
                      got("adding up", pair.ones().aggregate(sum_of<&Card::stars>)));
  // A negation and an alternative, which a predicate in the wrong place would open.
  equal<std::int64_t>("the number of a tenant's rows of either kind", 3,
                      got("counting rows", pair.ones().count(field<&Card::stars> >= 3 ||
                                                             !(field<&Card::stars> >= 3))));
}

void check_writes(Look& look) {
  const auto pair = make_pair(look);
  add_rows(pair);
  const auto others_before = titles(pair.others());

  got("updating a row", pair.ones().update(card("b", "changed", 7)));
  got("an upsert of a row under a key that only another tenant has",
      pair.ones().upsert(card("d", "also d")));
  got("an upsert over a row", pair.ones().upsert(card("a", "upserted")));
  refused("erasing a row that is not there", pair.ones().erase("missing"), {errc::not_found});
  got("erasing a row", pair.ones().erase("c"));
  expect_titles("the other tenant, whose keys these were,", others_before, pair.others());
  equal<std::int64_t>("a value of the other tenant's", 5,
                      got("finding a row", pair.others().require("b")).stars);

  // The parent that is there is another tenant's.
  auto stranger = card("e", "refers to another tenant's row");
  got("inserting a row", pair.others().insert(card("f", "a parent")));
  stranger.parent = "f";
  refused("a reference to another tenant's row", pair.ones().insert(stranger),
          {errc::reference_violation});

  equal<std::int64_t>("the number of rows that are erased by a predicate", 3,
                      got("erasing by a predicate",
                          pair.ones().erase_where(Predicate<Card>{field<&Card::stars> >= 0})));
  auto expected = others_before;
  expected.emplace_back("a parent");
  expect_titles("the other tenant, after the first one erased all its rows,", expected,
                pair.others());
  expect_titles("the tenant that erased all its rows", {}, pair.ones());
}

/// The titles that a statement gives, each with whose it is; as the library does, a row of another
/// tenant's is reported.
Result<std::vector<std::string>> raw_titles(Session& session, Statement& statement) {
  std::vector<std::string> found;
  while (true) {
    BOOST_OUTCOME_TRY(const bool is_row, statement.step());
    if (!is_row) {
      return found;
    }
    if (statement.int64(0) != session.tenant_value()) {
      return session.report_foreign_row(statement);
    }
    found.emplace_back(statement.text(1).value_or("nothing"));
  }
}

void check_statements(Look& look) {
  const auto pair = make_pair(look);
  add_rows(pair);
  const auto store = pair.handle.store();

  refused("a statement without the tenant as ?1",
          store.read(pair.in_one,
                     [](ReadTransaction& tx) -> Result<void> {
                       BOOST_OUTCOME_TRY(SessionAccess::of(tx).prepare(everybodys_sql));
                       return success();
                     }),
          {errc::internal});

  const auto seen =
      got("a statement of the tenant's own", store.read(pair.in_one, [](ReadTransaction& tx) {
        auto& session = SessionAccess::of(tx);
        return [&]() -> Result<std::vector<std::string>> {
          BOOST_OUTCOME_TRY(auto lease, session.prepare(own_titles_sql));
          return raw_titles(session, *lease);
        }();
      }));
  expect(seen == std::vector<std::string>{"both", "child of one", "of one"},
         "?1 is the transaction's tenant", "other rows than its own");

  // Two uses of a text at once: what is bound to the one is not the other's. And one after another:
  // what was bound before is bound no longer.
  const auto find = [](Session& session, std::string_view key) -> Result<std::vector<std::string>> {
    BOOST_OUTCOME_TRY(auto lease, session.prepare(title_of_key_sql));
    lease->bind_text(2, key);
    return raw_titles(session, *lease);
  };
  const auto both = got("two statements of one text",
                        store.read(pair.in_one, [&](ReadTransaction& tx) -> Result<std::string> {
                          auto& session = SessionAccess::of(tx);
                          BOOST_OUTCOME_TRY(auto outer, session.prepare(title_of_key_sql));
                          outer->bind_text(2, "a");
                          BOOST_OUTCOME_TRY(const auto inner, find(session, "b"));
                          BOOST_OUTCOME_TRY(const auto found, raw_titles(session, *outer));
                          return (found.empty() ? std::string{"nothing"} : found[0]) + ", " +
                                 (inner.empty() ? std::string{"nothing"} : inner[0]);
                        }));
  equal("what two statements of one text give", std::string{"both, of one"}, both);

  const auto left_over = store.read(pair.in_other, [](ReadTransaction& tx) -> Result<std::string> {
    auto& session = SessionAccess::of(tx);
    BOOST_OUTCOME_TRY(auto lease, session.prepare(title_of_key_sql));
    // Nothing is bound to ?2: no row, or a failure.
    BOOST_OUTCOME_TRY(const auto found, raw_titles(session, *lease));
    return found.empty() ? std::string{} : found[0];
  });
  expect(!left_over || left_over.value().empty(),
         "a statement that is used again has nothing bound that it had before",
         "a row by the key of an earlier use");
}

void check_row_check(Look& look) {
  const auto pair = make_pair(look);
  add_rows(pair);
  const auto before = titles(pair.ones());
  const auto store = pair.handle.store();
  std::string afterwards = "a statement";
  const auto outcome = store.write(pair.in_one, [&](WriteTransaction& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(Repository<Card>{tx}.insert(card("x", "must not stay")));
    auto& session = SessionAccess::of(tx);
    {
      BOOST_OUTCOME_TRY(auto lease, session.prepare(own_titles_sql));
      BOOST_OUTCOME_TRY(lease->step());
      // What the library does when column 0 is not the transaction's tenant.
      static_cast<void>(session.report_foreign_row(*lease));
    }
    const auto refusal = session.prepare(own_titles_sql);
    afterwards = refusal ? "a statement" : std::string{to_string(refusal.error().code())};
    return success();
  });
  refused("a transaction in which a row of another tenant was reported, though its unit succeeded,",
          outcome, {errc::isolation_violation});
  equal("what a statement behind such a report is given", std::string{"isolation_violation"},
        afterwards);
  expect_titles("the tenant", before, pair.ones());
  equal("the number of alarms", 1, pair.handle.alarms->count());
}

/// What one tenant's rows must be.
using Model = std::map<std::string, std::string>;

void expect_model(const Handle& handle, const TenantContext& context, const Model& model) {
  std::vector<std::string> expected;
  for (const auto& [key, title] : model) {
    expected.push_back(title);
  }
  std::ranges::sort(expected);
  const auto seen =
      handle.store().read(context, [](ReadTransaction& tx) -> Result<std::vector<std::string>> {
        auto& session = SessionAccess::of(tx);
        BOOST_OUTCOME_TRY(auto lease, session.prepare(own_titles_sql));
        return raw_titles(session, *lease);
      });
  const auto rows = got("reading a tenant's rows while tenants take turns", seen);
  expect(rows == expected, "a tenant that takes turns with others has its own rows",
         std::to_string(rows.size()) + " rows in the place of " + std::to_string(expected.size()) +
             ", or others");
}

/// Something a tenant does on a connection that another one had before, and may leave behind.
void take_turn(Look& look, const Handle& handle, const TenantContext& context, Model& model,
               std::uint64_t turn) {
  const auto store = handle.store();
  const auto key = "k" + std::to_string(turn);
  const auto title = "t" + std::to_string(turn);
  const auto insert = [&](WriteTransaction& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(Repository<Card>{tx}.insert(card(key, title)));
    return success();
  };
  switch (look.below(8)) {
    case 0:
      got("inserting a row", handle.cards(context).insert(card(key, title)));
      model[key] = title;
      break;
    case 1:
      got("a write", store.write(context, insert));
      model[key] = title;
      break;
    case 2:
      static_cast<void>(store.write(context, [&](WriteTransaction& tx) -> Result<void> {
        BOOST_OUTCOME_TRY(insert(tx));
        return Error{errc::invalid_argument, "the unit gives up"};
      }));
      break;
    case 3:
      try {
        static_cast<void>(store.write(context, [&](WriteTransaction& tx) -> Result<void> {
          auto& session = SessionAccess::of(tx);
          BOOST_OUTCOME_TRY(insert(tx));
          BOOST_OUTCOME_TRY(auto lease, session.prepare(own_titles_sql));
          BOOST_OUTCOME_TRY(lease->step());
          throw std::runtime_error{"the unit gives up"};
        }));
      } catch (const std::runtime_error&) {
      }
      break;
    case 4: {
      std::stop_source stop;
      static_cast<void>(store.write(
          context,
          CallOptions{.deadline = CallOptions::Clock::time_point::max(), .stop = stop.get_token()},
          [&](WriteTransaction& tx) -> Result<void> {
            BOOST_OUTCOME_TRY(insert(tx));
            stop.request_stop();
            BOOST_OUTCOME_TRY(Repository<Card>{tx}.count());
            return Error{errc::invalid_argument, "the unit gives up all the same"};
          }));
      break;
    }
    case 5: {
      // A statement that fails, and then the next one of the same transaction.
      static_cast<void>(store.write(context, [&](WriteTransaction& tx) -> Result<void> {
        const Repository<Card> cards{tx};
        static_cast<void>(cards.insert(card(key, title, -1)));
        BOOST_OUTCOME_TRY(cards.count());
        return Error{errc::invalid_argument, "the unit gives up"};
      }));
      break;
    }
    case 6:
      static_cast<void>(store.read(context, soon(), [&](ReadTransaction& tx) -> Result<void> {
        auto& session = SessionAccess::of(tx);
        BOOST_OUTCOME_TRY(auto lease, session.prepare(own_titles_sql));
        BOOST_OUTCOME_TRY(lease->step());
        return Error{errc::invalid_argument, "the unit gives up within a statement"};
      }));
      break;
    default:
      if (!model.empty()) {
        const auto gone = model.begin()->first;
        got("erasing a row", handle.cards(context).erase(gone));
        model.erase(gone);
      }
  }
}

void check_connections(Look& look) {
  // One reader, where the store's own options say so; other pools have their own size.
  const auto handle = look.open([](OpenOptions& options) {
    options.store.readers = 1;
    options.store.silo.readers = 1;
  });
  constexpr std::size_t tenants = 3;
  std::vector<TenantContext> contexts;
  std::array<Model, tenants> models;
  for (std::size_t i = 0; i < tenants; ++i) {
    contexts.push_back(handle.enter(handle.create("tenant-" + std::to_string(i))));
  }
  constexpr std::uint64_t turns = 60;
  for (std::uint64_t turn = 0; turn < turns; ++turn) {
    const auto who = static_cast<std::size_t>(look.below(tenants));
    take_turn(look, handle, contexts[who], models[who], turn);
    const auto next = static_cast<std::size_t>(look.below(tenants));
    expect_model(handle, contexts[next], models[next]);
  }
  for (std::size_t i = 0; i < tenants; ++i) {
    expect_model(handle, contexts[i], models[i]);
  }
}

void check_threads(Look& look) {
  const auto handle = look.open();
  constexpr std::size_t tenants = 4;
  constexpr int rounds = 12;
  std::vector<TenantContext> contexts;
  for (std::size_t i = 0; i < tenants; ++i) {
    contexts.push_back(handle.enter(handle.create("tenant-" + std::to_string(i))));
  }
  std::mutex mutex;
  std::string wrong;
  std::latch begin{tenants};
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < tenants; ++i) {
    threads.emplace_back([&, i] {
      begin.arrive_and_wait();
      try {
        const auto cards = handle.cards(contexts[i]);
        std::vector<std::string> expected;
        for (int round = 0; round < rounds; ++round) {
          const auto number = std::to_string(round);
          // The same keys in all of them.
          got("inserting a row beside other threads",
              cards.insert(card("k" + number, std::to_string(i) + "/" + number)));
          expected.push_back(std::to_string(i) + "/" + number);
          expect_titles("a tenant beside others on other threads", expected, cards);
        }
      } catch (const Broken& found) {
        const std::scoped_lock lock{mutex};
        wrong = found.what;
      } catch (const std::exception& thrown) {
        const std::scoped_lock lock{mutex};
        wrong = std::string{"expected: no exception; seen: "} + thrown.what();
      }
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }
  if (!wrong.empty()) {
    throw Broken{wrong};
  }
}

void check_crossing(Look& look) {
  const auto pair = make_pair(look);
  add_rows(pair);
  const auto reason = got("a reason", CrossingReason::create(CrossingPurpose::maintenance,
                                                             "the conformance kit looks"));
  const auto crossing = got("the permission to cross tenants",
                            pair.handle.authority.cross_tenants(Principal::host(), reason));
  const CrossTenantRepository<Card> all{pair.handle.store(), crossing};
  const auto page = got("reading across tenants", all.list());
  std::size_t ones = 0;
  for (const auto& row : page.items) {
    const bool is_ones = row.row.title == "of one" || row.row.title == "child of one";
    const bool is_others = row.row.title.ends_with("other");
    expect((!is_ones || row.tenant == pair.one.id) && (!is_others || row.tenant == pair.other.id),
           "a row that is read across tenants is said to be its tenant's", "another tenant");
    ones += row.tenant == pair.one.id ? 1U : 0U;
  }
  equal<std::size_t>("the number of rows across tenants", 7, page.items.size());
  equal<std::size_t>("the number of one tenant's among them", 3, ones);
  // And the next transaction on that connection is a tenant's again.
  expect_titles("a tenant, after a read across tenants,", {"both", "of one", "child of one"},
                pair.ones());
}

}  // namespace

std::vector<Entry> isolation_checks() {
  return {
      {{"isolation.reads",
        "A read gives rows of its own tenant only, whatever keys and values others use."},
       &check_reads},
      {{"isolation.writes",
        "What a tenant inserts, updates, upserts or erases changes no row of another, also under "
        "the same key, and refers to none."},
       &check_writes},
      {{"isolation.statements",
        "Parameter ?1 of each statement is the transaction's tenant; a text without it is refused; "
        "what an earlier use bound is gone."},
       &check_statements},
      {{"isolation.row_check",
        "Once a row of another tenant was reported, the transaction gives out no statement, keeps "
        "nothing and ends with isolation_violation, and the alarm is raised once."},
       &check_row_check},
      {{"isolation.connections",
        "Tenants that take turns on few connections see their own rows, also behind errors, "
        "exceptions, stops and failed statements of others."},
       &check_connections},
      {{"isolation.threads", "Tenants on different threads see their own rows."}, &check_threads},
      {{"isolation.crossing",
        "A read across tenants gives every tenant's rows and says whose each is, and leaves "
        "nothing "
        "of that to the connection's next transaction."},
       &check_crossing},
  };
}

}  // namespace tenancy::inline v0::conformance
