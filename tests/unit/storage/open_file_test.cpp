#include "storage/sqlite/open_file.hpp"

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <latch>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "support/child_process.hpp"
#include "support/must.hpp"
#include "support/temporary_folder.hpp"

using tenancy::detail::sqlite::OpenFile;
using tenancy_test::must;
using tenancy_test::TemporaryFolder;
using tenancy_test::text_from_child;

namespace {

std::filesystem::path make(const TemporaryFolder& folder, const std::string& name) {
  std::ofstream{folder / name}.flush();
  return folder / name;
}

std::string entering(const std::filesystem::path& file) {
  const auto entered = OpenFile::enter(file);
  return std::string{entered ? "fine" : tenancy::to_string(entered.error().code())};
}

}  // namespace

TEST_CASE("a process enters a file as often as it likes") {
  const TemporaryFolder folder;
  const auto file = make(folder, "one");
  const auto first = must(OpenFile::enter(file));
  const auto second = must(OpenFile::enter(file));
  CHECK(entering(file) == "fine");
  CHECK(entering(folder / "none") == "cannot_open");
}

TEST_CASE("a child is refused what was open when it was forked off, and nothing else") {
  const TemporaryFolder folder;
  const auto file = make(folder, "one");
  const auto closed = make(folder, "closed");
  const auto other = make(folder, "other");
  std::optional<OpenFile> open{must(OpenFile::enter(file))};
  static_cast<void>(must(OpenFile::enter(closed)));
  const std::string said = text_from_child([&] {
    std::string all = entering(file) + " " + entering(closed) + " " + entering(other) + " ";
    // What the child has open itself, its own children are refused.
    const auto own = must(OpenFile::enter(other));
    all += entering(other) + " " + text_from_child([&] { return entering(other); }) + " ";
    // Dropping what it inherited does not help it.
    open.reset();
    return all + entering(file);
  });
  CHECK(said == "forked_process fine fine fine forked_process forked_process");
  CHECK(entering(file) == "fine");
  open.reset();
  CHECK(text_from_child([&] { return entering(file); }) == "fine");
}

TEST_CASE("a child that drops all that it inherited is refused as before") {
  const TemporaryFolder folder;
  const auto file = make(folder, "one");
  std::vector<OpenFile> open;
  for (int i = 0; i < 3; ++i) {
    open.push_back(must(OpenFile::enter(file)));
    CHECK(text_from_child([&] {
            open.clear();
            return entering(file);
          }) == "forked_process");
  }
}

TEST_CASE("a file that is open too often is refused until it is closed once") {
  const TemporaryFolder folder;
  const auto file = make(folder, "one");
  constexpr std::size_t most = UINT16_MAX;
  std::vector<OpenFile> open;
  open.reserve(most);
  while (open.size() < most) {
    open.push_back(must(OpenFile::enter(file)));
  }
  CHECK(entering(file) == "overloaded");
  CHECK(entering(file) == "overloaded");
  open.pop_back();
  CHECK(entering(file) == "fine");
  open.clear();
  CHECK(text_from_child([&] { return entering(file); }) == "fine");
}

TEST_CASE("threads that enter at once do not refuse each other") {
  const TemporaryFolder folder;
  const auto file = make(folder, "one");
  std::latch start{2};
  const auto enter_often = [&] {
    start.arrive_and_wait();
    bool fine = true;
    for (int i = 0; i < 50'000; ++i) {
      fine = OpenFile::enter(file).has_value() && fine;
    }
    return fine;
  };
  bool others = false;
  std::thread beside{[&] { others = enter_often(); }};
  const bool mine = enter_often();
  beside.join();
  CHECK(mine);
  CHECK(others);
  // None was counted that is not open any more.
  CHECK(text_from_child([&] { return entering(file); }) == "fine");
}
