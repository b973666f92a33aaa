#include "unit/storage_silo/silo.hpp"

#include <atomic>
#include <filesystem>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "tenancy/data/cross_tenant_repository.hpp"
#include "tenancy/quota/quota.hpp"
#include "tenancy/storage/backup.hpp"

#include "storage/sqlite_silo/silo_folder.hpp"
#include "storage/sqlite_silo/silo_store.hpp"

using tenancy::CrossingPurpose;
using tenancy::CrossingReason;
using tenancy::errc;
using tenancy::ReadRepository;
using tenancy::TenantId;
using tenancy::detail::silo::SiloFolder;
using tenancy_test::code_of;
using tenancy_test::count_notes;
using tenancy_test::create;
using tenancy_test::cross;
using tenancy_test::enter;
using tenancy_test::erase;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::Silo;
using tenancy_test::tester;
using tenancy_test::write_note;

TEST_CASE("a tenant's rows are in its own file and nowhere else") {
  const Silo silo;
  const auto authority = silo.open();
  const auto acme = create(authority, "acme").id;
  const auto globex = create(authority, "globex").id;
  must(write_note(authority, acme, "of acme"));
  const auto rows = [](const std::filesystem::path& file, const std::string& sql) {
    SQLite::Database raw{file.string(), SQLite::OPEN_READWRITE, 5000};
    return raw.execAndGet(sql).getInt64();
  };
  const SiloFolder folder{silo.root};
  const std::string notes = "SELECT count(*) FROM notes";
  CHECK(rows(folder.file_of(acme), notes) == 1);
  CHECK(rows(folder.file_of(globex), notes) == 0);
  CHECK(rows(folder.control_file(), notes) == 0);
  // And of the registry, what its gate asks.
  const std::string tenant = "SELECT tenant_id FROM tenancy_tenants";
  must(authority.registry(tester()).issue_key(acme, {.name = "secret name"}));
  CHECK(rows(folder.file_of(acme), tenant) == acme.value());
  CHECK(rows(folder.file_of(acme), "SELECT count(*) FROM tenancy_tenants") == 1);
  CHECK(rows(folder.file_of(acme),
             "SELECT count(*) FROM tenancy_api_keys WHERE name = '' AND hash = x''") == 1);
  CHECK(rows(folder.file_of(globex), "SELECT count(*) FROM tenancy_api_keys") == 0);
}

TEST_CASE("a change of a tenant or a key holds from the very next transaction on, here and there") {
  const Silo silo;
  const auto here = silo.open();
  const auto there = silo.open();
  const auto acme = create(here, "acme").id;
  const auto of = [&](const tenancy::Authority& authority) {
    const auto context = must(enter(authority, acme));
    return ReadRepository<Note>{authority.store(), context};
  };
  for (int i = 0; i < 3; ++i) {
    const auto notes_here = of(here);
    const auto notes_there = of(there);
    CHECK(must(notes_here.count()) == 0);
    CHECK(must(notes_there.count()) == 0);
    must(there.registry(tester()).suspend(acme));
    CHECK(code_of(notes_here.count()) == errc::tenant_not_active);
    CHECK(code_of(notes_there.count()) == errc::tenant_not_active);
    must(here.registry(tester()).activate(acme));
    CHECK(code_of(notes_here.count()) == errc::stale_context);
    CHECK(code_of(notes_there.count()) == errc::stale_context);
  }
  const auto issued = must(here.registry(tester()).issue_key(acme, {.name = "k"}));
  const auto context = must(there.authenticator().authenticate(issued.text.unsafe_text()));
  CHECK(must(ReadRepository<Note>{there.store(), context}.count()) == 0);
  must(here.registry(tester()).revoke_key(acme, issued.key.id));
  CHECK(code_of(ReadRepository<Note>{there.store(), context}.count()) == errc::stale_context);
}

TEST_CASE("changes that race with those who put a file right never leave it open") {
  const Silo silo;
  const auto authority = silo.open();
  const auto acme = create(authority, "acme").id;
  const auto registry = authority.registry(tester());
  std::atomic<bool> is_done = false;
  {
    std::vector<std::jthread> readers;
    for (int i = 0; i < 2; ++i) {
      readers.emplace_back([&] {
        while (!is_done) {
          // A context of before is refused, over and over, which has the file looked at.
          if (const auto context = enter(authority, acme)) {
            for (int again = 0; again < 5; ++again) {
              static_cast<void>(ReadRepository<Note>{authority.store(), context.value()}.count());
            }
          }
        }
      });
    }
    for (int i = 0; i < 40; ++i) {
      const auto before = must(enter(authority, acme));
      must(registry.suspend(acme));
      CHECK(code_of(ReadRepository<Note>{authority.store(), before}.count()) ==
            errc::tenant_not_active);
      must(registry.activate(acme));
      CHECK(code_of(ReadRepository<Note>{authority.store(), before}.count()) ==
            errc::stale_context);
    }
    is_done = true;
  }
  CHECK(must(count_notes(authority, acme)) == 0);
}

TEST_CASE("a read across tenants sees the rows of all files, once it is recorded") {
  const Silo silo;
  const auto authority = silo.open({.silo = {.max_open_files = 2}});
  std::set<std::string> titles;
  for (int i = 0; i < 5; ++i) {
    const std::string title = "note " + std::to_string(i);
    const auto tenant = create(authority, "t" + std::to_string(i)).id;
    must(write_note(authority, tenant, title));
    titles.insert(title);
    if (i == 4) {
      must(authority.registry(tester()).suspend(tenant));
    }
  }
  const auto permission = cross(authority);
  const tenancy::CrossTenantRepository<Note> all{authority.store(), permission};
  std::set<std::string> found;
  for (const auto& row : must(all.list()).items) {
    found.insert(row.row.title);
  }
  CHECK(found == titles);
  CHECK(must(authority.crossings()).items.size() == 2);
  // Nothing is left of what was gathered.
  for (const auto& entry : std::filesystem::directory_iterator{silo.root}) {
    CHECK(entry.path().string().find("crossing") == std::string::npos);
  }
  const auto foreign = cross(must(tenancy::open("sqlite::memory:")));
  const tenancy::CrossTenantRepository<Note> none{authority.store(), foreign};
  CHECK(code_of(none.list()) == errc::foreign_context);
}

TEST_CASE("a backup is a folder that opens as a silo, whole or not at all") {
  const Silo silo;
  const auto target = silo.folder / "backup";
  std::vector<TenantId> tenants;
  {
    const auto authority = silo.open();
    for (int i = 0; i < 4; ++i) {
      tenants.push_back(create(authority, "t" + std::to_string(i)).id);
      must(write_note(authority, tenants.back(), "kept"));
    }
    std::uint64_t told = 0;
    const auto report =
        must(authority.backup(target, {.progress = [&](const tenancy::BackupProgress& progress) {
                                CHECK(progress.bytes_written >= told);
                                CHECK(progress.bytes_expected >= progress.bytes_written);
                                told = progress.bytes_written;
                              }}));
    CHECK(report.tenants == 4);
    CHECK(told == report.bytes);
    const auto verified = must(tenancy::verify_backup(target));
    CHECK(verified.digest == report.digest);
    CHECK(verified.bytes == report.bytes);
    CHECK(code_of(authority.backup(target)) == errc::already_exists);
    // One that fails leaves nothing.
    const tenancy::CallOptions late{.deadline = tenancy::CallOptions::Clock::now()};
    CHECK(code_of(authority.backup(silo.folder / "late", {.call = late})) ==
          errc::deadline_exceeded);
    std::size_t others = 0;
    for (const auto& entry : std::filesystem::directory_iterator{silo.folder.path()}) {
      others += entry.path() == silo.root || entry.path() == target ? 0U : 1U;
    }
    CHECK(others == 0);
    must(write_note(authority, tenants[0], "lost"));
    must(authority.registry(tester()).suspend(tenants[1]));
  }
  SUBCASE("restored") {
    std::filesystem::copy_file(silo.root / "keys", target / "keys");
    std::filesystem::remove_all(silo.root);
    std::filesystem::rename(target, silo.root);
    const auto authority = silo.open();
    for (const TenantId tenant : tenants) {
      CHECK(must(count_notes(authority, tenant)) == 1);
    }
  }
  SUBCASE("one tenant's file put back") {
    const auto file = SiloFolder{silo.root}.file_of(tenants[0]);
    std::filesystem::copy_file(SiloFolder{target}.file_of(tenants[0]), file,
                               std::filesystem::copy_options::overwrite_existing);
    const auto authority = silo.open();
    CHECK(must(count_notes(authority, tenants[0])) == 1);
  }
  SUBCASE("a byte changed") {
    const auto file = SiloFolder{target}.file_of(tenants[2]);
    std::filesystem::copy_file(SiloFolder{target}.file_of(tenants[3]), file,
                               std::filesystem::copy_options::overwrite_existing);
    CHECK(code_of(tenancy::verify_backup(target)) == errc::corrupt_store);
  }
  SUBCASE("a file lost") {
    std::filesystem::remove(SiloFolder{target}.file_of(tenants[2]));
    CHECK(code_of(tenancy::verify_backup(target)) == errc::cannot_open);
  }
}

TEST_CASE("a backup has no file of a tenant that is erased, and is whole without") {
  const Silo silo;
  const auto authority = silo.open();
  const auto acme = create(authority, "acme").id;
  const auto globex = create(authority, "globex").id;
  must(write_note(authority, globex, "kept"));
  must(authority.registry(tester()).archive(acme));
  must(erase(authority, acme));
  const auto target = silo.folder / "backup";
  CHECK(must(authority.backup(target)).tenants == 1);
  CHECK(must(tenancy::verify_backup(target)).tenants == 1);
  std::filesystem::remove(SiloFolder{target}.file_of(globex));
  CHECK_FALSE(tenancy::verify_backup(target).has_value());
}

TEST_CASE(
    "an erased tenant's file that cannot be removed is told of, and removed by another call") {
  const Silo silo;
  const SiloFolder folder{silo.root};
  const auto authority = silo.open();
  const auto acme = create(authority, "acme").id;
  must(write_note(authority, acme, "goes"));
  must(authority.registry(tester()).archive(acme));
  // What nobody can unlink, where a journal would lie.
  must(tenancy::detail::silo::make_private_folder(folder.erased()));
  const std::string obstacle = folder.aside_of(acme).string() + "-journal";
  std::filesystem::create_directory(obstacle);
  const auto erased = erase(authority, acme);
  CHECK(code_of(erased) == errc::io_error);
  CHECK(must(authority.registry(tester()).find(acme)).erased_at.has_value());
  CHECK(std::filesystem::exists(folder.aside_of(acme)));
  std::filesystem::remove(obstacle);
  must(erase(authority, acme));
  CHECK(must(folder.set_aside_left()).empty());
}

TEST_CASE("maintenance looks after every file, and the figures are those of all") {
  const Silo silo;
  const auto authority = silo.open();
  std::vector<TenantId> tenants;
  for (int i = 0; i < 3; ++i) {
    tenants.push_back(create(authority, "t" + std::to_string(i)).id);
    must(write_note(authority, tenants.back(), "note"));
  }
  const auto permission = cross(authority);
  const auto maintenance = authority.maintenance(permission);
  must(maintenance.check());
  must(maintenance.analyze());
  CHECK(must(maintenance.checkpoint()).complete);
  const auto vacuumed = must(maintenance.vacuum());
  std::uintmax_t bytes = std::filesystem::file_size(silo.root / "control.db");
  for (const auto& file : silo.files()) {
    SQLite::Database raw{file.string(), SQLite::OPEN_READWRITE, 5000};
    CHECK(raw.tableExists("sqlite_stat1"));
    bytes += std::filesystem::file_size(file);
  }
  CHECK(vacuumed.bytes_after > bytes / 2);
  // The files are analyzed and fit all the same.
  CHECK(must(count_notes(silo.open(), tenants[0])) == 1);
  // A damaged file is found, by name.
  const auto damaged = SiloFolder{silo.root}.file_of(tenants[1]);
  {
    SQLite::Database raw{damaged.string(), SQLite::OPEN_READWRITE, 5000};
    raw.exec(
        "PRAGMA foreign_keys = OFF; "
        "INSERT INTO tasks (tenant_id, number, note, done, weight) VALUES (" +
        std::to_string(tenants[1].value()) + ", 1, 'nowhere', 0, 0)");
  }
  const auto found = maintenance.check();
  CHECK(code_of(found) == errc::corrupt_store);
  CHECK(found.error().message().find(damaged.filename().string()) != std::string::npos);
}

TEST_CASE("a context of another silo, or of nobody's tenant, opens no file") {
  const Silo silo;
  const Silo other;
  const auto authority = silo.open();
  const auto foreign = other.open();
  const auto theirs = create(foreign, "acme").id;
  const auto context = must(enter(foreign, theirs));
  CHECK(code_of(ReadRepository<Note>{authority.store(), context}.count()) == errc::foreign_context);
  CHECK(code_of(enter(authority, theirs)) == errc::not_found);
  CHECK(silo.files().empty());
}
