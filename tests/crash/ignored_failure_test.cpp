// A unit may ignore an error, and must not be told that it was kept for that.

#include <string>

#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"

#include "support/entities.hpp"
#include "support/fault_vfs.hpp"
#include "support/test_store.hpp"

using tenancy::errc;
using tenancy::ReadRepository;
using tenancy::Repository;
using tenancy::Result;
using tenancy::WriteTransaction;
using tenancy_test::code_of;
using tenancy_test::FaultKind;
using tenancy_test::FaultVfs;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::TestStore;
using tenancy_test::VfsCall;

TEST_CASE("a unit that ignores a failed read is told that nothing of it was kept") {
  FaultVfs vfs;
  const TestStore test;
  {
    const auto acme = test.enter(test.acme);
    must(test.store.write(acme, [](WriteTransaction& tx) -> Result<void> {
      for (int i = 0; i < 200; ++i) {
        const std::string id = std::to_string(i);
        BOOST_OUTCOME_TRY(
            Repository<Note>{tx}.insert({.id = id, .title = id + std::string(500, 'x')}));
      }
      return tenancy::success();
    }));
  }
  // With nothing in its memory yet.
  const auto fresh = test.open_again();
  const auto store = fresh.store();
  const auto acme = must(fresh.enter(test.acme.id, tenancy_test::tester()));
  int failures = 0;
  const auto outcome = store.write(acme, [&](WriteTransaction& tx) -> Result<void> {
    const Repository<Note> notes{tx};
    BOOST_OUTCOME_TRY(notes.insert({.id = "kept?", .title = "kept?"}));
    vfs.arm({{.kind = FaultKind::io_error, .nth = 1, .only = VfsCall::read}});
    for (int i = 0; i < 200 && failures == 0; ++i) {
      failures += notes.find(std::to_string(i)) ? 0 : 1;
    }
    vfs.disarm();
    return tenancy::success();
  });
  REQUIRE(failures == 1);
  CHECK(code_of(outcome) == errc::transaction_lost);
  CHECK_FALSE(must(ReadRepository<Note>{test.store, test.enter(test.acme)}.find("kept?")));
  must(Repository<Note>{store, acme}.insert({.id = "next", .title = "next"}));
}
