#include "storage/sqlite_silo/silo_folder.hpp"

#include <fstream>
#include <limits>

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "unit/storage_silo/silo.hpp"

using tenancy::errc;
using tenancy::TenantId;
using tenancy::detail::silo::SiloFolder;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::Silo;
using tenancy_test::tester;

namespace {

TenantId tenant(std::int64_t value) { return must(TenantId::from_value(value)); }

mode_t mode_of(const std::filesystem::path& path) {
  struct stat status {};
  REQUIRE(::lstat(path.c_str(), &status) == 0);
  return status.st_mode & 07777U;
}

}  // namespace

TEST_CASE("a tenant's file has a name of hexadecimal digits, whatever the id") {
  const SiloFolder folder{"/silo"};
  CHECK(folder.file_of(tenant(1)) == "/silo/tenants/01/0000000000000001.db");
  CHECK(folder.file_of(tenant(0x123456789ABCDEF)) == "/silo/tenants/ef/0123456789abcdef.db");
  CHECK(folder.file_of(tenant(std::numeric_limits<std::int64_t>::max())) ==
        "/silo/tenants/ff/7fffffffffffffff.db");
  CHECK(folder.draft_of(tenant(16)) == "/silo/drafts/0000000000000010.db");
  for (int i = 0; i < 1000; ++i) {
    const auto file = folder.file_of(TenantId::generate());
    CHECK(file.lexically_normal() == file);
    CHECK(file.string().find_first_not_of("0123456789abcdef", 17) == file.string().size() - 3);
    CHECK(file.string().starts_with("/silo/tenants/"));
  }
}

TEST_CASE("a silo's URL names a folder") {
  CHECK(must(SiloFolder::parse("sqlite-silo:/var/lib/x")).root() == "/var/lib/x");
  CHECK(must(SiloFolder::parse("sqlite-silo:/var/lib/x/")).root() == "/var/lib/x");
  CHECK(must(SiloFolder::parse("sqlite-silo:x")).root() == std::filesystem::current_path() / "x");
  CHECK(code_of(SiloFolder::parse("sqlite-silo:")) == errc::invalid_url);
  CHECK(code_of(SiloFolder::parse(std::string_view{"sqlite-silo:a\0b", 15})) == errc::invalid_url);
  CHECK(code_of(SiloFolder::parse("sqlite:x")) == errc::invalid_url);
}

TEST_CASE("nothing that a tenant is called leads out of the folder, and all is the owner's alone") {
  const Silo silo;
  const auto authority = silo.open();
  const auto registry = authority.registry(tester());
  for (const std::string name : {"../../outside", "/etc/passwd", "a/b", "..", "%2e%2e%2f",
                                 "'; ATTACH 'x' AS y; --", "control", "keys"}) {
    static_cast<void>(registry.create({name, "Inc."}));
    const auto made = registry.create({"t" + std::to_string(silo.files().size()), name});
    CHECK(made.has_value());
  }
  std::size_t others = 0;
  for (const auto& entry : std::filesystem::directory_iterator{silo.folder.path()}) {
    others += entry.path() == silo.root ? 0U : 1U;
  }
  CHECK(others == 0);
  CHECK(mode_of(silo.root) == 0700);
  for (const auto& entry : std::filesystem::recursive_directory_iterator{silo.root}) {
    CHECK(entry.path().lexically_normal() == entry.path());
    CHECK((mode_of(entry.path()) & 0077U) == 0);
  }
}

TEST_CASE("a symbolic link in the place of a folder or a file is refused") {
  const Silo silo;
  auto authority = silo.open();
  const auto acme = tenancy_test::create(authority, "acme");
  must(tenancy_test::write_note(authority, acme.id, "first"));
  const SiloFolder folder{silo.root};
  const auto elsewhere = silo.folder / "elsewhere";
  SUBCASE("the folder of some files") {
    authority = must(tenancy::open("sqlite::memory:"));
    std::filesystem::rename(folder.shard_of(acme.id), elsewhere);
    std::filesystem::create_directory_symlink(elsewhere, folder.shard_of(acme.id));
    const auto again = silo.open();
    CHECK(code_of(tenancy_test::count_notes(again, acme.id)) == errc::unsafe_file);
  }
  SUBCASE("a tenant's file") {
    authority = must(tenancy::open("sqlite::memory:"));
    std::filesystem::rename(folder.file_of(acme.id), elsewhere);
    std::filesystem::create_symlink(elsewhere, folder.file_of(acme.id));
    const auto again = silo.open();
    CHECK(code_of(tenancy_test::count_notes(again, acme.id)) == errc::unsafe_file);
  }
  SUBCASE("the folder of all files") {
    authority = must(tenancy::open("sqlite::memory:"));
    std::filesystem::rename(folder.tenants(), elsewhere);
    std::filesystem::create_directory_symlink(elsewhere, folder.tenants());
    CHECK(code_of(silo.try_open()) == errc::unsafe_file);
  }
  SUBCASE("a folder that others can write to") {
    authority = must(tenancy::open("sqlite::memory:"));
    REQUIRE(::chmod(folder.shard_of(acme.id).c_str(), 0770) == 0);
    const auto again = silo.open();
    CHECK(code_of(tenancy_test::count_notes(again, acme.id)) == errc::unsafe_file);
  }
}

TEST_CASE("a file that is not there, or another tenant's, serves nobody") {
  const Silo silo;
  const SiloFolder folder{silo.root};
  std::vector<TenantId> tenants;
  {
    const auto authority = silo.open();
    for (const auto* const slug : {"acme", "globex"}) {
      tenants.push_back(tenancy_test::create(authority, slug).id);
      must(tenancy_test::write_note(authority, tenants.back(), slug));
    }
  }
  const auto acme = folder.file_of(tenants.front());
  const auto globex = folder.file_of(tenants.back());
  SUBCASE("deleted") {
    std::filesystem::remove(acme);
    const auto authority = silo.open();
    CHECK(code_of(tenancy_test::count_notes(authority, tenants.front())) == errc::cannot_open);
    // What cannot be told to the file is not done.
    const auto registry = authority.registry(tester());
    CHECK(code_of(registry.suspend(tenants.front())) == errc::cannot_open);
    CHECK(must(registry.find(tenants.front())).status == tenancy::TenantStatus::active);
    // Nor is a new one made in its place.
    CHECK_FALSE(std::filesystem::exists(acme));
    CHECK(must(tenancy_test::count_notes(authority, tenants.back())) == 1);
  }
  SUBCASE("exchanged") {
    std::filesystem::remove(acme);
    std::filesystem::copy_file(globex, acme);
    const auto authority = silo.open();
    CHECK(code_of(tenancy_test::count_notes(authority, tenants.front())) == errc::corrupt_store);
    CHECK(must(tenancy_test::count_notes(authority, tenants.back())) == 1);
  }
  SUBCASE("the control file") {
    std::filesystem::remove(folder.control_file());
    CHECK(code_of(silo.try_open()) == errc::corrupt_store);
    CHECK_FALSE(std::filesystem::exists(folder.control_file()));
  }
  SUBCASE("the keys") {
    std::filesystem::remove(folder.key_file());
    CHECK(code_of(silo.try_open()) == errc::key_ring_unavailable);
  }
}

TEST_CASE("a folder with other files in it is nobody's silo") {
  const Silo silo;
  std::filesystem::create_directory(silo.root);
  std::filesystem::permissions(silo.root, std::filesystem::perms::owner_all);
  std::ofstream{silo.root / "letter.txt"} << "Dear";
  CHECK(code_of(silo.try_open()) == errc::foreign_store);
  std::filesystem::remove(silo.root / "letter.txt");
  CHECK(silo.try_open().has_value());
}

TEST_CASE("the control file is not opened past its tenants' files") {
  const Silo silo;
  const auto keys = tenancy::KeyRing::ephemeral();
  const auto options = [&] {
    return tenancy::OpenOptions{.migrations = tenancy_test::test_schema(), .keys = keys};
  };
  must(tenancy::open(silo.url(), options()));
  CHECK(code_of(tenancy::open("sqlite:" + (silo.root / "control.db").string(), options())) ==
        errc::invalid_url);
}
