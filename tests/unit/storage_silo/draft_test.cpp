// What a power cut must not take of a new tenant's file, which is made without waiting for the
// disk.

#include <algorithm>
#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include "storage/sqlite_silo/silo_folder.hpp"
#include "support/sync_log.hpp"
#include "unit/storage_silo/silo.hpp"

using tenancy::detail::silo::SiloFolder;
using tenancy_test::create;
using tenancy_test::Silo;
using tenancy_test::SyncLog;

TEST_CASE("a new tenant's file is on the disk before the registry has the tenant") {
  const Silo silo;
  const auto authority = silo.open();
  const SyncLog log;
  const auto tenant = create(authority, "acme");
  const auto& synced = log.paths();
  const auto next = [&](auto from, const std::string& path) {
    return std::find(from, synced.end(), path);
  };
  const auto root = std::filesystem::canonical(silo.root);
  const auto draft = SiloFolder{root}.draft_of(tenant.id);
  const auto file = next(synced.begin(), draft.string());
  const auto folder = next(file, (root / "drafts").string());
  const auto commit = next(folder, (root / "control.db-wal").string());
  REQUIRE(commit != synced.end());
  CHECK(next(synced.begin(), (root / "control.db-wal").string()) == commit);
  // After the commit it gets its name.
  CHECK(next(commit, (root / "drafts").string()) != synced.end());
  CHECK(synced.size() <= 8);
}
