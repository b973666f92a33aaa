// The schema of tenants' files: brought up to date at their first use or ahead of time.

#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/migrate/migrate.hpp"

#include "storage/sqlite_silo/silo_folder.hpp"
#include "unit/storage_silo/silo.hpp"

using tenancy::errc;
using tenancy::Migration;
using tenancy::MigrationProgress;
using tenancy::SchemaMode;
using tenancy::TenantId;
using tenancy::detail::silo::SiloFolder;
using tenancy_test::code_of;
using tenancy_test::count_notes;
using tenancy_test::create;
using tenancy_test::must;
using tenancy_test::Silo;
using tenancy_test::test_schema;
using tenancy_test::write_note;

namespace {

std::vector<Migration> with_unique_stars() {
  auto schema = test_schema();
  schema.push_back(
      {3, "stars once", "CREATE UNIQUE INDEX notes_by_stars ON notes (tenant_id, stars)"});
  return schema;
}

bool has_index(const std::filesystem::path& file) {
  SQLite::Database raw{file.string(), SQLite::OPEN_READWRITE, 5000};
  return raw.execAndGet("SELECT count(*) FROM sqlite_schema WHERE name = 'notes_by_stars'")
             .getInt() == 1;
}

/// Three tenants, the second of which has rows that the third step fails at.
struct Filled {
  Filled() {
    const auto authority = silo.open();
    for (const auto* const slug : {"acme", "broken", "globex"}) {
      tenants.push_back(create(authority, slug).id);
      must(write_note(authority, tenants.back(), "one"));
    }
    must(write_note(authority, tenants[1], "two, with as many stars"));
  }

  [[nodiscard]] std::filesystem::path file(std::size_t number) const {
    return SiloFolder{silo.root}.file_of(tenants[number]);
  }

  Silo silo;
  std::vector<TenantId> tenants;
};

}  // namespace

TEST_CASE(
    "a tenant's file is migrated when it is first used, and one that cannot be serves nobody") {
  const Filled filled;
  {
    const auto authority = filled.silo.open({}, with_unique_stars());
    CHECK(has_index(filled.silo.root / "control.db"));
    CHECK_FALSE(has_index(filled.file(0)));
    CHECK(must(count_notes(authority, filled.tenants[0])) == 1);
    CHECK(has_index(filled.file(0)));
    for (int i = 0; i < 2; ++i) {
      const auto refused = count_notes(authority, filled.tenants[1]);
      CHECK(code_of(refused) == errc::migration_failed);
      CHECK(refused.error().message().find(filled.tenants[1].to_string()) != std::string::npos);
    }
    CHECK(code_of(write_note(authority, filled.tenants[1], "three")) == errc::migration_failed);
    CHECK_FALSE(has_index(filled.file(1)));
    // It can be suspended all the same, which counts when its file is mended.
    must(authority.registry(tenancy_test::tester()).suspend(filled.tenants[1]));
    must(authority.registry(tenancy_test::tester()).activate(filled.tenants[1]));
    // Nobody else is kept from anything.
    CHECK(must(count_notes(authority, filled.tenants[2])) == 1);
    CHECK(must(count_notes(authority, create(authority, "new").id)) == 0);
  }
  SQLite::Database{filled.file(1).string(), SQLite::OPEN_READWRITE, 5000}.exec(
      "UPDATE notes SET stars = rowid_of.n FROM (SELECT id, row_number() OVER () AS n FROM notes) "
      "rowid_of WHERE rowid_of.id = notes.id");
  const auto authority = filled.silo.open({}, with_unique_stars());
  CHECK(must(count_notes(authority, filled.tenants[1])) == 2);
}

TEST_CASE("all files are migrated ahead of time, but for those that cannot be") {
  const Filled filled;
  std::vector<TenantId> done;
  const auto migrate = [&] {
    return tenancy::migrate(
        filled.silo.url(),
        {.migrations = with_unique_stars(), .on_migration = [&](const MigrationProgress& progress) {
           if (progress.is_applied && progress.step.tenant) {
             CHECK(progress.step.version == 3);
             done.push_back(*progress.step.tenant);
           }
         }});
  };
  const auto failed = migrate();
  CHECK(code_of(failed) == errc::migration_failed);
  CHECK(failed.error().message().find("1 of 3 tenants' files") != std::string::npos);
  CHECK(failed.error().message().find(filled.tenants[1].to_string()) != std::string::npos);
  CHECK(done.size() == 2);
  CHECK(has_index(filled.file(0)));
  CHECK_FALSE(has_index(filled.file(1)));
  CHECK(has_index(filled.file(2)));
  // Again, it goes on where it was.
  SQLite::Database{filled.file(1).string(), SQLite::OPEN_READWRITE, 5000}.exec("DELETE FROM notes");
  done.clear();
  CHECK(must(migrate()).size() == 1);
  CHECK(done == std::vector{filled.tenants[1]});
  done.clear();
  CHECK(must(migrate()).empty());
  CHECK(done.empty());
}

TEST_CASE("a dry run tries the steps on a copy of every file") {
  const Filled filled;
  const auto dry_run = [&] {
    return must(
        tenancy::dry_run_migrations(filled.silo.url(), {.migrations = with_unique_stars()}));
  };
  const auto report = dry_run();
  REQUIRE(report.steps.size() == 1);
  REQUIRE(report.failure.has_value());
  CHECK(*report.failure == errc::migration_failed);
  CHECK(report.failure->message().find(filled.tenants[1].to_string()) != std::string::npos);
  for (const auto& file : filled.silo.files()) {
    CHECK_FALSE(has_index(file));
  }
  SQLite::Database{filled.file(1).string(), SQLite::OPEN_READWRITE, 5000}.exec("DELETE FROM notes");
  CHECK_FALSE(dry_run().failure.has_value());
  CHECK_FALSE(has_index(filled.silo.root / "control.db"));
  std::size_t entries = 0;
  for (const auto& entry : std::filesystem::directory_iterator{filled.silo.folder.path()}) {
    entries += entry.path() == filled.silo.root ? 0U : 1U;
  }
  CHECK(entries == 0);
  // Where there is no silo yet, on an empty one.
  const Silo fresh;
  const auto first = must(tenancy::dry_run_migrations(fresh.url(), {.migrations = test_schema()}));
  CHECK_FALSE(first.failure.has_value());
  CHECK_FALSE(std::filesystem::exists(fresh.root));
}

TEST_CASE("a program that does not migrate serves the files that need no step") {
  const Filled filled;
  static_cast<void>(filled.silo.open({}, with_unique_stars()));
  {
    const auto authority = filled.silo.open({}, with_unique_stars(), SchemaMode::verify);
    CHECK(code_of(count_notes(authority, filled.tenants[0])) == errc::schema_mismatch);
    CHECK_FALSE(has_index(filled.file(0)));
    CHECK(must(count_notes(authority, create(authority, "new").id)) == 0);
  }
  {
    const auto authority = filled.silo.open({}, with_unique_stars());
    must(count_notes(authority, filled.tenants[0]));
  }
  const auto authority = filled.silo.open({}, with_unique_stars(), SchemaMode::verify);
  CHECK(must(count_notes(authority, filled.tenants[0])) == 1);
}

TEST_CASE("a program that is at work goes on beside a newer one that migrates") {
  const Filled filled;
  const auto older = filled.silo.open({.silo = {.max_open_files = 1}});
  const auto newer = filled.silo.open({}, with_unique_stars());
  must(count_notes(newer, filled.tenants[0]));
  CHECK(must(count_notes(older, filled.tenants[0])) == 1);
  CHECK(must(count_notes(older, filled.tenants[2])) == 1);
  // A new one is refused, as on one file.
  CHECK(code_of(filled.silo.try_open()) == errc::schema_mismatch);
}

TEST_CASE("a file whose schema was changed past the migrations serves nobody") {
  const Filled filled;
  SQLite::Database{filled.file(0).string(), SQLite::OPEN_READWRITE, 5000}.exec(
      "CREATE TRIGGER meddle AFTER INSERT ON notes BEGIN DELETE FROM notes; END");
  const auto authority = filled.silo.open();
  CHECK(code_of(count_notes(authority, filled.tenants[0])) == errc::schema_mismatch);
  CHECK(must(count_notes(authority, filled.tenants[2])) == 1);
}

TEST_CASE("rows that a step writes are in the files that were there, as in one file") {
  const Filled filled;
  auto schema = test_schema();
  schema.push_back(
      {3, "welcome",
       "INSERT INTO notes (tenant_id, id, title, stars, created_at, updated_at) "
       "SELECT tenant_id, 'welcome', 'Welcome', 0, 0, 0 FROM notes GROUP BY tenant_id"});
  const auto authority = filled.silo.open({}, schema);
  CHECK(must(count_notes(authority, filled.tenants[0])) == 2);
  CHECK(must(count_notes(authority, create(authority, "new").id)) == 0);
}
