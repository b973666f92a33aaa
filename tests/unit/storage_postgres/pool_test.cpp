// The pool of connections: what it tells of itself, and how it spares a server that is not there.

#include <algorithm>
#include <chrono>
#include <future>
#include <set>
#include <thread>

#include <doctest/doctest.h>

#include "tenancy/storage/backend.hpp"

#include "storage/postgres/connector.hpp"
#include "unit/storage_postgres/notes_fixture.hpp"

using namespace std::chrono_literals;

using tenancy::ReadTransaction;
using tenancy::Result;
using tenancy::success;
using tenancy_test::must;
using tenancy_test::NotesFixture;

TEST_CASE("the pool tells what is open and idle, who waits, and what was opened") {
  const NotesFixture fixture{{}, {.max_connections = 2}};
  const auto backend = tenancy::detail::StoreAccess::backend(fixture.test.store);
  const auto figures = [&] { return must(backend->status({})).connections.value(); };
  const auto before = figures();
  CHECK(before.open >= 1);
  CHECK(before.idle == before.open);
  CHECK(before.waiting == 0);

  std::future<Result<std::int64_t>> third;
  must(fixture.test.store.read(fixture.acme, [&](ReadTransaction& of_acme) -> Result<void> {
    BOOST_OUTCOME_TRY(tenancy::ReadRepository<tenancy_test::Note>{of_acme}.count());
    return fixture.test.store.read(fixture.globex, [&](ReadTransaction& tx) -> Result<void> {
      BOOST_OUTCOME_TRY(tenancy::ReadRepository<tenancy_test::Note>{tx}.count());
      CHECK(figures().open == 2);
      CHECK(figures().idle == 0);
      CHECK(figures().waiting == 0);
      third = std::async(std::launch::async, [&] { return fixture.notes().count(); });
      while (figures().waiting == 0) {
        std::this_thread::yield();
      }
      CHECK(figures().waiting == 1);
      CHECK(figures().open == 2);
      return success();
    });
  }));
  CHECK(must(third.get()) == 0);
  const auto after = figures();
  CHECK(after.open == 2);
  CHECK(after.idle == 2);
  CHECK(after.waiting == 0);
  CHECK(after.opened == before.opened + (2 - before.open));
  CHECK(after.closed == before.closed);
  CHECK(after.failed == 0);
  CHECK(after.waited_for > before.waited_for);
}

TEST_CASE("pauses between tries of a server that lets nobody in grow, up to a second") {
  std::chrono::microseconds longest = 10ms;
  for (unsigned failures = 1; failures <= 40; ++failures) {
    CAPTURE(failures);
    std::set<std::chrono::microseconds> seen;
    for (int i = 0; i < 50; ++i) {
      seen.insert(tenancy::detail::postgres::pause_after(failures));
    }
    CHECK(*seen.begin() >= longest / 2);
    CHECK(*seen.rbegin() <= longest);
    // Two programs do not come at the same time again and again.
    CHECK(seen.size() > 10);
    longest = std::min<std::chrono::microseconds>(longest * 2, 1s);
  }
}
