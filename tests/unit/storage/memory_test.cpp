// What is dropped is forgotten, and what cannot be kept is told.

#include <cstddef>
#include <new>
#include <string>
#include <vector>

#include <SQLiteCpp/Database.h>
#include <doctest/doctest.h>
#include <sqlite3.h>

#include "storage/sqlite/loaded_objects.hpp"
#include "storage/sqlite/quota_vfs.hpp"
#include "storage/sqlite/statement.hpp"
#include "storage/statement_cache.hpp"
#include "support/counted_memory.hpp"
#include "support/must.hpp"

using tenancy::detail::ShapedSql;
using tenancy::detail::StaticSql;
using tenancy::detail::sqlite::find_symbol_holders;
using tenancy::detail::sqlite::QuotaVfs;
using tenancy::detail::sqlite::SqliteStatement;
using StatementCache = tenancy::detail::StatementCache<tenancy::detail::sqlite::SqliteStatement>;
using tenancy::detail::sqlite::Watch;
using tenancy_test::CountedMemory;
using tenancy_test::KeptMemory;
using tenancy_test::must;
using tenancy_test::RefusedMemory;

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
    return CountedMemory::in_use();
  };
  const std::size_t before = keep_many(0, 100);
  CHECK(keep_many(100, 1100) == before);
}

TEST_CASE("a file without a name that there is no memory for is not opened") {
  QuotaVfs quota;
  sqlite3_vfs* const vfs = sqlite3_vfs_find(quota.name());
  REQUIRE(vfs != nullptr);
  std::vector<std::max_align_t> place(
      static_cast<std::size_t>(vfs->szOsFile) / sizeof(std::max_align_t) + 1);
  auto* const file = reinterpret_cast<sqlite3_file*>(place.data());
  constexpr int flags =
      SQLITE_OPEN_TEMP_DB | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXCLUSIVE;
  int code = SQLITE_OK;
  {
    const RefusedMemory refused{1};
    code = vfs->xOpen(vfs, nullptr, file, flags, nullptr);
  }
  CHECK(code == SQLITE_IOERR_NOMEM);
  // Or else SQLite would close it.
  CHECK(file->pMethods == nullptr);
}

TEST_CASE("who holds a symbol is told whole, or not at all") {
  const auto look = [] { return find_symbol_holders("sqlite3_open_v2", sqlite3_sourceid()).own; };
  const std::string own = look();
  REQUIRE_FALSE(own.empty());
  std::size_t failures = 0;
  bool fails = true;
  while (fails) {
    std::string told;
    {
      const RefusedMemory refused{failures + 1};
      try {
        told = look();
        fails = false;
      } catch (const std::bad_alloc&) {
        ++failures;
      }
    }
    CHECK(told == (fails ? "" : own));
  }
  CHECK(failures > 0);
}
