#include <cstdint>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"

#include "support/work.hpp"

using tenancy::errc;
using tenancy::field;
using tenancy::Predicate;
using tenancy::Repository;
using tenancy::Result;
using tenancy::WriteTransaction;
using tenancy_test::code_of;
using tenancy_test::Item;
using tenancy_test::must;
using tenancy_test::Person;
using tenancy_test::Work;

namespace {

void fill(const Repository<Item>& items, std::int64_t count) {
  std::vector<Item> rows;
  for (std::int64_t number = 0; number < count; ++number) {
    rows.push_back({.project = "p", .number = number, .points = number % 3});
  }
  must(items.insert_many(std::move(rows)));
}

}  // namespace

TEST_CASE("rows are removed by a predicate, and those of others stay") {
  const Work work;
  fill(work.items, 30);
  fill(work.items_of_globex, 30);
  CHECK(must(work.items.erase_where(field<&Item::points> == 1 && field<&Item::number> < 15)) == 5);
  CHECK(must(work.items.count()) == 25);
  CHECK(must(work.items.count(field<&Item::points> == 1)) == 5);
  CHECK(must(work.items.erase_where(field<&Item::points> == 7)) == 0);
  CHECK(must(work.items.erase_where(field<&Item::number>.in({0, 1, 2}) ||
                                    !(field<&Item::points> == 2))) == 16);
  CHECK(must(work.items.count()) == 9);
  CHECK(must(work.items_of_globex.count()) == 30);
}

TEST_CASE("a predicate that asks nothing removes nothing") {
  const Work work;
  fill(work.items, 3);
  CHECK(code_of(work.items.erase_where(Predicate<Item>{})) == errc::invalid_argument);
  CHECK(code_of(work.items.erase_where(Predicate<Item>{} && Predicate<Item>{})) ==
        errc::invalid_argument);
  CHECK(code_of(work.items.erase_where(!(!Predicate<Item>{}))) == errc::invalid_argument);
  // The contrary of nothing is no row.
  CHECK(must(work.items.erase_where(!Predicate<Item>{})) == 0);
  CHECK(must(work.items.count()) == 3);
}

TEST_CASE("rows that are referred to are not removed, nor any other with them") {
  const Work work;
  must(work.people.insert_many({{"ada", "Ada"}, {"bob", "Bob"}}));
  must(work.items.insert({.project = "p", .number = 1, .owner = "bob"}));
  CHECK(code_of(work.people.erase_where(field<&Person::name> >= "A")) == errc::reference_violation);
  CHECK(must(work.people.count()) == 2);
  CHECK(must(work.people.erase_where(field<&Person::name> == "Ada")) == 1);
}

TEST_CASE("the rows are gone in the transaction, and back when it fails") {
  const Work work;
  fill(work.items, 6);
  const auto outcome = work.test.store.write(
      work.test.enter(work.test.acme), [](WriteTransaction& transaction) -> Result<void> {
        const Repository<Item> items{transaction};
        BOOST_OUTCOME_TRY(const auto erased, items.erase_where(field<&Item::number> >= 2));
        CHECK(erased == 4);
        BOOST_OUTCOME_TRY(const auto left, items.count());
        CHECK(left == 2);
        return tenancy::Error{errc::cancelled, "taken back"};
      });
  CHECK(code_of(outcome) == errc::cancelled);
  CHECK(must(work.items.count()) == 6);
}

TEST_CASE("a predicate of the same form is prepared once") {
  const Work work;
  fill(work.items, 30);
  must(work.items.erase_where(field<&Item::number> == 3));
  CHECK(work.prepared_by([&] { must(work.items.erase_where(field<&Item::number> == 4)); }) == 0);
  CHECK(code_of(work.items.erase_where(field<&Item::weight> > std::stod("nan"))) ==
        errc::invalid_value);
  CHECK(must(work.items.count()) == 28);
}
