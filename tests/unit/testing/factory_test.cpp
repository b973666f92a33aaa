#include "tenancy/testing/factory.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/testing/temporary_store.hpp"

#include "support/death.hpp"
#include "support/entities.hpp"
#include "support/test_store.hpp"

using tenancy::Repository;
using tenancy::testing::Factory;
using tenancy::testing::TemporaryStore;
using tenancy_test::must;
using tenancy_test::Note;

namespace {

Factory<Note> numbered_notes() {
  return Factory<Note>{[](Note& note, std::size_t number) {
    note.title = "Note " + std::to_string(number);
    note.stars = 3;
  }};
}

}  // namespace

TEST_CASE("a factory's rows are numbered, and a test changes what it needs otherwise") {
  auto notes = numbered_notes();
  CHECK(notes.make() == Note{.title = "Note 1", .stars = 3});
  CHECK(notes.make([](Note& note) { note.stars = 5; }) == Note{.title = "Note 2", .stars = 5});
  int calls = 0;
  const auto count_calls = [&calls](Note& note) { note.stars = ++calls; };
  CHECK(notes.make(count_calls).title == "Note 3");
  CHECK(calls == 1);
  CHECK(numbered_notes().make().title == "Note 1");
}

TEST_CASE("what a factory creates lies in the repository's tenant, and only there") {
  const TemporaryStore test{{.migrations = tenancy_test::test_schema()}};
  const Repository<Note> of_acme{test.store(), test.context("acme")};
  const Repository<Note> of_globex{test.store(), test.context("globex")};
  auto notes = numbered_notes();
  const auto stored = notes.create(of_acme);
  CHECK_FALSE(stored.id.empty());
  CHECK(stored.created_at == test.clock()->now());
  CHECK(must(of_acme.find(stored.id)) == stored);
  CHECK(notes.create(of_acme, [](Note& note) { note.link = "x"; }).link == "x");
  const auto many = notes.create_many(of_acme, 3);
  REQUIRE(many.size() == 3);
  CHECK(many.front().title == "Note 3");
  CHECK(many.back().title == "Note 5");
  const auto changed = notes.create_many(of_acme, 2, [](Note& note) { note.stars = 1; });
  CHECK(std::ranges::count(changed, 1, &Note::stars) == 2);
  CHECK(notes.create_many(of_acme, 0).empty());
  CHECK(must(of_acme.count()) == 7);
  CHECK(must(of_globex.count()) == 0);
}

TEST_CASE("a factory works within a transaction, and goes with it") {
  const TemporaryStore test{{.migrations = tenancy_test::test_schema()}};
  const auto acme = test.context("acme");
  auto notes = numbered_notes();
  const auto outcome = test.store().write(
      acme, [&](tenancy::WriteTransaction& transaction) -> tenancy::Result<void> {
        notes.create_many(Repository<Note>{transaction}, 2);
        return tenancy::Error{tenancy::errc::not_found, "after all"};
      });
  CHECK_FALSE(outcome.has_value());
  CHECK(must(tenancy::ReadRepository<Note>{test.store(), acme}.count()) == 0);
}

TEST_CASE("a row that cannot be stored ends the process and says where the test stands") {
  // A process that aborts leaves its folder.
  const tenancy_test::TemporaryFolder folder;
  const auto written = tenancy_test::message_of_abort([&] {
    ::setenv("TMPDIR", folder.path().c_str(), 1);
    const TemporaryStore test{{.migrations = tenancy_test::test_schema()}};
    const Repository<Note> notes{test.store(), test.context("acme")};
    numbered_notes().create(notes, [](Note& note) { note.stars = -1; });
  });
  CHECK(written.find("constraint_violation") != std::string::npos);
  CHECK(written.find("factory_test.cpp:" + std::to_string(__LINE__ - 3)) != std::string::npos);
}
