#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include "notebook.hpp"

#include <chrono>
#include <string>

#include <doctest/doctest.h>

#include <tenancy/testing/factory.hpp>
#include <tenancy/testing/isolation_check.hpp>
#include <tenancy/testing/temporary_store.hpp>

using notebook::Note;
using tenancy::testing::Factory;
using tenancy::testing::IsolationCheck;
using tenancy::testing::must;
using tenancy::testing::TemporaryStore;

// Where the program's tests say once how a note looks.
Factory<Note> make_notes() {
  return Factory<Note>{
      [](Note& note, std::size_t number) { note.title = "Note " + std::to_string(number); }};
}

TEST_CASE("a team sees its own notes and none of another's") {
  const TemporaryStore test{notebook::options()};
  const auto acme = test.context("acme");  // the tenant is created
  const auto globex = test.context("globex");
  auto notes = make_notes();
  const auto of_acme = notes.create({test.store(), acme});
  notes.create_many({test.store(), globex}, 3);

  CHECK(must(notebook::front_page(test.store(), acme)) == std::vector<Note>{of_acme});
  CHECK(must(notebook::front_page(test.store(), globex)).size() == 3);
}

TEST_CASE("a team cannot pin another team's note, or learn that it is there") {
  const TemporaryStore test{notebook::options()};
  const auto acme = test.context("acme");
  const auto globex = test.context("globex");
  const auto note = make_notes().create({test.store(), acme});

  const auto pinned = notebook::pin(test.store(), globex, note.id);
  REQUIRE_FALSE(pinned.has_value());
  CHECK(pinned.error() == tenancy::errc::not_found);
  CHECK(must(notebook::front_page(test.store(), acme)) == std::vector<Note>{note});
}

TEST_CASE("teams are apart in every table") {
  const TemporaryStore test{notebook::options()};
  IsolationCheck check{test};
  check.repository(make_notes());
  check.operation("front_page", [&](const auto& team) -> tenancy::Result<std::string> {
    BOOST_OUTCOME_TRY(const auto page, notebook::front_page(test.store(), team));
    return page.empty() ? "" : page.front().title;
  });
  const auto report = check.finish();
  CHECK_MESSAGE(report.holds(), report.to_string());
}

TEST_CASE("two teams give their notes the same title") {
  const TemporaryStore test{notebook::options()};
  const auto titled = [](Note& note) { note.title = "Plans"; };
  auto notes = make_notes();
  notes.create({test.store(), test.context("acme")}, titled);
  notes.create({test.store(), test.context("globex")}, titled);

  const tenancy::Repository<Note> of_acme{test.store(), test.context("acme")};
  const auto again = of_acme.insert(notes.make(titled));
  REQUIRE_FALSE(again.has_value());
  CHECK(again.error() == tenancy::errc::already_exists);
}

TEST_CASE("pinned notes come first, and keep when they were written") {
  const TemporaryStore test{notebook::options()};
  const auto acme = test.context("acme");
  auto notes = make_notes();
  const auto first = notes.create({test.store(), acme});
  test.clock()->advance(std::chrono::hours{1});
  const auto second = notes.create({test.store(), acme});

  const auto pinned = must(notebook::pin(test.store(), acme, second.id));
  CHECK(pinned.created_at == TemporaryStore::start + std::chrono::hours{1});
  CHECK(must(notebook::front_page(test.store(), acme)) == std::vector<Note>{pinned, first});
}

TEST_CASE("a context that may only read pins nothing") {
  const TemporaryStore test{notebook::options()};
  const auto note = make_notes().create({test.store(), test.context("acme")});

  const auto reader = test.context("acme", tenancy::Scope::read);
  const auto pinned = notebook::pin(test.store(), reader, note.id);
  REQUIRE_FALSE(pinned.has_value());
  CHECK(pinned.error() == tenancy::errc::access_denied);
}
