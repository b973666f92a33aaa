#include "storage/sqlite/database_file.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <iterator>
#include <latch>
#include <string>
#include <string_view>
#include <thread>

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/child_process.hpp"
#include "support/must.hpp"
#include "support/refused_call.hpp"
#include "support/temporary_folder.hpp"

namespace fs = std::filesystem;
using tenancy::detail::sqlite::create_database_file;
using tenancy_test::TemporaryFolder;

namespace {

std::string said_of(const fs::path& file) {
  const auto created = create_database_file(file);
  return created ? "created" : created.error().to_string();
}

bool contains(std::string_view text, std::string_view words) {
  return text.find(words) != std::string_view::npos;
}

auto entries(const TemporaryFolder& folder) {
  return std::distance(fs::directory_iterator{folder.path()}, fs::directory_iterator{});
}

}  // namespace

TEST_CASE("a database that cannot be created says why") {
  const TemporaryFolder folder;
  const std::string homeless = said_of(folder / "none" / "store.db");
  CAPTURE(homeless);
  CHECK(contains(homeless, "storage/cannot_open"));
  CHECK(contains(homeless, "cannot be created: No such file or directory"));

  fs::create_symlink("loop.db", folder / "loop.db");
  const std::string looped = said_of(folder / "loop.db");
  CAPTURE(looped);
  CHECK(contains(looped, "storage/cannot_open"));
  CHECK(contains(looped, "cannot be created"));
  CHECK(entries(folder) == 1);
}

TEST_CASE("a database on a filesystem without links is not said to be created") {
  const TemporaryFolder folder;
  const std::string said = tenancy_test::text_from_child([&] {
    tenancy_test::refuse_call(tenancy_test::link_call, EPERM);
    return said_of(folder / "store.db");
  });
  CAPTURE(said);
  CHECK(contains(said, "storage/cannot_open"));
  CHECK(contains(said, "cannot be created: Operation not permitted"));
  CHECK(entries(folder) == 0);
}

TEST_CASE("who comes second to make a database takes the first one's") {
  const TemporaryFolder folder;
  // The name was taken after it had been looked at.
  const std::string said = tenancy_test::text_from_child([&] {
    tenancy_test::refuse_call(tenancy_test::link_call, EEXIST);
    return said_of(folder / "store.db");
  });
  CHECK(said == "created");
  CHECK(entries(folder) == 0);
}

TEST_CASE("a database whose folder cannot be synced is not said to be created") {
  const TemporaryFolder folder;
  const auto set_mode = [&](mode_t mode) { REQUIRE(::chmod(folder.path().c_str(), mode) == 0); };
  // Files can be made in it, but it cannot be opened.
  set_mode(0333);
  const std::string said = tenancy_test::text_from_child([&]() -> std::string {
    // Root may open everything.
    if (::geteuid() == 0 && ::setresuid(12346, 12346, 12346) != 0) {
      return "no other user";
    }
    return said_of(folder / "store.db");
  });
  set_mode(0700);
  CAPTURE(said);
  CHECK(contains(said, "storage/cannot_open"));
  CHECK(contains(said, "cannot be created: Permission denied"));
}

TEST_CASE("all that create a database at once have it, and no draft is left") {
  const TemporaryFolder folder;
  const auto file = folder / "store.db";
  constexpr int count = 8;
  std::latch start{count};
  std::atomic<int> created = 0;
  {
    std::array<std::jthread, count> threads;
    for (auto& thread : threads) {
      thread = std::jthread{[&] {
        start.arrive_and_wait();
        created += create_database_file(file).has_value() ? 1 : 0;
      }};
    }
  }
  CHECK(created == count);
  CHECK(entries(folder) == 1);
  CHECK(fs::hard_link_count(file) == 1);
}
