// Transactions that cannot be ended or undone: their connections are given up, and with them what
// would be half done.

#include <string>

#include <doctest/doctest.h>
#include <sqlite3.h>

#include "tenancy/data/repository.hpp"

#include "support/entities.hpp"
#include "support/refused_statement.hpp"
#include "support/test_store.hpp"

using tenancy::errc;
using tenancy::ReadRepository;
using tenancy::ReadTransaction;
using tenancy::Repository;
using tenancy::Result;
using tenancy::success;
using tenancy::WriteTransaction;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::RefusedStatement;
using tenancy_test::TestStore;

TEST_CASE("a transaction is lost whose failed part cannot be undone, also if that is ignored") {
  const char* operation = "";
  SUBCASE("its rows stay") { operation = "ROLLBACK"; }
  SUBCASE("its savepoint stays") { operation = "RELEASE"; }
  RefusedStatement refused{SQLITE_SAVEPOINT, operation};
  const TestStore test;
  const auto acme = test.enter(test.acme);
  int failures = 0;
  const auto outcome = test.store.write(acme, [&](WriteTransaction& tx) -> Result<void> {
    const Repository<Note> notes{tx};
    BOOST_OUTCOME_TRY(notes.insert({.id = "whole", .title = "whole"}));
    if (failures == 0) {
      refused.refuse();
    }
    failures += notes.insert_many(
                    {{.id = "half", .title = "half"}, {.id = "whole", .title = "there already"}})
                    ? 0
                    : 1;
    return success();
  });
  CHECK(failures > 0);
  CHECK(code_of(outcome) == errc::transaction_lost);
  CHECK(must(ReadRepository<Note>{test.store, acme}.count()) == 0);
  must(Repository<Note>{test.store, acme}.insert({.id = "next", .title = "next"}));
}

TEST_CASE("rows whose savepoint cannot be let go are not kept") {
  RefusedStatement refused{SQLITE_SAVEPOINT, "RELEASE"};
  const TestStore test;
  const auto acme = test.enter(test.acme);
  bool is_refused = false;
  const auto outcome = test.store.write(acme, [&](WriteTransaction& tx) -> Result<void> {
    const Repository<Note> notes{tx};
    BOOST_OUTCOME_TRY(notes.insert({.id = "first", .title = "first"}));
    if (!is_refused) {
      is_refused = true;
      refused.refuse();
    }
    BOOST_OUTCOME_TRY(notes.insert_many({{.id = "a", .title = "a"}, {.id = "b", .title = "b"}}));
    return success();
  });
  CHECK_FALSE(outcome.has_value());
  CHECK(must(ReadRepository<Note>{test.store, acme}.count()) == 0);
}

TEST_CASE("a view that cannot be left is nobody else's") {
  RefusedStatement refused{SQLITE_TRANSACTION, "ROLLBACK"};
  tenancy::StoreOptions options;
  options.readers = 1;
  const TestStore test{options};
  const auto acme = test.enter(test.acme);
  must(test.store.read(acme, [&](ReadTransaction& tx) -> Result<void> {
    BOOST_OUTCOME_TRY(ReadRepository<Note>{tx}.count());
    refused.refuse();
    return success();
  }));
  must(Repository<Note>{test.store, acme}.insert({.id = "new", .title = "new"}));
  CHECK(must(test.store.read(
            acme, [](ReadTransaction& tx) { return ReadRepository<Note>{tx}.count(); })) == 1);
}
