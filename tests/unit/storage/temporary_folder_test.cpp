#include "storage/sqlite/temporary_folder.hpp"

#include <cstdlib>
#include <string>

#include <doctest/doctest.h>

#include "support/child_process.hpp"
#include "support/must.hpp"
#include "support/temporary_folder.hpp"

using tenancy::errc;
using tenancy_test::code_of;
using Folder = tenancy::detail::sqlite::TemporaryFolder;

TEST_CASE("where the folder for temporary files is none, nothing is put elsewhere") {
  const tenancy_test::TemporaryFolder place;
  const std::string said = tenancy_test::text_from_child([&]() -> std::string {
    ::setenv("TMPDIR", (place / "none").c_str(), 1);
    std::filesystem::current_path(place.path());
    const auto made = Folder::create();
    return (made ? "made" : made.error().to_string()) +
           (std::filesystem::is_empty(place.path()) ? "" : ", and something is there");
  });
  CAPTURE(said);
  CHECK(said.find("storage/cannot_open") != std::string::npos);
  CHECK(said.find("no folder for temporary files") != std::string::npos);
  CHECK(said.find("something is there") == std::string::npos);
}

TEST_CASE("a temporary folder that cannot be made is an error") {
  const tenancy_test::TemporaryFolder place;
  CHECK(code_of(Folder::create_beside(place / "none" / "store.db", "test")) == errc::cannot_open);
}
