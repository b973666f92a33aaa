#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"

#include "support/entities.hpp"
#include "support/other_process.hpp"
#include "support/test_store.hpp"

using tenancy::errc;
using tenancy::ReadRepository;
using tenancy::Repository;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::OtherProcess;
using tenancy_test::TestStore;

TEST_CASE("what another process wrote is there for the next read, and the other way round") {
  const TestStore test;
  OtherProcess other{test, test.acme};
  const auto acme = test.enter(test.acme);
  const ReadRepository<Note> notes{test.store, acme};
  for (int i = 0; i < 20; ++i) {
    REQUIRE(other.tell("write 1") == "written");
    CHECK(must(notes.count()) == 2 * i + 1);
    must(Repository<Note>{test.store, acme}.insert({.title = std::to_string(i)}));
    CHECK(other.tell("count") == std::to_string(2 * i + 2));
  }
}

TEST_CASE("another process gets its turn beside writers that never rest") {
  const TestStore test;
  OtherProcess other{test, test.acme};
  std::atomic<bool> is_done = false;
  std::atomic<int> written = 0;
  std::vector<std::thread> busy;
  for (int number = 0; number < 8; ++number) {
    busy.emplace_back([&, number] {
      const Repository<Note> notes{test.store, test.enter(test.globex)};
      for (int i = 0; !is_done; ++i) {
        must(notes.insert({.title = std::to_string(number) + "-" + std::to_string(i)}));
        ++written;
      }
    });
  }
  const std::string answer = other.tell("write 100");
  const int meanwhile = written;
  is_done = true;
  for (auto& thread : busy) {
    thread.join();
  }
  CHECK(answer == "written");
  CHECK(meanwhile > 0);
  CHECK(must(ReadRepository<Note>{test.store, test.enter(test.acme)}.count()) == 100);
  CHECK(must(ReadRepository<Note>{test.store, test.enter(test.globex)}.count()) == written);
}

TEST_CASE("a suspension by another process holds from the very next transaction on") {
  const TestStore test;
  OtherProcess other{test, test.acme};
  for (int i = 0; i < 10; ++i) {
    const auto acme = test.enter(test.acme);
    const Repository<Note> notes{test.store, acme};
    // Writer and readers know that the tenant is let in.
    must(notes.insert({.title = std::to_string(2 * i)}));
    must(notes.insert({.title = std::to_string(2 * i + 1)}));
    CHECK(must(notes.count()) == 2 * i + 2);
    REQUIRE(other.tell("suspend") == "suspended");
    CHECK(code_of(notes.insert({.title = "x"})) == errc::tenant_not_active);
    CHECK(code_of(notes.count()) == errc::tenant_not_active);
    REQUIRE(other.tell("activate") == "active");
    CHECK(code_of(notes.insert({.title = "x"})) == errc::stale_context);
  }
}

TEST_CASE("a process that dies in its turn holds nobody up") {
  const TestStore test;
  const auto acme = test.enter(test.acme);
  for (int i = 0; i < 5; ++i) {
    {
      OtherProcess other{test, test.globex};
      const ReadRepository<Note> notes{test.store, test.enter(test.globex)};
      const auto before = must(notes.count());
      other.begin("write 1000000");
      while (must(notes.count()) < before + 3) {
      }
      other.kill();
    }
    must(Repository<Note>{test.store, acme}.insert({.title = std::to_string(i)}));
  }
  CHECK(must(ReadRepository<Note>{test.store, acme}.count()) == 5);
}
