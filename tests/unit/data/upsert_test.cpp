#include <chrono>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"

#include "support/entities.hpp"
#include "support/work.hpp"

using tenancy::errc;
using tenancy::Repository;
using tenancy_test::code_of;
using tenancy_test::Item;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::TestStore;
using tenancy_test::Work;

namespace {

/// A key alone.
struct Mark {
  std::string id;

  friend bool operator==(const Mark&, const Mark&) = default;

  static constexpr auto tenancy_mapping() {
    return tenancy::mapping::entity("marks", tenancy::mapping::key("id", &Mark::id));
  }
};

/// A text that does something while it is bound.
struct Tripwire {
  std::string text = {};
  std::function<void()> action = {};
};

}  // namespace

template <>
struct tenancy::Codec<Tripwire> {
  static void bind(const ParameterWriter& parameter, const Tripwire& value) {
    if (value.action) {
      value.action();
    }
    parameter.text(value.text);
  }
  static bool read(const ColumnReader& column, Tripwire& value) {
    const auto held = column.text();
    value.text = held.value_or("");
    return held.has_value();
  }
};

namespace {

struct WiredPerson {
  std::string id = {};
  Tripwire name = {};

  static constexpr auto tenancy_mapping() {
    namespace m = tenancy::mapping;
    return m::entity("people", m::key("id", &WiredPerson::id),
                     m::column("name", &WiredPerson::name));
  }
};

}  // namespace

TEST_CASE("an upsert adds a row, then replaces it but for the time of its creation") {
  const Work work;
  must(work.people.insert({"ann", "Ann"}));
  const auto created = work.test.clock->now();
  const Item first{.project = "p",
                   .number = 1,
                   .title = "first",
                   .note = "n",
                   .points = 1,
                   .weight = 2.0,
                   .owner = "ann"};
  const Item stored = must(work.items.upsert(first));
  CHECK(stored.created_at == created);
  CHECK(stored.updated_at == created);
  CHECK((must(work.items.require({"p", 1})) == stored));

  work.test.clock->advance(std::chrono::seconds{1});
  // The caller's times are not looked at.
  const Item second{.project = "p",
                    .number = 1,
                    .title = "second",
                    .points = 2,
                    .weight = 3.0,
                    .created_at = work.test.clock->now()};
  const Item replaced = must(work.items.upsert(second));
  CHECK(replaced.title == "second");
  CHECK_FALSE(replaced.note.has_value());
  CHECK_FALSE(replaced.owner.has_value());
  // A REAL that is a whole number stays one.
  CHECK(replaced.weight == 3.0);
  CHECK(replaced.created_at == created);
  CHECK(replaced.updated_at == work.test.clock->now());
  CHECK((must(work.items.require({"p", 1})) == replaced));
  CHECK(must(work.items.count()) == 1);
}

TEST_CASE("an upsert meets no row of another tenant") {
  const Work work;
  const Item theirs =
      must(work.items_of_globex.insert({.project = "p", .number = 1, .title = "theirs"}));
  must(work.items.upsert({.project = "p", .number = 1, .title = "mine"}));
  must(work.items.upsert({.project = "p", .number = 1, .title = "mine again"}));
  CHECK((must(work.items_of_globex.require({"p", 1})) == theirs));
  CHECK(must(work.items_of_globex.require_versioned({"p", 1})).version.value() == 1);
}

TEST_CASE("an upsert generates a key that is left empty") {
  const TestStore test;
  const Repository<Note> notes{test.store, test.enter(test.acme)};
  const Note note = must(notes.upsert({.title = "a"}));
  CHECK(note.id.size() == tenancy::record_id_length);
  must(notes.upsert({.id = note.id, .title = "b"}));
  CHECK(must(notes.count()) == 1);
}

TEST_CASE("a unique value of another row is a conflict for an upsert too, and nothing changes") {
  const TestStore test;
  const Repository<Note> notes{test.store, test.enter(test.acme)};
  const Note first = must(notes.insert({.id = "1", .title = "first"}));
  const Note second = must(notes.insert({.id = "2", .title = "second"}));
  const auto taken = notes.upsert({.id = "2", .title = "first"});
  CHECK(code_of(taken) == errc::already_exists);
  CHECK(taken.error().subject() == "title");
  CHECK(code_of(notes.upsert({.id = "3", .title = "first"})) == errc::already_exists);
  CHECK(code_of(notes.upsert({.id = "1", .title = "first", .stars = -1})) ==
        errc::constraint_violation);
  CHECK(must(notes.require("1")) == first);
  CHECK(must(notes.require("2")) == second);
  CHECK(must(notes.count()) == 2);
}

TEST_CASE("an upsert of a key alone finds or adds") {
  const TestStore test{{},
                       {{1, "marks",
                         "CREATE TABLE marks (tenant_id INTEGER NOT NULL, id TEXT NOT NULL, "
                         "PRIMARY KEY (tenant_id, id)) STRICT, WITHOUT ROWID"}}};
  const Repository<Mark> marks{test.store, test.enter(test.acme)};
  CHECK(must(marks.upsert({"a"})) == Mark{"a"});
  CHECK(must(marks.upsert({"a"})) == Mark{"a"});
  CHECK(must(marks.count()) == 1);
}

TEST_CASE("a row that an upsert leaves unreadable is not kept") {
  const TestStore test{
      {},
      {{1, "marks",
        "CREATE TABLE notes (tenant_id INTEGER NOT NULL, id TEXT NOT NULL, title, "
        "stars, link TEXT, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, "
        "PRIMARY KEY (tenant_id, id));"}}};
  const Repository<Note> notes{test.store, test.enter(test.acme)};
  test.run_raw(
      "CREATE TRIGGER spoil AFTER INSERT ON notes BEGIN UPDATE notes SET stars = 'many' WHERE "
      "tenant_id = new.tenant_id AND id = new.id; END");
  CHECK(code_of(notes.upsert({.id = "1", .title = "t"})) == errc::invalid_row);
  CHECK(must(notes.count()) == 0);
}

TEST_CASE("an upsert whose row a trigger takes away again fails, and has changed nothing") {
  const TestStore test;
  const Repository<Note> notes{test.store, test.enter(test.acme)};
  must(notes.insert({.id = "kept", .title = "kept"}));
  test.run_raw(
      "CREATE TRIGGER take AFTER INSERT ON notes BEGIN DELETE FROM notes WHERE "
      "tenant_id = new.tenant_id; END");
  CHECK(code_of(notes.upsert({.id = "1", .title = "t"})) == errc::constraint_violation);
  CHECK(must(notes.count()) == 1);
}

TEST_CASE("an upsert that says it failed when it was stopped has stored nothing") {
  const Work work;
  std::stop_source stop;
  bool is_stored = false;
  must(work.test.store.write(work.test.enter(work.test.acme), {.stop = stop.get_token()},
                             [&](tenancy::WriteTransaction& tx) {
                               is_stored =
                                   Repository<WiredPerson>{tx}
                                       .upsert({"ann", {"Ann", [&] { stop.request_stop(); }}})
                                       .has_value();
                               return tenancy::Result<void>{tenancy::success()};
                             }));
  CHECK(must(work.people.count()) == (is_stored ? 1 : 0));
}

TEST_CASE("a trigger that keeps a row as it is, instead of the new one, is an error") {
  TestStore test;
  const Repository<Note> notes{test.store, test.enter(test.acme)};
  must(notes.insert({.id = "a", .title = "old"}));
  test.run_raw(
      "CREATE TRIGGER keep BEFORE UPDATE ON notes WHEN new.stars = 1 BEGIN SELECT RAISE(IGNORE); "
      "END");
  CHECK(code_of(notes.upsert({.id = "a", .title = "new", .stars = 1})) ==
        errc::constraint_violation);
  CHECK(must(notes.require("a")).title == "old");
  CHECK(must(notes.upsert({.id = "a", .title = "new"})).title == "new");
}
