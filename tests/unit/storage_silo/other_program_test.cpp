// What another program does to a silo that this one has open, or did until it was killed.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/data/cross_tenant_repository.hpp"
#include "tenancy/registry/maintenance.hpp"
#include "tenancy/storage/backup.hpp"

#include "storage/sqlite/temporary_folder.hpp"
#include "storage/sqlite_silo/silo_folder.hpp"
#include "unit/storage_silo/silo.hpp"

using tenancy::errc;
using tenancy::TenantId;
using tenancy::detail::silo::SiloFolder;
using tenancy_test::code_of;
using tenancy_test::count_notes;
using tenancy_test::create;
using tenancy_test::cross;
using tenancy_test::erase;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::Silo;
using tenancy_test::tester;
using tenancy_test::write_note;

namespace {

/// Three tenants with a note each, by their ids.
std::vector<TenantId> fill(const tenancy::Authority& authority) {
  std::vector<TenantId> tenants;
  for (const auto* const slug : {"acme", "globex", "initech"}) {
    tenants.push_back(create(authority, slug).id);
    must(write_note(authority, tenants.back(), slug));
  }
  std::ranges::sort(tenants);
  return tenants;
}

std::size_t count_all(const tenancy::Authority& authority) {
  const auto permission = cross(authority);
  return must(tenancy::CrossTenantRepository<Note>{authority.store(), permission}.list())
      .items.size();
}

}  // namespace

TEST_CASE("a tenant that another program has erased is let go of, and is no failure") {
  const Silo silo;
  const auto here = silo.open();
  const auto there = silo.open();
  const auto tenants = fill(here);
  const auto before = silo.descriptors();
  must(there.registry(tester()).archive(tenants[0]));
  must(erase(there, tenants[0]));
  REQUIRE_FALSE(std::filesystem::exists(SiloFolder{silo.root}.file_of(tenants[0])));
  const auto report = here.health();
  const auto* const store = report.find("store");
  REQUIRE(store != nullptr);
  CHECK_MESSAGE(store->state == tenancy::HealthState::ok, store->message);
  // Its descriptors are closed, and with them the disk has its room back.
  CHECK(silo.descriptors() < before);
  CHECK(code_of(count_notes(here, tenants[0])) == errc::tenant_not_active);
  CHECK(count_all(here) == 2);
  // A file that somebody took away is one still.
  std::filesystem::remove(SiloFolder{silo.root}.file_of(tenants[1]));
  must(count_notes(here, tenants[2]));
  CHECK(here.health().find("store")->state == tenancy::HealthState::failed);
}

TEST_CASE("a backup during which tenants are erased has the others, and knows no more of them") {
  const Silo silo;
  const auto authority = silo.open();
  const auto tenants = fill(authority);
  // The one that is copied last, or one that has been copied by then.
  for (const TenantId gone : {tenants[2], tenants[0]}) {
    CAPTURE(gone.to_string());
    must(authority.registry(tester()).archive(gone));
    const auto target = silo.folder / ("backup" + gone.to_string());
    const auto control = std::filesystem::file_size(silo.root / "control.db");
    bool is_erased = false;
    const auto report =
        must(authority.backup(target, {.progress = [&](const tenancy::BackupProgress& progress) {
                                // Of the first of the tenants' files.
                                if (!is_erased && progress.bytes_written > control) {
                                  is_erased = true;
                                  must(erase(authority, gone));
                                }
                              }}));
    REQUIRE(is_erased);
    const auto verified = must(tenancy::verify_backup(target));
    CHECK(verified.tenants == report.tenants);
    CHECK(verified.digest == report.digest);
    Silo restored;
    restored.root = target;
    std::filesystem::copy_file(silo.root / "keys", target / "keys");
    CHECK(restored.files().size() == report.tenants);
    CHECK(must(count_notes(restored.open(), tenants[1])) == 1);
    // Nobody who is erased comes back as anything but archived.
    CHECK(code_of(count_notes(restored.open(), gone)) == errc::tenant_not_active);
  }
}

TEST_CASE("a registry's change is written into no other tenant's file") {
  const Silo silo;
  const SiloFolder folder{silo.root};
  std::vector<TenantId> tenants;
  {
    const auto authority = silo.open();
    tenants = fill(authority);
  }
  const auto exchange = [&] {
    const auto aside = silo.folder / "aside.db";
    std::filesystem::rename(folder.file_of(tenants[0]), aside);
    std::filesystem::rename(folder.file_of(tenants[1]), folder.file_of(tenants[0]));
    std::filesystem::rename(aside, folder.file_of(tenants[1]));
  };
  exchange();
  {
    const auto authority = silo.open();
    CHECK(code_of(authority.registry(tester()).suspend(tenants[0])) == errc::corrupt_store);
    CHECK(code_of(authority.registry(tester()).issue_key(tenants[1], {.name = "k"})) ==
          errc::corrupt_store);
  }
  // Put back, as they are told to be, both are as they were.
  exchange();
  const auto authority = silo.open();
  for (const TenantId tenant : tenants) {
    CHECK(must(count_notes(authority, tenant)) == 1);
  }
  must(authority.registry(tester()).suspend(tenants[0]));
  CHECK(must(count_notes(authority, tenants[1])) == 1);
}

TEST_CASE("a file that a killed erasure had set aside is there again for who looks for it") {
  const Silo silo;
  const SiloFolder folder{silo.root};
  const auto authority = silo.open({.silo = {.max_open_files = 1}});
  const auto tenants = fill(authority);
  must(authority.registry(tester()).archive(tenants[0]));
  must(count_notes(authority, tenants[1]));  // In its place among the open files.
  const auto leave_aside = [&] {
    must(folder.set_aside(tenants[0]));
    REQUIRE_FALSE(std::filesystem::exists(folder.file_of(tenants[0])));
  };
  SUBCASE("a read across tenants") {
    leave_aside();
    CHECK(count_all(authority) == 3);
  }
  SUBCASE("a backup") {
    leave_aside();
    // It copies files past the store.
    static_cast<void>(count_all(authority));
    CHECK(must(authority.backup(silo.folder / "backup")).tenants == 3);
  }
  SUBCASE("the erasure, once more") {
    leave_aside();
    must(erase(authority, tenants[0]));
    CHECK_FALSE(std::filesystem::exists(folder.file_of(tenants[0])));
    CHECK(must(folder.set_aside_left()).empty());
    return;
  }
  CHECK(std::filesystem::exists(folder.file_of(tenants[0])));
  CHECK(must(folder.set_aside_left()).empty());
}

TEST_CASE("what a killed read across tenants had gathered is gone at the next start") {
  const Silo silo;
  static_cast<void>(silo.open());
  const auto control = silo.root / "control.db";
  const auto left = silo.root / "control.db.crossing-abc123";
  std::filesystem::create_directory(left);
  std::ofstream{left / "rows.db"} << "rows of all tenants";
  const auto other = silo.root / "control.db.crossing-of-mine";
  std::filesystem::create_directory(other);
  {
    // One that is in use.
    const auto used =
        must(tenancy::detail::sqlite::TemporaryFolder::create_beside(control, "crossing"));
    static_cast<void>(silo.open());
    CHECK_FALSE(std::filesystem::exists(left));
    CHECK(std::filesystem::exists(used.path()));
    CHECK(std::filesystem::exists(other));
  }
}

TEST_CASE("a listener of migrations is told before the store is open, and never later") {
  const Silo silo;
  { fill(silo.open()); }
  auto schema = tenancy_test::test_schema();
  schema.push_back({3, "wider", "ALTER TABLE notes ADD COLUMN more INTEGER"});
  int told = 0;
  const auto authority =
      must(tenancy::open(silo.url(), {.migrations = schema,
                                      .on_migration = [&](const tenancy::MigrationProgress& one) {
                                        CHECK_FALSE(one.step.tenant.has_value());
                                        ++told;
                                      }}));
  CHECK(told == 2);
  // Their files are migrated now, at their first use.
  CHECK(count_all(authority) == 3);
  CHECK(told == 2);
}
