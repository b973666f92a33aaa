#include "tenancy/migrate/migration_folder.hpp"

#include <filesystem>
#include <fstream>
#include <string>

#include <doctest/doctest.h>
#include <sys/stat.h>

#include "support/test_store.hpp"

using tenancy::Dialect;
using tenancy::errc;
using tenancy::load_migrations;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::TemporaryFolder;

namespace {

struct Folder {
  void write(const std::string& name, const std::string& text = "SELECT 1;") const {
    std::ofstream{folder / name, std::ios::binary} << text;
  }
  /// What is wrong, which names the file.
  [[nodiscard]] std::string complaint(const std::string& file) const {
    const auto loaded = load_migrations(folder.path());
    CHECK(code_of(loaded) == errc::invalid_argument);
    auto message = loaded.error().message();
    CHECK_MESSAGE(message.find((folder / file).string()) == 0, message);
    return message;
  }

  TemporaryFolder folder;
};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a folder's files become steps, by number, and say where they came from") {
  const Folder folder;
  folder.write("0010_ten.sql", "SELECT 10;\n");
  folder.write("0002_two.postgresql.sql", "SELECT 2::int;");
  folder.write("0002_two.sqlite.sql", "SELECT 2;");
  folder.write("1_one.sql", "SELECT '\xC3\xA4';");
  const auto steps = must(load_migrations(folder.folder.path()));
  REQUIRE(steps.size() == 3);
  CHECK(steps[0].version == 1);
  CHECK(steps[0].name == "one");
  CHECK(steps[0].sql == "SELECT '\xC3\xA4';");
  CHECK(steps[0].source == (folder.folder / "1_one.sql").string());
  CHECK(steps[0].dialects.empty());
  CHECK(steps[1].version == 2);
  CHECK(steps[1].sql.empty());
  REQUIRE(steps[1].dialects.size() == 2);
  CHECK(steps[1].dialects[0].dialect == Dialect::postgresql);
  CHECK(steps[1].dialects[0].sql == "SELECT 2::int;");
  CHECK(steps[1].dialects[1].dialect == Dialect::sqlite);
  CHECK(steps[1].dialects[1].source == (folder.folder / "0002_two.sqlite.sql").string());
  CHECK(steps[2].version == 10);
  CHECK(steps[2].sql == "SELECT 10;\n");
}

TEST_CASE("what does not mean to be a migration is passed over, links are followed") {
  const Folder folder;
  CHECK(must(load_migrations(folder.folder.path())).empty());
  folder.write("README.md");
  folder.write(".0001_draft.sql");
  folder.write("notes.txt");
  std::filesystem::create_directory(folder.folder / "older");
  const Folder elsewhere;
  elsewhere.write("text", "SELECT 3;");
  std::filesystem::create_symlink(elsewhere.folder / "text", folder.folder / "0003_linked.sql");
  const auto steps = must(load_migrations(folder.folder.path()));
  REQUIRE(steps.size() == 1);
  CHECK(steps[0].sql == "SELECT 3;");
}

TEST_CASE("files whose names nearly fit are refused by name") {
  for (const char* name : {"create_notes.sql", "0001-create-notes.sql", "0001_create_notes.SQL",
                           "0001_create_notes.sq", "0001_create_notes.sql.orig", "1",
                           "0001_Notes.sql", "0001_notes.mysql.sql", "seed.Sql"}) {
    CAPTURE(name);
    const Folder folder;
    folder.write(name);
    CHECK(contains(folder.complaint(name), "not named like a migration"));
  }
}

TEST_CASE("two files of one number are refused, both named") {
  const Folder folder;
  folder.write("0001_a.sql");
  SUBCASE("of two names") {
    folder.write("1_b.sql");
    CHECK(contains(folder.complaint("1_b.sql"), "0001_a.sql"));
  }
  SUBCASE("of one name") {
    folder.write("1_a.sql");
    CHECK(contains(folder.complaint("1_a.sql"), "0001_a.sql"));
  }
  SUBCASE("for all dialects and for one") {
    folder.write("0001_a.sqlite.sql");
    CHECK(contains(folder.complaint("0001_a.sqlite.sql"), "0001_a.sql"));
  }
  SUBCASE("for one dialect twice") {
    std::filesystem::remove(folder.folder / "0001_a.sql");
    folder.write("0001_a.sqlite.sql");
    folder.write("1_a.sqlite.sql");
    CHECK(contains(folder.complaint("1_a.sqlite.sql"), "0001_a.sqlite.sql"));
  }
}

TEST_CASE("files that hold no text are refused") {
  const Folder folder;
  const std::string name = "0001_a.sql";
  SUBCASE("an empty one") {
    folder.write(name, "");
    CHECK(contains(folder.complaint(name), "is empty"));
  }
  SUBCASE("one with a byte order mark") {
    folder.write(name, "\xEF\xBB\xBFSELECT 1;");
    CHECK(contains(folder.complaint(name), "byte order mark"));
  }
  SUBCASE("UTF-16") {
    folder.write(name, std::string{"S\0E\0L\0", 6});
    CHECK(contains(folder.complaint(name), "UTF-8"));
  }
  SUBCASE("Latin-1") {
    folder.write(name, "SELECT '\xE4';");
    CHECK(contains(folder.complaint(name), "UTF-8"));
  }
  SUBCASE("a large one") {
    std::ofstream{folder.folder / name}.close();
    std::filesystem::resize_file(folder.folder / name, (std::uintmax_t{16} << 20U) + 1);
    CHECK(contains(folder.complaint(name), "16 MiB"));
  }
  SUBCASE("a folder") {
    std::filesystem::create_directory(folder.folder / name);
    CHECK(contains(folder.complaint(name), "not a regular file"));
  }
  SUBCASE("a named pipe") {
    REQUIRE(::mkfifo((folder.folder / name).c_str(), 0600) == 0);
    CHECK(contains(folder.complaint(name), "not a regular file"));
  }
}

TEST_CASE("a folder that is not there and a link to nowhere are told so") {
  const Folder folder;
  CHECK(code_of(load_migrations(folder.folder / "nowhere")) == errc::cannot_open);
  std::filesystem::create_symlink("nowhere", folder.folder / "0001_a.sql");
  const auto loaded = load_migrations(folder.folder.path());
  CHECK(code_of(loaded) == errc::cannot_open);
  CHECK(contains(loaded.error().message(), "0001_a.sql"));
}

TEST_CASE("an edited file is named when the store is opened") {
  const Folder folder;
  const TemporaryFolder place;
  const auto url = "sqlite:" + (place / "store.db").string();
  folder.write("0001_notes.sql", "SELECT 1;");
  must(tenancy::open(url, {.migrations = must(load_migrations(folder.folder.path()))}));
  folder.write("0001_notes.sql", "SELECT 2;");
  const auto refused =
      tenancy::open(url, {.migrations = must(load_migrations(folder.folder.path()))});
  CHECK(code_of(refused) == errc::schema_mismatch);
  CHECK(contains(refused.error().message(), (folder.folder / "0001_notes.sql").string()));
}
