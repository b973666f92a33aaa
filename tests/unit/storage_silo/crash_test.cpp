// Processes are killed in the middle of what changes both the control file and a tenant's: after
// each of the commits that it takes, one by one. What is found then is finished or undone, and
// nobody is let in meanwhile who should not be.

#include <array>
#include <csignal>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tenancy/migrate/migrate.hpp"

#include "storage/sqlite_silo/silo_folder.hpp"
#include "support/future_write.hpp"
#include "unit/storage_silo/silo.hpp"

using tenancy::errc;
using tenancy::TenantId;
using tenancy::TenantStatus;
using tenancy::detail::silo::SiloFolder;
using tenancy_test::code_of;
using tenancy_test::count_notes;
using tenancy_test::create;
using tenancy_test::enter;
using tenancy_test::erase;
using tenancy_test::must;
using tenancy_test::Silo;
using tenancy_test::tester;
using tenancy_test::write_note;

namespace {

/// Kills this process after so many commits, each of which it is told before anybody else.
class Killer final : public tenancy::StoreObserver {
 public:
  void arm(int commits) noexcept { left_ = commits; }
  void on_batch(const tenancy::BatchReport& report) noexcept override {
    if (report.committed && left_ > 0 && --left_ == 0) {
      ::kill(::getpid(), SIGKILL);
    }
  }

 private:
  int left_ = 0;
};

/// Runs it in a process of its own. Whether that was killed.
template <class Body>
bool is_killed_in(Body body) {
  const pid_t child = ::fork();
  if (child == 0) {
    // As if it were killed behind it.
    ::_exit(body() ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) {
    REQUIRE(WTERMSIG(status) == SIGKILL);
    return true;
  }
  REQUIRE(WEXITSTATUS(status) == 0);
  return false;
}

/// Does something to a silo in a process that is killed after so many commits of it. Whether it
/// was.
template <class Action>
bool is_killed(const Silo& silo, int commits, Action action) {
  return is_killed_in([&] {
    const auto killer = std::make_shared<Killer>();
    const auto authority = silo.try_open({.observer = killer});
    if (!authority) {
      return false;
    }
    killer->arm(commits);
    return action(authority.value());
  });
}

std::string status_in(const std::filesystem::path& file) {
  SQLite::Database database{file.string(), SQLite::OPEN_READWRITE, 5000};
  return database.execAndGet("SELECT status FROM tenancy_tenants").getText();
}

bool is_in_order(const std::filesystem::path& file) {
  SQLite::Database database{file.string(), SQLite::OPEN_READWRITE, 5000};
  return std::string{database.execAndGet("PRAGMA integrity_check").getText()} == "ok";
}

}  // namespace

TEST_CASE(
    "a tenant that was being created when the process was killed is there whole or not at all") {
  const Silo silo;
  static_cast<void>(silo.open());
  const SiloFolder folder{silo.root};
  bool goes_on = true;
  bool was_undone = false;
  bool was_finished = false;
  for (int commits = 1; goes_on; ++commits) {
    CAPTURE(commits);
    const std::string slug = "t" + std::to_string(commits);
    goes_on = is_killed(silo, commits, [&](const tenancy::Authority& authority) {
      return authority.registry(tester()).create({slug, slug}).has_value();
    });
    const bool has_draft = !must(folder.drafts_left()).empty();
    const auto authority = silo.open();
    CHECK(std::filesystem::is_empty(folder.drafts()));
    const auto found = authority.registry(tester()).find(must(tenancy::Slug::parse(slug)));
    if (found) {
      was_finished = was_finished || has_draft;
      must(write_note(authority, found.value().id, "works"));
      CHECK(must(count_notes(authority, found.value().id)) == 1);
      CHECK(is_in_order(folder.file_of(found.value().id)));
    } else {
      was_undone = was_undone || has_draft;
      CHECK(found.error() == errc::not_found);
      // And it can be made now.
      const auto made = create(authority, slug);
      must(write_note(authority, made.id, "works"));
    }
    // No file is left of which the registry does not know.
    CHECK(silo.files().size() ==
          must(authority.registry(tester()).list({.limit = 500})).items.size());
  }
  // Both sides of the control file's commit were tried.
  CHECK(was_undone);
  CHECK(was_finished);
}

TEST_CASE("a suspension that was cut short lets nobody in, until it is undone as a whole") {
  const Silo silo;
  TenantId acme = TenantId::generate();
  {
    const auto authority = silo.open();
    acme = create(authority, "acme").id;
    must(write_note(authority, acme, "first"));
  }
  const auto suspend = [&](const tenancy::Authority& authority) {
    return authority.registry(tester()).suspend(acme).has_value();
  };
  // The first commit is that of the tenant's file: the control file does not know.
  REQUIRE(is_killed(silo, 1, suspend));
  REQUIRE(status_in(SiloFolder{silo.root}.file_of(acme)) == "suspended");
  REQUIRE(status_in(silo.root / "control.db") == "active");
  {
    const auto authority = silo.open();
    CHECK(must(authority.registry(tester()).find(acme)).status == TenantStatus::active);
    CHECK(must(count_notes(authority, acme)) == 1);
    must(write_note(authority, acme, "second"));
  }
  // The second is the control file's, after which it holds.
  REQUIRE(is_killed(silo, 2, suspend));
  const auto authority = silo.open();
  CHECK(must(authority.registry(tester()).find(acme)).status == TenantStatus::suspended);
  CHECK(code_of(count_notes(authority, acme)) == errc::tenant_not_active);
  must(authority.registry(tester()).activate(acme));
  CHECK(must(count_notes(authority, acme)) == 2);
}

TEST_CASE("a change of status that was cut short is undone as a whole, and lets nobody in") {
  using tenancy::TenantRegistry;
  struct Change {
    TenantStatus from;
    TenantStatus to;
    tenancy::Result<tenancy::Tenant> (*make)(const TenantRegistry&, TenantId);
  };
  for (const Change& change :
       {Change{TenantStatus::suspended, TenantStatus::active,
               [](const TenantRegistry& registry, TenantId id) { return registry.activate(id); }},
        Change{TenantStatus::active, TenantStatus::inactive,
               [](const TenantRegistry& registry, TenantId id) { return registry.deactivate(id); }},
        Change{TenantStatus::active, TenantStatus::archived,
               [](const TenantRegistry& registry, TenantId id) { return registry.archive(id); }},
        Change{TenantStatus::suspended, TenantStatus::archived,
               [](const TenantRegistry& registry, TenantId id) { return registry.archive(id); }}}) {
    CAPTURE(tenancy::to_string(change.from));
    CAPTURE(tenancy::to_string(change.to));
    const Silo silo;
    TenantId acme = TenantId::generate();
    {
      const auto authority = silo.open();
      acme = create(authority, "acme").id;
      must(write_note(authority, acme, "first"));
      if (change.from == TenantStatus::suspended) {
        must(authority.registry(tester()).suspend(acme));
      }
    }
    const auto file = SiloFolder{silo.root}.file_of(acme);
    const auto make = [&](const tenancy::Authority& authority) {
      return change.make(authority.registry(tester()), acme).has_value();
    };
    const auto check_is = [&](TenantStatus status) {
      const auto authority = silo.open();
      CHECK(must(authority.registry(tester()).find(acme)).status == status);
      const auto notes = count_notes(authority, acme);
      if (status == TenantStatus::active) {
        CHECK(must(notes) == 1);
      } else {
        CHECK(code_of(notes) == errc::tenant_not_active);
        CHECK(code_of(write_note(authority, acme, "more")) == errc::tenant_not_active);
      }
    };
    // The first commit is that of the tenant's file.
    REQUIRE(is_killed(silo, 1, make));
    REQUIRE(status_in(file) == tenancy::to_string(change.to));
    REQUIRE(status_in(silo.root / "control.db") == tenancy::to_string(change.from));
    check_is(change.from);
    CHECK(is_in_order(file));
    // The second is the control file's, behind which it holds.
    REQUIRE(is_killed(silo, 2, make));
    check_is(change.to);
    CHECK(is_in_order(file));
  }
}

TEST_CASE("a migration that was killed at any of its steps goes on where it was") {
  auto schema = tenancy_test::test_schema();
  schema.push_back({3, "wider", "ALTER TABLE notes ADD COLUMN more INTEGER"});
  schema.push_back({4, "counted", "UPDATE notes SET stars = stars + 1"});
  bool goes_on = true;
  int killed = 0;
  for (int events = 1; goes_on; ++events) {
    CAPTURE(events);
    const Silo silo;
    std::vector<TenantId> tenants;
    {
      const auto authority = silo.open();
      for (const auto* const slug : {"acme", "globex"}) {
        tenants.push_back(create(authority, slug).id);
        must(write_note(authority, tenants.back(), "one"));
      }
    }
    goes_on = is_killed_in([&] {
      int left = events;
      const auto done = tenancy::migrate(
          silo.url(),
          {.migrations = schema, .on_migration = [&](const tenancy::MigrationProgress&) {
             // Within the step's transaction, or behind it.
             if (--left == 0) {
               ::kill(::getpid(), SIGKILL);
             }
           }});
      return done.has_value();
    });
    killed += goes_on ? 1 : 0;
    const auto authority = silo.open({}, schema);
    for (const TenantId tenant : tenants) {
      // Each step was made, and once.
      const tenancy::ReadRepository<tenancy_test::Note> notes{authority.store(),
                                                              must(enter(authority, tenant))};
      const auto found = must(notes.list()).items;
      REQUIRE(found.size() == 1);
      CHECK(found.front().stars == 1);
      CHECK(is_in_order(SiloFolder{silo.root}.file_of(tenant)));
    }
  }
  // Two steps in three files, each as it begins and once it is on disk.
  CHECK(killed == 12);
}

TEST_CASE("a process that has the file open is let in again after another one was killed") {
  const Silo silo;
  // Before there is a store in this process, which a child that is forked off may not have.
  std::array<int, 2> go{};
  REQUIRE(::pipe(go.data()) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    std::int64_t id = 0;
    if (::read(go[0], &id, sizeof id) != sizeof id) {
      ::_exit(1);
    }
    const auto killer = std::make_shared<Killer>();
    auto authority = silo.try_open({.observer = killer});
    if (authority) {
      killer->arm(1);
      static_cast<void>(
          authority.value().registry(tester()).suspend(must(TenantId::from_value(id))));
    }
    ::_exit(1);
  }
  const auto authority = silo.open();
  const auto acme = create(authority, "acme").id;
  must(write_note(authority, acme, "first"));
  const auto before = must(enter(authority, acme));
  CHECK(must(tenancy::ReadRepository<tenancy_test::Note>{authority.store(), before}.count()) == 1);
  const std::int64_t id = acme.value();
  REQUIRE(::write(go[1], &id, sizeof id) == sizeof id);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  SUBCASE("at once, by a call that waits") {
    CHECK(must(tenancy::ReadRepository<tenancy_test::Note>{authority.store(), before}.count()) ==
          1);
    must(write_note(authority, acme, "second"));
  }
  SUBCASE("by the write behind an asynchronous one that was refused") {
    const auto write = [&] {
      return tenancy_test::future_write(
          authority.store(), before, [](tenancy::WriteTransaction& tx) -> tenancy::Result<void> {
            BOOST_OUTCOME_TRY(
                tenancy::Repository<tenancy_test::Note>{tx}.insert({.title = "second"}));
            return tenancy::success();
          });
    };
    CHECK(code_of(write().get().get()) == errc::tenant_not_active);
    must(write().get().get());
  }
  CHECK(must(authority.registry(tester()).find(acme)).status == TenantStatus::active);
  for (const int end : go) {
    ::close(end);
  }
}

TEST_CASE("a key that was being revoked, or issued, counts as the control file says") {
  const Silo silo;
  TenantId acme = TenantId::generate();
  std::string kept;
  std::string kept_id;
  {
    const auto authority = silo.open();
    acme = create(authority, "acme").id;
    auto issued = must(authority.registry(tester()).issue_key(acme, {.name = "kept"}));
    kept = std::string{issued.text.unsafe_text()};
    kept_id = issued.key.id;
  }
  REQUIRE(is_killed(silo, 1, [&](const tenancy::Authority& authority) {
    return authority.registry(tester()).revoke_key(acme, kept_id).has_value();
  }));
  REQUIRE(is_killed(silo, 1, [&](const tenancy::Authority& authority) {
    return authority.registry(tester()).issue_key(acme, {.name = "lost"}).has_value();
  }));
  const auto authority = silo.open();
  const auto context = must(authority.authenticator().authenticate(kept));
  CHECK(must(tenancy::ReadRepository<tenancy_test::Note>{authority.store(), context}.count()) == 0);
  CHECK(must(authority.registry(tester()).keys(acme)).items.size() == 1);
  must(authority.registry(tester()).revoke_key(acme, kept_id));
  CHECK(code_of(tenancy::ReadRepository<tenancy_test::Note>{authority.store(), context}.count()) ==
        errc::stale_context);
}

TEST_CASE("a tenant's file that was put back from an older day obeys the control file") {
  const Silo silo;
  TenantId acme = TenantId::generate();
  const auto old = silo.folder / "old.db";
  std::string key_id;
  {
    const auto authority = silo.open();
    acme = create(authority, "acme").id;
    must(write_note(authority, acme, "first"));
    key_id = must(authority.registry(tester()).issue_key(acme, {.name = "k"})).key.id;
  }
  const auto file = SiloFolder{silo.root}.file_of(acme);
  std::filesystem::copy_file(file, old);
  {
    const auto authority = silo.open();
    must(authority.registry(tester()).revoke_key(acme, key_id));
    must(authority.registry(tester()).suspend(acme));
  }
  std::filesystem::remove(file);
  std::filesystem::copy_file(old, file);
  const auto authority = silo.open();
  CHECK(code_of(count_notes(authority, acme)) == errc::tenant_not_active);
  must(authority.registry(tester()).activate(acme));
  CHECK(must(count_notes(authority, acme)) == 1);
  SQLite::Database raw{file.string(), SQLite::OPEN_READWRITE, 5000};
  CHECK(raw.execAndGet("SELECT count(*) FROM tenancy_api_keys WHERE revoked_at IS NULL").getInt() ==
        0);
}

TEST_CASE(
    "an erasure that was cut short is undone as a whole or finished, and loses no other file") {
  const Silo silo;
  const SiloFolder folder{silo.root};
  TenantId other = TenantId::generate();
  {
    const auto authority = silo.open();
    other = create(authority, "other").id;
    must(write_note(authority, other, "stays"));
  }
  bool goes_on = true;
  bool was_undone = false;
  bool was_finished = false;
  for (int commits = 1; goes_on; ++commits) {
    CAPTURE(commits);
    const TenantId tenant = [&] {
      const auto authority = silo.open();
      const auto made = create(authority, "t" + std::to_string(commits));
      must(write_note(authority, made.id, "goes"));
      must(authority.registry(tester()).archive(made.id));
      return made.id;
    }();
    goes_on = is_killed(silo, commits, [&](const tenancy::Authority& authority) {
      return erase(authority, tenant).has_value();
    });
    const bool was_aside = !must(folder.set_aside_left()).empty();
    const auto authority = silo.open();
    CHECK(must(folder.set_aside_left()).empty());
    const bool is_there = std::filesystem::exists(folder.file_of(tenant));
    const bool is_erased = must(authority.registry(tester()).find(tenant)).erased_at.has_value();
    CHECK(is_there == !is_erased);
    if (is_erased) {
      was_finished = was_finished || was_aside;
    } else {
      was_undone = was_undone || was_aside;
      CHECK(is_in_order(folder.file_of(tenant)));
      must(erase(authority, tenant));
      CHECK_FALSE(std::filesystem::exists(folder.file_of(tenant)));
    }
    CHECK(must(count_notes(authority, other)) == 1);
    CHECK(silo.files().size() == 1);
  }
  CHECK(was_finished);
  // What is undone is set aside before the control file commits; a kill there is not one of these.
  CHECK_FALSE(was_undone);
}

TEST_CASE("a file that was set aside and not erased is brought back with all that belongs to it") {
  const Silo silo;
  const SiloFolder folder{silo.root};
  const TenantId tenant = [&] {
    const auto authority = silo.open();
    const auto made = create(authority, "acme");
    must(write_note(authority, made.id, "stays"));
    return made.id;
  }();
  // As a process leaves it that is killed between the one and the other, wherever it had come to.
  for (const bool is_whole : {true, false}) {
    CAPTURE(is_whole);
    {
      const std::string file = folder.file_of(tenant).string();
      SQLite::Database held{file, SQLite::OPEN_READWRITE, 5000};
      held.exec("PRAGMA wal_autocheckpoint = 0; UPDATE notes SET stars = stars + 1");
      if (is_whole) {
        must(folder.set_aside(tenant));
      } else {
        must(tenancy::detail::silo::make_private_folder(folder.erased()));
        std::filesystem::rename(file, folder.aside_of(tenant));
      }
      // The connection is open, and so its log is there.
      const auto authority = silo.open();
      CHECK(must(folder.set_aside_left()).empty());
      CHECK(std::filesystem::exists(file));
      const auto notes = must(tenancy::ReadRepository<tenancy_test::Note>{
                                  authority.store(), must(enter(authority, tenant))}
                                  .list())
                             .items;
      REQUIRE(notes.size() == 1);
      CHECK(notes.front().stars == (is_whole ? 1 : 2));
    }
  }
}
