// What docs/silo.md shows.

#include <filesystem>

#include <doctest/doctest.h>

#include "tenancy/registry/open.hpp"

#include "unit/storage_silo/silo.hpp"

using tenancy::Result;
using tenancy_test::must;
using tenancy_test::Silo;

namespace {

std::vector<tenancy::Migration> schema() { return tenancy_test::test_schema(); }

Result<tenancy::Authority> open_silo(const std::filesystem::path& folder) {
  return tenancy::open(
      "sqlite-silo:" + folder.string(),
      {.migrations = schema(), .store = {.silo = {.max_open_files = 32, .readers = 2}}});
}

}  // namespace

TEST_CASE("the guide opens a silo") {
  const Silo silo;
  const auto authority = must(open_silo(silo.root));
  const auto acme = tenancy_test::create(authority, "acme").id;
  must(tenancy_test::write_note(authority, acme, "kept"));
  CHECK(silo.files().size() == 1);
}
