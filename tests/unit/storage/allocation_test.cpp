// What warm calls allocate. A program of its own, since it replaces `operator new`.

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <span>
#include <string>
#include <utility>

#include <SQLiteCpp/Database.h>
#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"

#include "storage/sqlite/statement_cache.hpp"
#include "storage/sqlite/tenant_slots.hpp"
#include "support/entities.hpp"
#include "support/test_store.hpp"

using tenancy::ReadRepository;
using tenancy::ReadTransaction;
using tenancy::Repository;
using tenancy::Result;
using tenancy::success;
using tenancy::detail::ShapedSql;
using tenancy::detail::StaticSql;
using tenancy::detail::sqlite::SqliteStatement;
using tenancy::detail::sqlite::StatementCache;
using tenancy::detail::sqlite::Watch;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::TestStore;

namespace {

// NOLINTBEGIN(cppcoreguidelines-avoid-non-const-global-variables): operator new has no other place
constinit std::atomic<std::size_t> allocations = 0;
constinit std::atomic<std::size_t> deallocations = 0;
constinit std::array<void*, 64> kept_memory{};
constinit std::size_t kept = 0;
constinit bool keeps = false;
// NOLINTEND(cppcoreguidelines-avoid-non-const-global-variables)

/// While one lives, what is freed stays what it was, so that a use of it shows. Of one thread.
class KeptMemory {
 public:
  KeptMemory() { keeps = true; }
  KeptMemory(const KeptMemory&) = delete;
  KeptMemory& operator=(const KeptMemory&) = delete;
  ~KeptMemory() {
    keeps = false;
    for (void* const memory : std::span{kept_memory}.first(std::exchange(kept, 0))) {
      ::operator delete(memory);
    }
  }
};

void release(void* memory) noexcept {
  if (keeps && kept < kept_memory.size()) {
    kept_memory.at(kept++) = memory;
    return;
  }
  ++deallocations;
  std::free(memory);  // NOLINT(cppcoreguidelines-no-malloc)
}

/// How often the call allocates.
template <class Call>
std::size_t allocations_of(Call&& call) {
  const std::size_t before = allocations;
  std::forward<Call>(call)();
  return allocations - before;
}

}  // namespace

// NOLINTBEGIN(cppcoreguidelines-no-malloc,misc-definitions-in-headers)
void* operator new(std::size_t size) {
  ++allocations;
  if (void* const memory = std::malloc(size)) {
    return memory;
  }
  throw std::bad_alloc{};
}
void operator delete(void* memory) noexcept { release(memory); }
void operator delete(void* memory, std::size_t /*size*/) noexcept { release(memory); }
// NOLINTEND(cppcoreguidelines-no-malloc,misc-definitions-in-headers)

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
  tenancy::detail::sqlite::TenantSlots slots{1};
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

TEST_CASE("a statement that was found, and then dropped, is not looked at any more") {
  static constexpr StaticSql first{"SELECT 1"};
  static constexpr StaticSql second{"SELECT 2"};
  const SQLite::Database database{":memory:"};
  Watch watch;
  StatementCache cache{1};
  const auto keep = [&](const StaticSql& sql) {
    cache.keep(sql, must(SqliteStatement::prepare(database.getHandle(), sql.text, watch)));
  };
  keep(first);
  REQUIRE(cache.find_free(first) != nullptr);
  const KeptMemory memory;
  // The first one has been used since, which spares it once.
  keep(second);
  keep(second);
  CHECK(cache.find_free(first) == nullptr);
}

TEST_CASE("shapes whose statements have been dropped take no memory") {
  const SQLite::Database database{":memory:"};
  Watch watch;
  StatementCache cache{4};
  const auto nothing = [] { return std::string{}; };
  const auto keep_many = [&](int from, int to) {
    for (int number = from; number < to; ++number) {
      cache.keep(ShapedSql{std::string(100, 'x') + std::to_string(number), nothing},
                 must(SqliteStatement::prepare(database.getHandle(), "SELECT 1", watch)));
    }
    return allocations - deallocations;
  };
  const std::size_t before = keep_many(0, 100);
  CHECK(keep_many(100, 1100) == before);
}
