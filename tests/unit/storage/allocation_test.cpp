// What warm calls allocate.

#include <chrono>
#include <cstdint>
#include <string>

#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"

#include "storage/tenant_slots.hpp"
#include "support/counted_memory.hpp"
#include "support/entities.hpp"
#include "support/test_store.hpp"

using tenancy::ReadRepository;
using tenancy::ReadTransaction;
using tenancy::Repository;
using tenancy::Result;
using tenancy::success;
using tenancy_test::allocations_of;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::TestStore;

TEST_CASE("a warm call allocates what its row does and no more") {
  const TestStore test;
  const auto acme = test.enter(test.acme);
  const Repository<Note> notes{test.store, acme};
  // Short enough for the strings to need no memory of their own.
  const auto insert = [&](const char* id) {
    CHECK(notes.insert({.id = id, .title = id}).has_value());
  };
  const auto find = [&] { CHECK(notes.find("warm").value().has_value()); };
  const auto update = [&] { CHECK(notes.update({.id = "warm", .title = "new"}).has_value()); };
  const auto erase = [&](const char* id) { CHECK(notes.erase(id).has_value()); };
  insert("warm");
  for (int i = 0; i < 10; ++i) {
    insert("x");
    find();
    update();
    erase("x");
  }
  REQUIRE(allocations_of([] { const std::string text(100, 'x'); }) == 1);

  CHECK(allocations_of(find) == 0);
  CHECK(allocations_of([&] { insert("x"); }) == 0);
  CHECK(allocations_of(update) == 0);
  CHECK(allocations_of([&] { erase("x"); }) == 0);
}

TEST_CASE("tenants whose queries have ended take no memory") {
  const tenancy::CallOptions options;
  const tenancy::detail::CallLimits limits{options, std::chrono::milliseconds{1}};
  tenancy::detail::TenantSlots slots{1};
  const auto ask = [&](std::int64_t tenant) {
    static_cast<void>(must(slots.acquire(must(tenancy::TenantId::from_value(tenant)), limits)));
  };
  ask(1);
  CHECK(allocations_of([&] {
          for (std::int64_t tenant = 2; tenant < 1000; ++tenant) {
            ask(tenant);
          }
        }) == 0);
}
