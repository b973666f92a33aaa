#include "storage/sqlite_silo/open_files.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <unistd.h>

#include "storage/sqlite_silo/silo_folder.hpp"
#include "support/future_write.hpp"
#include "support/sanitized.hpp"
#include "unit/storage_silo/silo.hpp"

using tenancy::CallOptions;
using tenancy::errc;
using tenancy::ReadTransaction;
using tenancy::Repository;
using tenancy::Result;
using tenancy::success;
using tenancy::TenantId;
using tenancy::WriteTransaction;
using tenancy_test::code_of;
using tenancy_test::count_notes;
using tenancy_test::create;
using tenancy_test::enter;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::Silo;
using tenancy_test::write_note;

namespace {

/// What a tenant's open file takes at most: two of each of its connections (a writer, two readers,
/// one for queries, one for the log), the index of the log and the lock of the writers.
constexpr std::size_t descriptors_of_file = 2 * 5 + 2;
/// The same of the control file, with four readers.
constexpr std::size_t descriptors_of_control = 2 * 8 + 2;

std::size_t resident_bytes() {
  std::ifstream file{"/proc/self/statm"};
  std::size_t all = 0;
  std::size_t resident = 0;
  file >> all >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

std::vector<TenantId> create_many(const tenancy::Authority& authority, int count) {
  std::vector<TenantId> tenants;
  for (int i = 0; i < count; ++i) {
    tenants.push_back(create(authority, "t" + std::to_string(i)).id);
  }
  return tenants;
}

}  // namespace

TEST_CASE("any number of tenants has few files open, and a budget of descriptors") {
  const Silo silo;
  constexpr std::size_t most = 8;
  const auto authority = silo.open({.silo = {.max_open_files = most}});
  // All of them, since it takes minutes, in the long tests.
  const auto tenants =
      create_many(authority, std::getenv("TENANCY_TEST_LONG") != nullptr ? 10'000 : 300);
  const std::size_t resident_before = resident_bytes();
  std::size_t highest = 0;
  for (const TenantId tenant : tenants) {
    must(write_note(authority, tenant, "one"));
    highest = std::max(highest, silo.descriptors());
  }
  for (const TenantId tenant : tenants) {
    CHECK(must(count_notes(authority, tenant)) == 1);
    highest = std::max(highest, silo.descriptors());
  }
  CHECK(highest <= most * descriptors_of_file + descriptors_of_control);
  // And it is because files are closed: three hundred would take thousands.
  CHECK(highest < tenants.size());
  if (!tenancy_test::is_sanitized) {
    // Of a file some 0.3 MiB; what hundreds of openings left behind would be more than this.
    CHECK(resident_bytes() < resident_before + most * (std::size_t{2} << 20U));
  }
}

TEST_CASE("the file that was used last longest ago is closed for another") {
  const Silo silo;
  const auto authority = silo.open({.silo = {.max_open_files = 2}});
  const auto tenants = create_many(authority, 3);
  const auto is_open = [&](TenantId tenant) {
    const auto file =
        std::filesystem::canonical(tenancy::detail::silo::SiloFolder{silo.root}.file_of(tenant));
    const std::filesystem::directory_iterator all{"/proc/self/fd"};
    return std::any_of(begin(all), end(all), [&](const auto& entry) {
      std::error_code gone;
      return std::filesystem::read_symlink(entry.path(), gone) == file;
    });
  };
  must(count_notes(authority, tenants[0]));
  must(count_notes(authority, tenants[1]));
  // Once more, so that the first to be opened is not the first to go.
  must(count_notes(authority, tenants[0]));
  must(count_notes(authority, tenants[2]));
  CHECK(is_open(tenants[0]));
  CHECK_FALSE(is_open(tenants[1]));
  CHECK(is_open(tenants[2]));
}

TEST_CASE("a file stays open as long as a transaction is at work in it") {
  const Silo silo;
  const auto authority =
      silo.open({.max_wait = std::chrono::milliseconds{300}, .silo = {.max_open_files = 2}});
  const auto tenants = create_many(authority, 5);
  for (const TenantId tenant : tenants) {
    must(write_note(authority, tenant, "one"));
  }
  const auto first = must(enter(authority, tenants.front()));
  const auto rest_is_served = [&] {
    for (const TenantId tenant : tenants) {
      CHECK(must(count_notes(authority, tenant)) == 1);
    }
  };
  const auto of_first = [&](ReadTransaction& tx) -> Result<std::int64_t> {
    return tenancy::ReadRepository<Note>{tx}.count();
  };
  SUBCASE("a read") {
    CHECK(must(authority.store().read(first, [&](ReadTransaction& tx) -> Result<std::int64_t> {
            BOOST_OUTCOME_TRY(of_first(tx));
            rest_is_served();
            return of_first(tx);
          })) == 1);
  }
  SUBCASE("a write") {
    must(authority.store().write(first, [&](WriteTransaction& tx) -> Result<void> {
      BOOST_OUTCOME_TRY(Repository<Note>{tx}.insert({.title = "two"}));
      rest_is_served();
      BOOST_OUTCOME_TRY(Repository<Note>{tx}.insert({.title = "three"}));
      return success();
    }));
    CHECK(must(count_notes(authority, tenants.front())) == 3);
  }
  SUBCASE("as many as there may be") {
    const auto second = must(enter(authority, tenants[1]));
    const auto third = must(enter(authority, tenants[2]));
    const auto outcome =
        authority.store().read(first, [&](ReadTransaction& /*tx*/) -> Result<std::int64_t> {
          return authority.store().read(
              second, [&](ReadTransaction& /*tx*/) -> Result<std::int64_t> {
                // Another one is refused in time, and one that is open is not.
                CHECK(code_of(authority.store().read(third, of_first)) == errc::overloaded);
                const auto hurried = CallOptions::within(std::chrono::milliseconds{20});
                CHECK(code_of(authority.store().read(third, hurried, of_first)) ==
                      errc::deadline_exceeded);
                return authority.store().read(first, of_first);
              });
        });
    CHECK(must(outcome) == 1);
    rest_is_served();
  }
}

TEST_CASE("threads that use more tenants than there are open files get all their work done") {
  const Silo silo;
  const auto authority = silo.open({.silo = {.max_open_files = 4}});
  const auto tenants = create_many(authority, 12);
  constexpr int rounds = 15;
  std::atomic<int> refused = 0;
  {
    std::vector<std::jthread> threads;
    for (std::size_t number = 0; number < 4; ++number) {
      threads.emplace_back([&, number] {
        for (int round = 0; round < rounds; ++round) {
          for (std::size_t i = 0; i < tenants.size(); ++i) {
            const TenantId tenant = tenants[(i * (number + 1) + number) % tenants.size()];
            const std::string title =
                std::to_string(number) + "-" + std::to_string(round) + "-" + std::to_string(i);
            refused += write_note(authority, tenant, title) ? 0 : 1;
          }
        }
      });
    }
  }
  CHECK(refused == 0);
  std::int64_t notes = 0;
  for (const TenantId tenant : tenants) {
    notes += must(count_notes(authority, tenant));
  }
  CHECK(notes == std::int64_t{4} * rounds * static_cast<std::int64_t>(tenants.size()));
}

TEST_CASE("an asynchronous write keeps its file and the store open until it is told") {
  const Silo silo;
  std::vector<TenantId> tenants;
  std::vector<std::future<tenancy::AsyncResult<void>>> told;
  {
    const auto authority = silo.open({.silo = {.max_open_files = 1}});
    tenants = create_many(authority, 3);
    for (int i = 0; i < 30; ++i) {
      const auto context = must(enter(authority, tenants[static_cast<std::size_t>(i) % 3]));
      told.push_back(tenancy_test::future_write(
          authority.store(), context, [i](WriteTransaction& tx) -> Result<void> {
            BOOST_OUTCOME_TRY(Repository<Note>{tx}.insert({.title = std::to_string(i)}));
            return success();
          }));
    }
  }
  for (auto& one : told) {
    must(one.get().get());
  }
  const auto again = silo.open();
  for (const TenantId tenant : tenants) {
    CHECK(must(count_notes(again, tenant)) == 10);
  }
}

TEST_CASE("a write inside of another one is refused, whoever's and whichever file's it is") {
  const Silo silo;
  const auto authority = silo.open();
  const auto tenants = create_many(authority, 2);
  const auto registry = authority.registry(tenancy_test::tester());
  must(authority.store().write(
      must(enter(authority, tenants[0])), [&](WriteTransaction& /*tx*/) -> Result<void> {
        for (const TenantId tenant : tenants) {
          CHECK(code_of(write_note(authority, tenant, "nested")) == errc::nested_write);
          CHECK(code_of(registry.suspend(tenant)) == errc::nested_write);
        }
        return success();
      }));
  must(write_note(authority, tenants[0], "not nested"));
}
