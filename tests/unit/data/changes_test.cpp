#include "tenancy/data/changes.hpp"

#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"

#include "support/work.hpp"

using tenancy::Changes;
using tenancy::errc;
using tenancy::Repository;
using tenancy::RowVersion;
using tenancy::Timestamp;
using tenancy_test::Bytes;
using tenancy_test::code_of;
using tenancy_test::Item;
using tenancy_test::must;
using tenancy_test::Person;
using tenancy_test::Priority;
using tenancy_test::Work;

namespace {

constexpr std::size_t changeable = 10;

/// Sets the column of that number in both, to another value than `before` has.
void set(std::size_t column, Changes<Item>& changes, Item& expected) {
  const auto both = [&]<auto Member>(std::type_identity<tenancy::Field<Member>>, auto value) {
    changes.set<Member>(value);
    expected.*Member = value;
  };
  using std::type_identity;
  using tenancy::Field;
  switch (column) {
    case 0:
      return both(type_identity<Field<&Item::title>>{}, std::string{"changed"});
    case 1:
      return both(type_identity<Field<&Item::note>>{}, std::optional<std::string>{});
    case 2:
      return both(type_identity<Field<&Item::points>>{}, std::int64_t{-7});
    case 3:
      return both(type_identity<Field<&Item::weight>>{}, std::optional{7.0});
    case 4:
      return both(type_identity<Field<&Item::priority>>{}, Priority::low);
    case 5:
      return both(type_identity<Field<&Item::done>>{}, false);
    case 6:
      return both(type_identity<Field<&Item::payload>>{}, Bytes{});
    case 7:
      return both(type_identity<Field<&Item::due>>{},
                  std::optional{Timestamp::from_microseconds(-1)});
    case 8:
      return both(type_identity<Field<&Item::owner>>{}, std::optional<std::string>{"bob"});
    default:
      return both(type_identity<Field<&Item::reviewer>>{}, std::optional<std::string>{});
  }
}

/// One row with something in every column, beside others that must stay.
struct OneItem : Work {
  OneItem() {
    must(people.insert_many({{"ann", "Ann"}, {"bob", "Bob"}}));
    before = must(items.insert({.project = "p",
                                .number = 1,
                                .title = "title",
                                .note = "note",
                                .points = 5,
                                .weight = 2.5,
                                .priority = Priority::high,
                                .done = true,
                                .payload = Bytes(3, std::byte{1}),
                                .due = Timestamp::from_microseconds(5),
                                .owner = "ann",
                                .reviewer = "bob"}));
    beside = must(items.insert({.project = "p", .number = 2, .title = "beside"}));
    must(items_of_globex.insert({.project = "p", .number = 1, .title = "of globex"}));
  }

  void put_back() const { must(items.update(before)); }
  [[nodiscard]] Item now() const { return must(items.require({"p", 1})); }

  Item before;
  Item beside;
};

}  // namespace

TEST_CASE("any choice of columns is set, and nothing else but the time of change") {
  const OneItem work;
  for (std::size_t chosen = 0; chosen < (std::size_t{1} << changeable); ++chosen) {
    // All of one or two columns, all but one or two, and some between.
    const auto count = static_cast<std::size_t>(__builtin_popcountll(chosen));
    if (count > 2 && count < changeable - 1 && chosen % 37 != 0) {
      continue;
    }
    CAPTURE(chosen);
    work.put_back();
    work.test.clock->advance(std::chrono::seconds{1});
    Changes<Item> changes;
    Item expected = work.now();
    CHECK(changes.empty());
    for (std::size_t column = 0; column < changeable; ++column) {
      if ((chosen >> column & 1) != 0) {
        set(column, changes, expected);
      }
    }
    CHECK(changes.empty() == (chosen == 0));
    if (chosen != 0) {
      expected.updated_at = work.test.clock->now();
    }
    must(work.items.update({"p", 1}, changes));
    CHECK((work.now() == expected));
  }
  CHECK((must(work.items.require({"p", 2})) == work.beside));
  CHECK(must(work.items_of_globex.require({"p", 1})).title == "of globex");
}

TEST_CASE("statements do not multiply: one for each single column, one for all other choices") {
  const OneItem work;
  std::size_t singles = 0;
  for (std::size_t column = 0; column < changeable; ++column) {
    Changes<Item> changes;
    Item ignored;
    set(column, changes, ignored);
    singles += work.prepared_by([&] { must(work.items.update({"p", 1}, changes)); });
  }
  CHECK(singles <= changeable);
  const auto several = [&](std::size_t chosen) {
    Changes<Item> changes;
    Item ignored;
    for (std::size_t column = 0; column < changeable; ++column) {
      if ((chosen >> column & 1) != 0) {
        set(column, changes, ignored);
      }
    }
    return work.prepared_by([&] { must(work.items.update({"p", 1}, changes)); });
  };
  CHECK(several(0b11) == 1);
  for (std::size_t chosen = 0; chosen < (std::size_t{1} << changeable); chosen += 5) {
    if (__builtin_popcountll(chosen) > 1) {
      CAPTURE(chosen);
      CHECK(several(chosen) == 0);
    }
  }
  CHECK(work.prepared_by([&] {
    must(work.items.update({"p", 1}, Changes<Item>{}.set<&Item::title>("again")));
    must(work.items.update({"p", 2}, Changes<Item>{}.set<&Item::title>("other")));
  }) == 0);
}

TEST_CASE("columns that are not touched keep what others wrote meanwhile") {
  const OneItem work;
  const auto mine = Changes<Item>{}.set<&Item::title>("mine").set<&Item::points>(1);
  const auto theirs = Changes<Item>{}.set<&Item::note>("theirs").set<&Item::weight>(0.25);
  must(work.items.update({"p", 1}, theirs));
  must(work.items.update({"p", 1}, mine));
  must(work.items.update({"p", 1}, Changes<Item>{}.set<&Item::done>(false)));
  const Item now = work.now();
  CHECK(now.title == "mine");
  CHECK(now.points == 1);
  CHECK(now.note == "theirs");
  CHECK(now.weight == 0.25);
  CHECK_FALSE(now.done);
  CHECK(now.payload == work.before.payload);
}

TEST_CASE("what is set twice has the later value, and values are copied") {
  const OneItem work;
  Changes<Item> changes;
  {
    std::string text(1000, 'a');
    changes.set<&Item::title>(text);
    text.assign(1000, 'b');
    changes.set<&Item::note>("first");
    changes.set<&Item::note>(std::nullopt);
  }
  const Changes<Item> copy = changes;
  changes.set<&Item::title>("other");
  must(work.items.update({"p", 1}, copy));
  CHECK(work.now().title == std::string(1000, 'a'));
  CHECK_FALSE(work.now().note.has_value());
  // The same changes again, for another row.
  must(work.items.update({"p", 2}, copy));
  CHECK(must(work.items.require({"p", 2})).title == std::string(1000, 'a'));
}

TEST_CASE("a row that is not there is not found, whatever is to be set") {
  const OneItem work;
  const auto one = Changes<Item>{}.set<&Item::title>("x");
  const auto two = Changes<Item>{}.set<&Item::title>("x").set<&Item::points>(1);
  for (const auto& changes : {Changes<Item>{}, Changes<Item>{one}, Changes<Item>{two}}) {
    CHECK(code_of(work.items.update({"p", 3}, changes)) == errc::not_found);
    CHECK(code_of(work.items.update({"q", 1}, changes)) == errc::not_found);
    CHECK(code_of(work.items_of_globex.update({"p", 2}, changes)) == errc::not_found);
  }
  CHECK((must(work.items.require({"p", 2})) == work.beside));
}

TEST_CASE("a value without a stored form is refused and names its column") {
  const OneItem work;
  const auto refused = [&](const Changes<Item>& changes, std::string_view column) {
    for (const auto& result : {work.items.update({"p", 1}, changes),
                               work.items.update({"p", 1}, changes, RowVersion{})}) {
      CHECK(code_of(result) == errc::invalid_value);
      CHECK(result.error().subject() == column);
    }
  };
  refused(Changes<Item>{}.set<&Item::weight>(std::nan("")), "weight");
  refused(Changes<Item>{}.set<&Item::priority>(Priority::unnamed), "priority");
  refused(Changes<Item>{}.set<&Item::title>("x").set<&Item::priority>(Priority::unnamed),
          "priority");
  CHECK((work.now() == work.before));
}

TEST_CASE("an entity without times changes one column, several and none") {
  const Work work;
  must(work.people.insert_many({{"ann", "Ann"}, {"bob", "Bob"}}));
  must(work.people.update("ann", Changes<Person>{}.set<&Person::name>("Anna")));
  must(work.people.update("ann", {}));
  CHECK(must(work.people.require("ann")).name == "Anna");
  CHECK(must(work.people.require("bob")).name == "Bob");
}

TEST_CASE("changes within a transaction are its own until it ends") {
  const OneItem work;
  const auto result = work.test.store.write(
      work.test.enter(work.test.acme), [](tenancy::WriteTransaction& tx) -> tenancy::Result<void> {
        const Repository<Item> items{tx};
        BOOST_OUTCOME_TRY(items.update({"p", 1}, Changes<Item>{}.set<&Item::title>("inside")));
        BOOST_OUTCOME_TRY(items.update(
            {"p", 1}, Changes<Item>{}.set<&Item::points>(9).set<&Item::note>("inside")));
        CHECK(must(items.require({"p", 1})).title == "inside");
        return tenancy::Error{errc::cancelled, "dropped"};
      });
  CHECK(code_of(result) == errc::cancelled);
  CHECK((work.now() == work.before));
}

TEST_CASE("a change that may be left out is set where there is a value") {
  const Work work;
  must(work.items.insert({.project = "p", .number = 1, .title = "old", .note = "old"}));
  const std::optional<std::string> title = "new";
  const std::optional<std::optional<std::string>> no_note = {};
  must(work.items.update({"p", 1},
                         Changes<Item>{}.set_if<&Item::title>(title).set_if<&Item::note>(no_note)));
  auto stored = must(work.items.require({"p", 1}));
  CHECK(stored.title == "new");
  CHECK(stored.note == "old");
  const std::optional<std::optional<std::string>> empty_note = std::optional<std::string>{};
  must(work.items.update({"p", 1}, Changes<Item>{}.set_if<&Item::note>(empty_note)));
  CHECK_FALSE(must(work.items.require({"p", 1})).note.has_value());
  CHECK(Changes<Item>{}.set_if<&Item::title>(std::nullopt).empty());
}
