#include "tenancy/registry/authority.hpp"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include <doctest/doctest.h>

#include "tenancy/data/repository.hpp"

#include "storage/sqlite/store_url.hpp"
#include "support/child_process.hpp"
#include "support/entities.hpp"
#include "support/test_store.hpp"

using tenancy::CrossingPurpose;
using tenancy::CrossingReason;
using tenancy::errc;
using tenancy::Scope;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::tester;
using tenancy_test::TestStore;

namespace {

/// Where this process makes its temporary files while the object lives.
class ScopedTemporaryFolder {
 public:
  ScopedTemporaryFolder() { REQUIRE(::setenv("TMPDIR", folder_.path().c_str(), 1) == 0); }
  ScopedTemporaryFolder(const ScopedTemporaryFolder&) = delete;
  ScopedTemporaryFolder& operator=(const ScopedTemporaryFolder&) = delete;
  ~ScopedTemporaryFolder() { ::setenv("TMPDIR", before_.c_str(), 1); }

 private:
  std::string before_ = std::filesystem::temp_directory_path().string();
  tenancy_test::TemporaryFolder folder_;
};

CrossingReason reason() {
  return must(CrossingReason::create(CrossingPurpose::support, "ticket 4711: count of notes"));
}

}  // namespace

TEST_CASE("the host enters an active tenant with the scope it names") {
  const TestStore test;
  const auto context = must(test.authority.enter(test.acme.id, tester(), Scope::read));
  CHECK(context.tenant() == test.acme.id);
  CHECK(context.principal() == tester());
  CHECK(context.scope() == Scope::read);
  CHECK(code_of(test.authority.enter(tenancy::TenantId::generate(), tester())) == errc::not_found);
  must(test.registry.suspend(test.acme.id));
  CHECK(code_of(test.authority.enter(test.acme.id, tester())) == errc::tenant_not_active);
}

TEST_CASE("a tenant that was entered is entered again from memory") {
  const TestStore test{{.readers = 1, .max_wait = std::chrono::milliseconds{20}}};
  const auto acme = test.enter(test.acme);
  must(test.store.read(acme, [&](tenancy::ReadTransaction&) -> tenancy::Result<void> {
    // There is no second connection to ask with.
    CHECK_FALSE(test.authority.enter(test.globex.id).has_value());
    CHECK(must(test.authority.enter(test.acme.id)).tenant() == test.acme.id);
    return tenancy::success();
  }));
}

TEST_CASE("the store lives as long as any handle of it") {
  std::optional<TestStore> test{std::in_place};
  const auto context = test->enter(test->acme);
  const auto store = test->store;
  { const tenancy::Authority gone = std::move(test->authority); }
  CHECK(must(tenancy::ReadRepository<Note>{store, context}.count()) == 0);
}

TEST_CASE("a temporary store takes no trace and leaves none") {
  // A folder of its own, since other tests have temporary stores, too.
  const ScopedTemporaryFolder own;
  const auto temporary_files = [] {
    std::set<std::filesystem::path> files;
    for (const auto& entry :
         std::filesystem::directory_iterator{std::filesystem::temp_directory_path()}) {
      if (entry.path().filename().string().starts_with("tenancy-") &&
          !entry.path().filename().string().starts_with("tenancy-test")) {
        files.insert(entry.path());
      }
    }
    return files;
  };
  std::filesystem::path made;
  {
    const auto before = temporary_files();
    const auto authority =
        must(tenancy::open("sqlite::memory:", {.migrations = tenancy_test::test_schema()}));
    const auto tenant = must(authority.registry(tester()).create({"acme", "Acme"}));
    const tenancy::Repository<Note> notes{authority.store(),
                                          must(authority.enter(tenant.id, tester()))};
    must(notes.insert({.title = "here"}));
    CHECK(must(notes.count()) == 1);
    for (const auto& path : temporary_files()) {
      if (!before.contains(path) && std::filesystem::exists(path / "store.db")) {
        made = path;
      }
    }
    REQUIRE_FALSE(made.empty());
    CHECK(std::filesystem::status(made).permissions() == std::filesystem::perms::owner_all);
  }
  CHECK_FALSE(std::filesystem::exists(made));
}

TEST_CASE("URLs that name no store are refused") {
  for (const char* url :
       {"", "sqlite", "sqlite:", "postgres://x", "mysql://x", "SQLITE:x.db", "x.db"}) {
    CAPTURE(url);
    CHECK(code_of(tenancy::open(url)) == errc::invalid_url);
  }
  CHECK(code_of(tenancy::open(std::string_view{"sqlite:a\0b", 10})) == errc::invalid_url);
  CHECK(code_of(tenancy::open("sqlite:/nonexistent/folder/x.db",
                              {.keys = tenancy::KeyRing::ephemeral()})) == errc::cannot_open);
  CHECK(code_of(tenancy::open("sqlite::memory:", {.store = {.readers = 0}})) ==
        errc::invalid_argument);
  CHECK(code_of(tenancy::open("sqlite::memory:", {.store = {.max_wait = {}}})) ==
        errc::invalid_argument);
  CHECK(code_of(tenancy::open("sqlite::memory:", {.store = {.page_cache_bytes = 1024}})) ==
        errc::invalid_argument);
}

TEST_CASE("a path that has no folder to begin at is refused") {
  CHECK(tenancy_test::text_from_child([]() -> std::string {
          {
            const tenancy_test::TemporaryFolder folder;
            std::filesystem::current_path(folder.path());
          }
          const auto url = tenancy::detail::StoreUrl::parse("sqlite:x.db");
          return url ? url.value().file->string() : std::string{to_string(url.error().code())};
        }) == "cannot_open");
}

TEST_CASE("a path is a path, never a URI with options of its own") {
  const tenancy_test::TemporaryFolder folder;
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(folder.path());
  const auto opened =
      tenancy::open("sqlite:file:x?mode=memory", {.keys = tenancy::KeyRing::ephemeral()});
  std::filesystem::current_path(before);
  REQUIRE(opened.has_value());
  CHECK(must(opened.value().count_administrator_keys()) == 0);
  CHECK(std::filesystem::exists(folder / "file:x?mode=memory"));
}

TEST_CASE("an existing database is not given fresh keys") {
  const tenancy_test::TemporaryFolder folder;
  const std::string url = "sqlite:" + (folder / "store.db").string();
  must(must(tenancy::open(url)).count_administrator_keys());
  std::filesystem::remove(folder / "store.db.keys");
  CHECK(code_of(tenancy::open(url)) == errc::key_ring_unavailable);
  CHECK_FALSE(std::filesystem::exists(folder / "store.db.keys"));
}

TEST_CASE("a number that is no scope opens nothing") {
  const TestStore test;
  const auto none = static_cast<Scope>(7);
  CHECK(code_of(test.authority.enter(test.acme.id, tester(), none)) == errc::invalid_argument);
  const auto crm = must(tenancy::TenantIdentifier::parse("crm", "1"));
  must(test.registry.add_identifier(test.acme.id, crm));
  CHECK(code_of(test.authority.enter(crm, tester(), none)) == errc::invalid_argument);
  CHECK(code_of(test.registry.issue_key(test.acme.id, {.name = "x", .scope = none})) ==
        errc::invalid_argument);
}

TEST_CASE("what was moved from still names somebody and explains itself") {
  // NOLINTBEGIN(performance-move-const-arg, bugprone-use-after-move): that they copy is the point
  auto principal = tester();
  const tenancy::Principal moved_principal = std::move(principal);
  CHECK(principal == moved_principal);
  auto why = reason();
  const CrossingReason moved_reason = std::move(why);
  CHECK(why.explanation() == moved_reason.explanation());
  const TestStore test;
  auto registry = test.registry;
  const tenancy::TenantRegistry moved_registry = std::move(registry);
  must(registry.find(test.acme.id));
  // NOLINTEND(performance-move-const-arg, bugprone-use-after-move)
}
