#include "tenancy/data/repository.hpp"

#include <optional>
#include <string>

#include <doctest/doctest.h>

#include "support/death.hpp"
#include "support/entities.hpp"
#include "support/test_store.hpp"

using tenancy::errc;
using tenancy::ReadRepository;
using tenancy::Repository;
using tenancy::Result;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::TestStore;

TEST_CASE("a stored value that does not fit its member is an error, not a guess") {
  auto schema = tenancy_test::test_schema();
  schema[0].sql.erase(schema[0].sql.find(" STRICT,"), 8);
  const TestStore test{{}, std::move(schema)};
  const auto acme = test.enter(test.acme);
  const std::string tenant = std::to_string(test.acme.id.value());
  const auto store_raw = [&](const std::string& title, const std::string& stars,
                             const std::string& link) {
    test.run_raw("INSERT OR REPLACE INTO notes VALUES (" + tenant + ", 'n', " + title + ", " +
                 stars + ", " + link + ", 0, 0)");
  };
  const ReadRepository<Note> notes{test.store, acme};
  store_raw("'fine'", "1", "NULL");
  must(notes.require("n"));
  for (const auto& [title, stars, link] :
       {std::tuple{"x'00'", "1", "NULL"}, std::tuple{"'t'", "'many'", "NULL"},
        std::tuple{"'t'", "1.5", "NULL"}, std::tuple{"'t'", "1", "x'00'"}}) {
    store_raw(title, stars, link);
    const auto read = notes.find("n");
    CHECK(code_of(read) == errc::invalid_row);
    CHECK(read.error().message().find("many") == std::string::npos);
  }
}

TEST_CASE("a mapping without its table or column is told so") {
  const TestStore test;
  const auto acme = test.enter(test.acme);
  test.run_raw("ALTER TABLE notes RENAME COLUMN stars TO points");
  CHECK(code_of(ReadRepository<Note>{test.store, acme}.find("n")) == errc::invalid_mapping);
  test.run_raw("DROP TABLE tasks; DROP TABLE notes");
  CHECK(code_of(ReadRepository<Note>{test.store, acme}.find("n")) == errc::invalid_mapping);
}

TEST_CASE("a table without a tenant column gives no rows away") {
  // SQLite would read a quoted name that is no column as a text; the connections switch that off.
  const TestStore test;
  test.run_raw(
      "DROP TABLE tasks; DROP TABLE notes;"
      "CREATE TABLE notes (id TEXT PRIMARY KEY, title, stars, link, created_at, "
      "updated_at); INSERT INTO notes VALUES ('n', 't', 1, NULL, 0, 0)");
  CHECK(code_of(ReadRepository<Note>{test.store, test.enter(test.acme)}.find("n")) ==
        errc::invalid_mapping);
}

TEST_CASE("one statement may be in use twice, a list within a list") {
  const TestStore test;
  const auto acme = test.enter(test.acme);
  must(test.store.write(acme, [](tenancy::WriteTransaction& tx) -> Result<void> {
    const Repository<Note> notes{tx};
    for (const char* id : {"a", "b", "c"}) {
      BOOST_OUTCOME_TRY(notes.insert({.id = id, .title = id}));
    }
    for (int i = 0; i < 3; ++i) {
      BOOST_OUTCOME_TRY(const auto page, notes.list());
      for (const auto& note : page.items) {
        CHECK(must(notes.require(note.id)) == note);
      }
    }
    return tenancy::success();
  }));
}

TEST_CASE("a repository that is kept beyond its transaction works for nobody") {
  const auto message = tenancy_test::message_of_abort([] {
    const TestStore test;
    const auto acme = test.enter(test.acme);
    const auto globex = test.enter(test.globex);
    std::optional<ReadRepository<Note>> kept;
    // Twice the same code, so that the second transaction lies where the first one lay.
    for (const auto& context : {acme, globex}) {
      must(test.store.read(context, [&](tenancy::ReadTransaction& tx) -> Result<void> {
        if (!kept) {
          kept.emplace(tx);
        }
        BOOST_OUTCOME_TRY(kept->count());
        return tenancy::success();
      }));
    }
  });
  CHECK(message.find("use of a repository after its transaction ended") != std::string::npos);
}
