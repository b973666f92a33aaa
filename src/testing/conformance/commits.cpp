// What is kept, what is not, and what is seen of it.

#include <atomic>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <stop_token>
#include <thread>

#include "testing/conformance/look.hpp"

namespace tenancy::inline v0::conformance {
namespace {

/// Both cards of a pair, which no reader may see one without the other.
Result<void> insert_pair(const Repository<Card>& cards, const std::string& name) {
  BOOST_OUTCOME_TRY(cards.insert(card(name + "-left", name + "-left")));
  BOOST_OUTCOME_TRY(cards.insert(card(name + "-right", name + "-right")));
  return success();
}

void check_durable(Look& look) {
  std::optional<Tenant> tenant;
  {
    const auto handle = look.open();
    tenant = handle.create("tenant");
    const auto context = handle.enter(*tenant);
    got("an asynchronous write",
        write_async(handle.store(), context, [](WriteTransaction& tx) -> Result<void> {
          BOOST_OUTCOME_TRY(Repository<Card>{tx}.insert(card("c", "by an asynchronous unit")));
          return success();
        }));
  }
  {
    const auto handle = look.open();
    const auto context = handle.enter(*tenant);
    got("inserting a row", handle.cards(context).insert(card("a", "by a call")));
    got("a write", handle.store().write(context, [](WriteTransaction& tx) -> Result<void> {
      BOOST_OUTCOME_TRY(Repository<Card>{tx}.insert(card("b", "by a unit")));
      return success();
    }));
  }
  const auto again = look.open();
  expect_titles("the tenant, once the store was closed and opened again,",
                {"by a call", "by a unit", "by an asynchronous unit"},
                again.cards(again.enter(*tenant)));
}

void check_visible(Look& look) {
  const auto here = look.open();
  const auto elsewhere = look.open();
  const auto tenant = here.create("tenant");
  const auto in_here = here.enter(tenant);
  const auto in_elsewhere = elsewhere.enter(tenant);
  constexpr int rounds = 8;
  for (int round = 0; round < rounds; ++round) {
    const auto key = std::to_string(round);
    got("inserting a row", here.cards(in_here).insert(card(key, key)));
    expect(got("looking for a row that was just written", here.cards(in_here).exists(key)) ==
               Presence::present,
           "the next read sees a write that has returned", "it does not");
    expect(got("looking for a row that was just written",
               elsewhere.cards(in_elsewhere).exists(key)) == Presence::present,
           "another handle's next read sees a write that has returned", "it does not");
    got("updating a row", elsewhere.cards(in_elsewhere).update(card(key, key, round + 1)));
    equal<std::int64_t>("a value that another handle has just written", round + 1,
                        got("finding a row", here.cards(in_here).require(key)).stars);
  }
}

void check_whole(Look& look) {
  const auto handle = look.open();
  const auto context = handle.enter(handle.create("tenant"));
  std::string wrong;
  std::atomic<int> reads{0};
  std::jthread reader{[&](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      const auto count = handle.cards(context).count();
      if (!count) {
        wrong = "a read failed with " + shown(count);
        return;
      }
      if (count.value() % 2 != 0) {
        wrong = "half of a transaction";
        return;
      }
      ++reads;
    }
  }};
  Result<void> outcome = success();
  constexpr int rounds = 20;
  for (int round = 0; round < rounds && outcome; ++round) {
    outcome = handle.store().write(context, [&](WriteTransaction& tx) -> Result<void> {
      const Repository<Card> cards{tx};
      const auto name = std::to_string(round);
      BOOST_OUTCOME_TRY(cards.insert(card(name + "-left", name + "-left")));
      // A read begins and ends between the two, where the store lets one.
      const int before = reads;
      comes_true(std::chrono::milliseconds{30}, [&] { return reads >= before + 2; });
      BOOST_OUTCOME_TRY(cards.insert(card(name + "-right", name + "-right")));
      return success();
    });
  }
  reader.request_stop();
  reader.join();
  got("a write of two rows", outcome);
  expect(wrong.empty(), "a reader sees all of a transaction or nothing", wrong);
  equal<std::int64_t>("the number of rows", std::int64_t{2} * rounds,
                      got("counting rows", handle.cards(context).count()));
}

void check_roll_back(Look& look) {
  const auto handle = look.open();
  const auto context = handle.enter(handle.create("tenant"));
  got("inserting a row", handle.cards(context).insert(card("a", "a", 1)));
  const auto outcome = handle.store().write(context, [](WriteTransaction& tx) -> Result<void> {
    const Repository<Card> cards{tx};
    BOOST_OUTCOME_TRY(insert_pair(cards, "pair"));
    BOOST_OUTCOME_TRY(cards.update(card("a", "a", 2)));
    return Error{errc::version_conflict, "the unit gives up"};
  });
  refused("a write whose unit fails", outcome, {errc::version_conflict});
  expect_titles("the tenant, whose write failed,", {"a"}, handle.cards(context));
  equal<std::int64_t>("a value that a write changed which failed", 1,
                      got("finding a row", handle.cards(context).require("a")).stars);

  refused("an asynchronous write whose unit fails",
          write_async(handle.store(), context,
                      [](WriteTransaction& tx) -> Result<void> {
                        BOOST_OUTCOME_TRY(insert_pair(Repository<Card>{tx}, "later"));
                        return Error{errc::version_conflict, "the unit gives up"};
                      }),
          {errc::version_conflict});
  expect_titles("the tenant, whose asynchronous write failed,", {"a"}, handle.cards(context));
}

void check_exception(Look& look) {
  const auto handle = look.open();
  const auto context = handle.enter(handle.create("tenant"));
  std::string seen = "no exception";
  try {
    const auto outcome = handle.store().write(context, [](WriteTransaction& tx) -> Result<void> {
      BOOST_OUTCOME_TRY(insert_pair(Repository<Card>{tx}, "pair"));
      throw std::runtime_error{"the unit's own"};
    });
    seen = shown(outcome);
  } catch (const std::runtime_error& thrown) {
    seen = thrown.what();
  }
  equal("what leaves a write whose unit throws", std::string{"the unit's own"}, seen);
  expect_titles("the tenant, whose write's unit threw,", {}, handle.cards(context));

  seen = "no exception";
  try {
    const auto outcome = handle.store().read(context, [](ReadTransaction&) -> Result<void> {
      throw std::runtime_error{"the unit's own"};
    });
    seen = shown(outcome);
  } catch (const std::runtime_error& thrown) {
    seen = thrown.what();
  }
  equal("what leaves a read whose unit throws", std::string{"the unit's own"}, seen);
  got("a write behind one whose unit threw", handle.cards(context).insert(card("a", "a")));
}

void check_part(Look& look) {
  const auto handle = look.open();
  const auto context = handle.enter(handle.create("tenant"));
  std::string many = "not tried";
  std::string single = "not tried";
  const auto outcome = handle.store().write(context, [&](WriteTransaction& tx) -> Result<void> {
    const Repository<Card> cards{tx};
    BOOST_OUTCOME_TRY(cards.insert(card("a", "taken")));
    many = shown(cards.insert_many({card("b", "b"), card("c", "c"), card("d", "taken")}));
    BOOST_OUTCOME_TRY(const auto count, cards.count());
    if (count != 1) {
      many = "rows that stayed";
    }
    single = shown(cards.insert(card("e", "taken")));
    BOOST_OUTCOME_TRY(cards.insert(card("f", "behind")));
    return success();
  });
  got("a write that goes on behind statements that failed", outcome);
  expect(many.starts_with("already_exists"),
         "several rows of which one is refused are refused with already_exists and none stays",
         many);
  expect(single.starts_with("already_exists"), "a row that is refused fails with already_exists",
         single);
  expect_titles("the tenant", {"taken", "behind"}, handle.cards(context));

  // An exception within a part undoes the part; who catches it goes on.
  got("a write that goes on behind an exception in a part of it",
      handle.store().write(context, [](WriteTransaction& tx) -> Result<void> {
        auto& session = detail::SessionAccess::of(tx);
        const Repository<Card> cards{tx};
        try {
          static_cast<void>(session.all_or_nothing([&]() -> Result<void> {
            BOOST_OUTCOME_TRY(cards.insert(card("g", "must not stay")));
            throw std::runtime_error{"the part's own"};
          }));
        } catch (const std::runtime_error&) {
        }
        BOOST_OUTCOME_TRY(session.all_or_nothing([&]() -> Result<void> {
          BOOST_OUTCOME_TRY(cards.insert(card("h", "a whole part")));
          return success();
        }));
        return success();
      }));
  expect_titles("the tenant, after parts of its write,", {"taken", "behind", "a whole part"},
                handle.cards(context));
}

void check_snapshot(Look& look) {
  const auto here = look.open();
  const auto elsewhere = look.open();
  const auto tenant = here.create("tenant");
  const auto in_here = here.enter(tenant);
  const auto in_elsewhere = elsewhere.enter(tenant);
  got("inserting a row", here.cards(in_here).insert(card("a", "before")));
  // Two whole transactions of another handle, behind the first look.
  const auto seen = here.store().read(in_here, [&](ReadTransaction& tx) -> Result<std::string> {
    const ReadRepository<Card> cards{tx};
    BOOST_OUTCOME_TRY(const auto first, cards.require("a"));
    const auto others = elsewhere.cards(in_elsewhere);
    BOOST_OUTCOME_TRY(others.update(card("a", "after")));
    BOOST_OUTCOME_TRY(others.insert(card("b", "new")));
    BOOST_OUTCOME_TRY(const auto second, cards.require("a"));
    BOOST_OUTCOME_TRY(const auto count, cards.count());
    return first.title + ", " + second.title + ", " + std::to_string(count);
  });
  equal("what a read sees before and after another handle's commits",
        std::string{"before, before, 1"}, got("a read beside another handle's writes", seen));
  expect_titles("the tenant, in the next read,", {"after", "new"}, here.cards(in_here));
}

void check_own_changes(Look& look) {
  const auto handle = look.open();
  const auto context = handle.enter(handle.create("tenant"));
  const auto seen = handle.store().write(context, [](WriteTransaction& tx) -> Result<std::string> {
    const Repository<Card> cards{tx};
    BOOST_OUTCOME_TRY(cards.insert(card("a", "a", 1)));
    BOOST_OUTCOME_TRY(cards.update(card("a", "a", 2)));
    BOOST_OUTCOME_TRY(const auto changed, cards.require("a"));
    BOOST_OUTCOME_TRY(cards.insert(card("b", "b")));
    BOOST_OUTCOME_TRY(cards.erase("a"));
    BOOST_OUTCOME_TRY(const auto count, cards.count());
    return std::to_string(changed.stars) + ", " + std::to_string(count);
  });
  equal("what a write sees of its own changes", std::string{"2, 1"},
        got("a write that reads what it did", seen));
}

}  // namespace

std::vector<Entry> commit_checks() {
  return {
      {{"commit.durable",
        "What a write has returned success for is there when the store is opened "
        "again."},
       &check_durable},
      {{"commit.visible", "A write that has returned is seen by the next read of any handle."},
       &check_visible},
      {{"commit.whole", "Nobody sees half of a transaction."}, &check_whole},
      {{"rollback.error",
        "Nothing is kept of a write whose unit fails, and the error is the unit's."},
       &check_roll_back},
      {{"rollback.exception",
        "Nothing is kept of a write whose unit throws, and the exception reaches the caller."},
       &check_exception},
      {{"rollback.part",
        "A statement that fails, and a part that is kept as a whole or not at all, undo themselves "
        "and nothing else; the transaction goes on and commits."},
       &check_part},
      {{"snapshot.read", "A read sees one moment, whatever is committed meanwhile."},
       &check_snapshot},
      {{"snapshot.own_changes", "A write sees its own changes."}, &check_own_changes},
  };
}

}  // namespace tenancy::inline v0::conformance
