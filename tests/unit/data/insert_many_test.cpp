#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"

#include "support/entities.hpp"
#include "support/work.hpp"

using tenancy::errc;
using tenancy::Repository;
using tenancy::Result;
using tenancy::WriteTransaction;
using tenancy_test::code_of;
using tenancy_test::Item;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::TestStore;
using tenancy_test::Work;

namespace {

/// A number that does something while it is bound.
struct Tripwire {
  std::int64_t number = 0;
  std::function<void()> action = {};
};

struct WiredNote {
  std::string id = {};
  std::string title = {};
  Tripwire stars = {};
  tenancy::Timestamp created_at = {};
  tenancy::Timestamp updated_at = {};
};

}  // namespace

template <>
struct tenancy::Codec<Tripwire> {
  static void bind(const ParameterWriter& parameter, const Tripwire& value) {
    if (value.action) {
      value.action();
    }
    parameter.int64(value.number);
  }
  static bool read(const ColumnReader& column, Tripwire& value) {
    const auto held = column.int64();
    value.number = held.value_or(0);
    return held.has_value();
  }
};

namespace {

constexpr auto tenancy_mapping(std::type_identity<WiredNote>) {
  namespace m = tenancy::mapping;
  return m::entity("notes", m::generated_key("id", &WiredNote::id),
                   m::column("title", &WiredNote::title), m::column("stars", &WiredNote::stars),
                   m::created_at("created_at", &WiredNote::created_at),
                   m::updated_at("updated_at", &WiredNote::updated_at));
}

/// A row of so many columns that the parameters of 256 are too many for a statement.
template <std::size_t Number>
struct Cell {
  std::int64_t value = 0;
};
template <std::size_t Number>
constexpr std::array<char, 4> cell_name{'c', static_cast<char>('0' + Number / 100),
                                        static_cast<char>('0' + Number / 10 % 10),
                                        static_cast<char>('0' + Number % 10)};
template <class Numbers>
struct WideRow;
template <std::size_t... Number>
struct WideRow<std::index_sequence<Number...>> : Cell<0>, Cell<Number + 1>... {
  static constexpr auto tenancy_mapping() {
    namespace m = tenancy::mapping;
    return m::entity(
        "wide", m::key("id", &Cell<0>::value),
        m::column(std::string_view{cell_name<Number>.data(), 4}, &Cell<Number + 1>::value)...);
  }
};
constexpr std::size_t wide_columns = 130;
using Wide = WideRow<std::make_index_sequence<wide_columns>>;

std::vector<tenancy::Migration> wide_schema() {
  std::string sql = "CREATE TABLE wide (tenant_id INTEGER NOT NULL, id INTEGER NOT NULL";
  for (std::size_t i = 0; i < wide_columns; ++i) {
    sql += ", c" + std::to_string(1000 + i).substr(1) + " INTEGER NOT NULL";
  }
  return {{1, "wide", sql + ", PRIMARY KEY (tenant_id, id)) STRICT, WITHOUT ROWID"}};
}

std::vector<WiredNote> wired_notes(std::size_t count, std::size_t at,
                                   const std::function<void()>& action) {
  std::vector<WiredNote> notes(count);
  for (std::size_t i = 0; i < count; ++i) {
    notes[i].title = "n" + std::to_string(i);
    notes[i].stars.number = static_cast<std::int64_t>(i);
  }
  notes[at].stars.action = action;
  return notes;
}

std::vector<Note> notes_of(std::size_t count, const std::string& prefix = "n") {
  std::vector<Note> notes;
  for (std::size_t i = 0; i < count; ++i) {
    notes.push_back({.title = prefix + std::to_string(i), .stars = static_cast<std::int64_t>(i)});
  }
  return notes;
}

std::vector<Note> with_duplicate(std::size_t count, std::size_t at) {
  auto notes = notes_of(count);
  notes[at].title = notes[0].title;
  return notes;
}

const std::vector<std::size_t> sizes{0, 1, 2, 3, 255, 256, 257, 511, 512, 1000};

}  // namespace

TEST_CASE("any number of rows is added, and returned as it is stored") {
  for (const std::size_t size : sizes) {
    CAPTURE(size);
    const TestStore test;
    const auto acme = test.enter(test.acme);
    const Repository<Note> notes{test.store, acme};
    const auto alone = must(notes.insert_many(notes_of(size, "alone")));
    REQUIRE(alone.size() == size);
    const auto inside = must(test.store.write(acme, [&](WriteTransaction& tx) {
      return Repository<Note>{tx}.insert_many(notes_of(size, "inside"));
    }));
    REQUIRE(inside.size() == size);
    CHECK(must(notes.count()) == static_cast<std::int64_t>(2 * size));
    for (const auto* const rows : {&alone, &inside}) {
      for (std::size_t i = 0; i < size; ++i) {
        const Note& note = (*rows)[i];
        CHECK(note.stars == static_cast<std::int64_t>(i));
        CHECK(note.created_at == test.clock->now());
        CHECK(note.updated_at == test.clock->now());
        CHECK(must(notes.require(note.id)) == note);
      }
    }
    CHECK(must(Repository<Note>{test.store, test.enter(test.globex)}.count()) == 0);
  }
}

TEST_CASE("a row that cannot be added leaves none behind") {
  for (const std::size_t size : sizes) {
    for (const std::size_t at : {std::size_t{1}, size / 2, size - 1}) {
      if (size < 2 || at == 0) {
        continue;
      }
      CAPTURE(size);
      CAPTURE(at);
      const TestStore test;
      const Repository<Note> notes{test.store, test.enter(test.acme)};
      const auto failed = notes.insert_many(with_duplicate(size, at));
      CHECK(code_of(failed) == errc::already_exists);
      CHECK(failed.error().subject() == "title");
      CHECK(must(notes.count()) == 0);
    }
  }
}

TEST_CASE("nothing is left behind even when the transaction goes on to commit other rows") {
  const TestStore test;
  const auto acme = test.enter(test.acme);
  const Repository<Note> notes{test.store, acme};
  must(test.store.write(acme, [&](WriteTransaction& tx) -> Result<void> {
    const Repository<Note> inside{tx};
    BOOST_OUTCOME_TRY(inside.insert({.id = "before", .title = "before"}));
    CHECK(code_of(inside.insert_many(with_duplicate(600, 300))) == errc::already_exists);
    CHECK(must(inside.count()) == 1);
    CHECK(code_of(inside.insert_many(with_duplicate(256, 255))) == errc::already_exists);
    CHECK(must(inside.count()) == 1);
    auto unstorable = notes_of(300);
    unstorable[299].stars = -1;  // CHECK (stars >= 0)
    CHECK(code_of(inside.insert_many(unstorable)) == errc::constraint_violation);
    CHECK(must(inside.count()) == 1);
    BOOST_OUTCOME_TRY(inside.insert_many(notes_of(300, "good")));
    BOOST_OUTCOME_TRY(inside.insert({.id = "behind", .title = "behind"}));
    return tenancy::success();
  }));
  CHECK(must(notes.count()) == 302);
}

TEST_CASE("a value without a stored form in a later row leaves nothing behind either") {
  const Work work;
  std::vector<Item> items(700);
  for (std::size_t i = 0; i < items.size(); ++i) {
    items[i].number = static_cast<std::int64_t>(i);
  }
  items[699].weight = std::nan("");
  const auto failed = work.items.insert_many(items);
  CHECK(code_of(failed) == errc::invalid_value);
  CHECK(failed.error().subject() == "weight");
  CHECK(must(work.items.count()) == 0);
  items[699].weight = 1.0;
  must(work.items.insert_many(items));
  CHECK(must(work.items.count()) == 700);
}

TEST_CASE("rows of many columns go in as many statements as parameters allow") {
  // 14 columns: 256 rows take 3584 parameters. What counts is that all arrive.
  const Work work;
  std::vector<Item> items(1000);
  for (std::size_t i = 0; i < items.size(); ++i) {
    items[i].number = static_cast<std::int64_t>(i);
    items[i].points = -static_cast<std::int64_t>(i);
  }
  must(work.items.insert_many(items));
  CHECK(must(work.items.aggregate(tenancy::sum_of<&Item::points>)) == -499'500);
  // One for each power of two up to 256, whatever the sizes, and few others.
  const std::size_t prepared = work.prepared_by([&] {
    for (std::size_t size = 1; size < 300; size += 7) {
      std::vector<Item> more(size);
      for (std::size_t i = 0; i < size; ++i) {
        more[i].project = std::to_string(size);
        more[i].number = static_cast<std::int64_t>(i);
      }
      must(work.items.insert_many(more));
    }
  });
  CHECK(prepared <= 12);
  // For 1, 2, 4 and 16 rows; the thousand took all others.
  CHECK(prepared >= 4);
}

TEST_CASE("rows of very many columns go in by as many as a statement has parameters for") {
  const TestStore test{{}, wide_schema()};
  const Repository<Wide> rows{test.store, test.enter(test.acme)};
  std::vector<Wide> some(300);
  for (std::size_t i = 0; i < some.size(); ++i) {
    some[i].Cell<0>::value = static_cast<std::int64_t>(i);
    some[i].Cell<wide_columns>::value = -static_cast<std::int64_t>(i);
  }
  CHECK(must(rows.insert_many(some)).size() == 300);
  CHECK(must(rows.count()) == 300);
  CHECK(must(rows.require(299)).Cell<wide_columns>::value == -299);
}

TEST_CASE("a trigger that ignores one row leaves none behind, even when the error is ignored") {
  TestStore test;
  const auto acme = test.enter(test.acme);
  const Repository<Note> notes{test.store, acme};
  test.run_raw(
      "CREATE TRIGGER skip BEFORE INSERT ON notes WHEN new.stars = 1 BEGIN SELECT RAISE(IGNORE); "
      "END");
  CHECK(code_of(notes.insert_many(notes_of(2))) == errc::constraint_violation);
  CHECK(code_of(notes.insert_many(notes_of(3))) == errc::constraint_violation);
  must(test.store.write(acme, [&](WriteTransaction& tx) -> Result<void> {
    const Repository<Note> inside{tx};
    CHECK(code_of(inside.insert_many(notes_of(2))) == errc::constraint_violation);
    CHECK(code_of(inside.insert_many(notes_of(3))) == errc::constraint_violation);
    return tenancy::success();
  }));
  CHECK(must(notes.count()) == 0);
}

TEST_CASE("a call that is stopped in its middle leaves nothing behind either") {
  // In the first of two statements, which are too short to be stopped themselves, so that the
  // second is not begun; and in the second, after which there is nothing to be stopped.
  for (const std::size_t at : {std::size_t{7}, std::size_t{11}}) {
    CAPTURE(at);
    const TestStore test;
    const auto acme = test.enter(test.acme);
    std::stop_source stop;
    const auto rows = wired_notes(12, at, [&] { stop.request_stop(); });
    bool is_kept = false;
    must(test.store.write(acme, {.stop = stop.get_token()}, [&](WriteTransaction& tx) {
      is_kept = Repository<WiredNote>{tx}.insert_many(rows).has_value();
      return Result<void>{tenancy::success()};
    }));
    CHECK(is_kept == (at == 11));
    CHECK(must(Repository<Note>{test.store, acme}.count()) == (is_kept ? 12 : 0));
  }
}

TEST_CASE("an exception leaves nothing behind, even when the transaction catches it") {
  const TestStore test;
  const auto acme = test.enter(test.acme);
  const auto rows = wired_notes(300, 299, [] { throw std::runtime_error{"no more"}; });
  must(test.store.write(acme, [&](WriteTransaction& tx) -> Result<void> {
    const Repository<WiredNote> inside{tx};
    CHECK_THROWS_AS(static_cast<void>(inside.insert_many(rows)), std::runtime_error);
    BOOST_OUTCOME_TRY(inside.insert({.title = "behind"}));
    return tenancy::success();
  }));
  CHECK(must(Repository<Note>{test.store, acme}.count()) == 1);
}
