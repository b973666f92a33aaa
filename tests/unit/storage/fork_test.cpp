#include <filesystem>
#include <optional>
#include <string>

#include <doctest/doctest.h>
#include <unistd.h>

#include "tenancy/data/repository.hpp"

#include "support/child_process.hpp"
#include "support/entities.hpp"
#include "support/test_store.hpp"

using tenancy::ReadRepository;
using tenancy::Repository;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::TestStore;
using tenancy_test::text_from_child;

namespace {

template <class T>
std::string name_of(const tenancy::Result<T>& result) {
  return std::string{result ? "done" : tenancy::to_string(result.error().code())} + " ";
}

/// The library's calls that reach the store, each with what became of it.
std::string use(const TestStore& test, const tenancy::TenantContext& acme) {
  return name_of(ReadRepository<Note>{test.store, acme}.count()) +
         name_of(Repository<Note>{test.store, acme}.insert({.id = "child", .title = "child"})) +
         name_of(test.registry.create({"child", "Child"})) +
         name_of(test.registry.find(test.acme.id));
}

void check_parent_goes_on(const TestStore& test, const std::string& id) {
  const auto acme = test.enter(test.acme);
  must(Repository<Note>{test.store, acme}.insert({.id = id, .title = id}));
  CHECK(must(ReadRepository<Note>{test.store, acme}.find(id)).has_value());
  CHECK_FALSE(must(ReadRepository<Note>{test.store, acme}.find("child")).has_value());
  CHECK(std::string{test.raw().execAndGet("PRAGMA integrity_check").getText()} == "ok");
}

constexpr const char* all_refused = "forked_process forked_process forked_process forked_process ";

}  // namespace

TEST_CASE("a child that was forked off is refused whatever it asks, and the parent goes on") {
  const TestStore test;
  const auto acme = test.enter(test.acme);
  must(Repository<Note>{test.store, acme}.insert({.id = "before", .title = "before"}));
  CHECK(text_from_child([&] { return use(test, acme); }) == all_refused);
  check_parent_goes_on(test, "after");
}

TEST_CASE("a child that drops the store leaves the parent's files and locks alone") {
  const tenancy_test::TemporaryFolder folder;
  const std::string file = (folder / "store.db").string();
  std::optional<tenancy::Authority> authority{must(tenancy::open("sqlite:" + file))};
  must(authority->registry().create({"before", "Before"}));
  const auto log_size = std::filesystem::file_size(file + "-wal");
  const auto database_size = std::filesystem::file_size(file);
  REQUIRE(log_size > 0);
  CHECK(text_from_child([&]() -> std::string {
          authority.reset();
          return "dropped";
        }) == "dropped");
  REQUIRE(std::filesystem::exists(file + "-wal"));
  CHECK(std::filesystem::file_size(file + "-wal") == log_size);
  CHECK(std::filesystem::file_size(file) == database_size);
  const auto after = must(authority->registry().create({"after", "After"}));
  CHECK(must(authority->registry().find(after.id)).name == "After");
  CHECK(std::string{SQLite::Database{file}.execAndGet("PRAGMA integrity_check").getText()} == "ok");
}

TEST_CASE("a child that was forked off in the midst of a transaction is refused, too") {
  const TestStore test;
  const auto acme = test.enter(test.acme);
  std::string said;
  must(test.store.write(acme, [&](tenancy::WriteTransaction& tx) -> tenancy::Result<void> {
    BOOST_OUTCOME_TRY(Repository<Note>{tx}.insert({.id = "mine", .title = "mine"}));
    said = text_from_child([&] {
      return name_of(ReadRepository<Note>{test.store, acme}.count()) +
             name_of(Repository<Note>{tx}.insert({.id = "child", .title = "child"}));
    });
    return tenancy::success();
  }));
  CHECK(said == "forked_process forked_process ");
  check_parent_goes_on(test, "after");
  CHECK(must(ReadRepository<Note>{test.store, acme}.find("mine")).has_value());
}

TEST_CASE("a child may open a store of its own") {
  const TestStore test;
  const tenancy_test::TemporaryFolder folder;
  CHECK(text_from_child([&]() -> std::string {
          const auto own = must(tenancy::open("sqlite:" + (folder / "own.db").string()));
          return name_of(own.registry().create({"child", "Child"}));
        }) == "done ");
  check_parent_goes_on(test, "after");
}

// What the child's SQLite remembers of the parent's locks is not true of the child. It would write
// without a lock, into a log that the parent removes as it closes.
TEST_CASE("a child may not open anew what was open when it was forked off") {
  const TestStore test;
  CHECK(text_from_child([&] {
          return name_of(tenancy::open(test.url(), {.migrations = tenancy_test::test_schema()}));
        }) == "forked_process ");
  check_parent_goes_on(test, "after");
}
