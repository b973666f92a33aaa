#include <cstddef>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"

#include "support/work.hpp"

using tenancy::errc;
using tenancy::field;
using tenancy::Query;
using tenancy::ReadRepository;
using tenancy::Repository;
using tenancy::Result;
using tenancy::Visit;
using tenancy_test::code_of;
using tenancy_test::Item;
using tenancy_test::must;
using tenancy_test::Work;

namespace {

using Numbers = std::vector<std::int64_t>;

struct TenItems : Work {
  TenItems() {
    std::vector<Item> rows(10);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      rows[i].number = static_cast<std::int64_t>(i);
      rows[i].points = static_cast<std::int64_t>(i * 7 % 10);
      rows[i].note = i % 2 == 0 ? std::optional{std::string(i, 'n')} : std::nullopt;
    }
    must(items.insert_many(rows));
    must(items_of_globex.insert({.number = 99}));
  }
};

}  // namespace

TEST_CASE("every row of a query is visited in its order, as it is") {
  const TenItems work;
  Numbers visited;
  std::vector<Item> copies;
  must(work.items.for_each({}, [&](const Item& item) {
    visited.push_back(item.number);
    copies.push_back(item);
  }));
  // The row is another one at each call: nothing of the one before is left in it.
  for (const Item& copy : copies) {
    CHECK((copy == must(work.items.require({copy.project, copy.number}))));
  }
  CHECK(visited == Numbers{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  visited.clear();
  must(work.items.for_each(
      Query<Item>{field<&Item::number> < 5}.order_by(tenancy::descending<&Item::points>),
      [&](const Item& item) { visited.push_back(item.number); }));
  // Of 0, 7, 4, 1 and 8 points.
  CHECK(visited == Numbers{4, 1, 2, 3, 0});
}

TEST_CASE("a visitor stops, or fails, and is not called again") {
  const TenItems work;
  std::size_t calls = 0;
  must(work.items.for_each({},
                           [&](const Item&) { return ++calls == 3 ? Visit::stop : Visit::next; }));
  CHECK(calls == 3);
  calls = 0;
  const auto failed = work.items.for_each({}, [&](const Item&) -> Result<void> {
    if (++calls == 4) {
      return tenancy::Error{errc::cancelled, "enough"};
    }
    return tenancy::success();
  });
  CHECK(code_of(failed) == errc::cancelled);
  CHECK(failed.error().message() == "enough");
  CHECK(calls == 4);
}

TEST_CASE("an exception of a visitor passes through, and the store goes on") {
  const TenItems work;
  for (int i = 0; i < 20; ++i) {
    CHECK_THROWS_AS(static_cast<void>(work.items.for_each(
                        {}, [](const Item&) { throw std::runtime_error{"visitor"}; })),
                    std::runtime_error);
  }
  CHECK(must(work.items.count()) == 10);
  const auto acme = work.test.enter(work.test.acme);
  CHECK_THROWS_AS(
      static_cast<void>(work.test.store.write(acme,
                                              [](tenancy::WriteTransaction& tx) -> Result<void> {
                                                const Repository<Item> items{tx};
                                                BOOST_OUTCOME_TRY(items.insert({.number = 50}));
                                                return items.for_each({}, [](const Item&) {
                                                  throw std::runtime_error{"visitor"};
                                                });
                                              })),
      std::runtime_error);
  CHECK(must(work.items.count()) == 10);
}

TEST_CASE("visits nest within a transaction, the same query within itself too") {
  const TenItems work;
  const auto acme = work.test.enter(work.test.acme);
  std::size_t pairs = 0;
  must(work.test.store.read(acme, [&](tenancy::ReadTransaction& tx) -> Result<void> {
    const ReadRepository<Item> items{tx};
    const Query<Item> even = field<&Item::number>.in({0, 2, 4});
    return items.for_each(even, [&](const Item& outer) -> Result<void> {
      BOOST_OUTCOME_TRY(const auto same, items.require({outer.project, outer.number}));
      CHECK((same == outer));
      return items.for_each(even, [&](const Item& inner) {
        ++pairs;
        CHECK(inner.number % 2 == 0);
      });
    });
  }));
  CHECK(pairs == 9);
}

TEST_CASE("a visit within a write sees its changes, and may change other tables") {
  const TenItems work;
  const auto acme = work.test.enter(work.test.acme);
  must(work.test.store.write(acme, [&](tenancy::WriteTransaction& tx) -> Result<void> {
    const Repository<Item> items{tx};
    const Repository<tenancy_test::Remark> remarks{tx};
    BOOST_OUTCOME_TRY(items.erase({"", 0}));
    return items.for_each({}, [&](const Item& item) -> Result<void> {
      BOOST_OUTCOME_TRY(remarks.insert({item.number, item.project, item.number, "seen"}));
      return tenancy::success();
    });
  }));
  CHECK(must(work.remarks.count()) == 9);
}

TEST_CASE("an invalid row ends the visit") {
  const TenItems work;
  work.test.run_raw("UPDATE items SET done = 2 WHERE number = 5");
  std::size_t calls = 0;
  const auto failed = work.items.for_each({}, [&](const Item&) { ++calls; });
  CHECK(code_of(failed) == errc::invalid_row);
  CHECK(failed.error().subject() == "done");
  CHECK(calls == 5);
}

TEST_CASE("many rows are visited one at a time") {
  const Work work;
  std::vector<Item> rows(20'000);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i].number = static_cast<std::int64_t>(i);
  }
  must(work.items.insert_many(rows));
  std::int64_t next = 0;
  must(work.items.for_each({}, [&](const Item& item) { CHECK(item.number == next++); }));
  CHECK(next == 20'000);
}
