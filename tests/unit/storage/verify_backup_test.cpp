// What is taken for a sound backup, and what is not.

#include <array>
#include <cstddef>
#include <filesystem>
#include <stop_token>
#include <string>

#include <SQLiteCpp/Database.h>
#include <doctest/doctest.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "tenancy/storage/backup.hpp"

#include "support/test_store.hpp"
#include "unit/storage/backup_files.hpp"

using tenancy::CallOptions;
using tenancy::errc;
using tenancy::Error;
using tenancy::verify_backup;
using tenancy_test::bytes_of;
using tenancy_test::code_of;
using tenancy_test::fill_a_little;
using tenancy_test::must;
using tenancy_test::names_in;
using tenancy_test::open_copy;
using tenancy_test::status_of_child;
using tenancy_test::TemporaryFolder;
using tenancy_test::TestStore;
using tenancy_test::write_bytes;

TEST_CASE("verifying changes nothing") {
  const TestStore test;
  fill_a_little(test);
  const TemporaryFolder folder;
  const auto target = folder / "copy.db";
  const auto report = must(test.authority.backup(target));
  // As a store that was closed leaves it: its header asks for a write-ahead log.
  SUBCASE("in a fresh backup") {}
  SUBCASE("in a store that was closed") { open_copy(test, target); }

  const auto bytes = bytes_of(target);
  const auto changed = std::filesystem::last_write_time(target);
  const auto names = names_in(folder.path());
  CHECK(must(verify_backup(target)).pages == report.pages);
  CHECK(bytes_of(target) == bytes);
  CHECK(std::filesystem::last_write_time(target) == changed);
  CHECK(names_in(folder.path()) == names);

  std::filesystem::create_symlink(target, folder / "latest");
  CHECK(must(verify_backup(folder / "latest")).pages == report.pages);
  std::stop_source stop;
  stop.request_stop();
  CHECK(code_of(verify_backup(target, {.stop = stop.get_token()})) == errc::cancelled);
  CHECK(code_of(verify_backup(target, {.deadline = CallOptions::Clock::now()})) ==
        errc::deadline_exceeded);
}

TEST_CASE("verifying takes names with special letters for what they are") {
  const TestStore test;
  const TemporaryFolder folder;
  for (const auto* const name : {"a b?c#d%41", "file:x?mode=ro", "%", "\xc3\xa9"}) {
    const auto digest = must(test.authority.backup(folder / name)).digest;
    CHECK(must(verify_backup(folder / name)).digest == digest);
  }
}

TEST_CASE("verifying needs no engine that takes names for URIs") {
  const TemporaryFolder folder;
  const auto target = folder / "copy.db";
  { must(TestStore{}.authority.backup(target)); }
  const int status = status_of_child([&] {
    sqlite3_shutdown();
    if (sqlite3_config(SQLITE_CONFIG_URI, 0) != SQLITE_OK) {
      return 2;
    }
    return verify_backup(target) ? 0 : 1;
  });
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("what is no backup is refused with its reason") {
  const TestStore test;
  const TemporaryFolder folder;
  const auto file = folder / "file";

  CHECK(code_of(verify_backup(folder / "none")) == errc::cannot_open);
  CHECK(code_of(verify_backup(folder.path())) == errc::cannot_open);
  CHECK(code_of(verify_backup(std::string("a\0b", 3))) == errc::cannot_open);
  must(test.authority.backup(folder / "good"));
  CHECK(code_of(verify_backup((folder / "good").string() + '\0' + "x")) == errc::cannot_open);
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK(code_of(verify_backup(folder / "pipe")) == errc::cannot_open);
  write_bytes(file, "");
  CHECK(code_of(verify_backup(file)) == errc::corrupt_store);
  write_bytes(file, std::string(10'000, 't'));
  CHECK(code_of(verify_backup(file)) == errc::corrupt_store);
  SQLite::Database{(folder / "foreign").string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE}
      .exec("CREATE TABLE theirs (a); INSERT INTO theirs VALUES (1)");
  CHECK(code_of(verify_backup(folder / "foreign")) == errc::foreign_store);
  SQLite::Database{(folder / "marked").string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE}.exec(
      "PRAGMA application_id = 0x746e6379; CREATE TABLE tenancy_tenants (id)");
  CHECK(code_of(verify_backup(folder / "marked")) == errc::foreign_store);
  // A store in use: its log holds what the file does not.
  CHECK(code_of(verify_backup(test.file())) == errc::cannot_open);

  must(test.authority.backup(folder / "copy.db"));
  write_bytes(folder / "copy.db-journal", "");
  CHECK(code_of(verify_backup(folder / "copy.db")) == errc::cannot_open);
  std::filesystem::remove(folder / "copy.db-journal");
  must(verify_backup(folder / "copy.db"));
  SQLite::Database{(folder / "copy.db").string(), SQLite::OPEN_READWRITE}.exec(
      "PRAGMA application_id = 4711");
  CHECK(code_of(verify_backup(folder / "copy.db")) == errc::foreign_store);
}

TEST_CASE("a backup that was cut or grew is never sound") {
  const TestStore test;
  fill_a_little(test);
  const TemporaryFolder folder;
  must(test.authority.backup(folder / "copy.db"));
  const auto bytes = bytes_of(folder / "copy.db");
  const auto file = folder / "cut";
  for (std::size_t size = 1; size < bytes.size(); size += 1'021) {
    write_bytes(file, bytes.substr(0, size));
    CHECK(code_of(verify_backup(file)) == errc::corrupt_store);
  }
  write_bytes(file, bytes.substr(0, bytes.size() - 4'096));
  CHECK(code_of(verify_backup(file)) == errc::corrupt_store);
  write_bytes(file, bytes + 'x');
  CHECK(code_of(verify_backup(file)) == errc::corrupt_store);
}

TEST_CASE("no flipped byte goes unnoticed, and none of a tree's structure is taken for sound") {
  const TestStore test;
  fill_a_little(test);
  const TemporaryFolder folder;
  const auto report = must(test.authority.backup(folder / "copy.db"));
  const auto bytes = bytes_of(folder / "copy.db");
  const auto file = folder / "flipped";
  const std::size_t page_size = report.bytes / report.pages;
  constexpr std::array<char, 3> masks{'\x01', '\x40', '\xff'};
  int unsound = 0;

  const auto flip = [&](std::size_t at, char mask, bool is_structure) {
    std::string flipped = bytes;
    flipped[at] = static_cast<char>(flipped[at] ^ mask);
    write_bytes(file, flipped);
    const auto verified = verify_backup(file);
    CAPTURE(at);
    CAPTURE(static_cast<int>(mask));
    if (verified) {
      CHECK_FALSE(is_structure);
      CHECK(verified.value().digest != report.digest);
      return;
    }
    ++unsound;
    const Error& error = verified.error();
    CHECK((error == errc::corrupt_store || error == errc::foreign_store));
    const auto key = error.message().find("Rowid ");
    CHECK((key == std::string::npos || error.message()[key + 6] == '('));
  };

  for (std::size_t page = 0; page < report.pages; ++page) {
    const std::size_t header = page * page_size + (page == 0 ? 100 : 0);
    const bool is_leaf = bytes[header] == 10 || bytes[header] == 13;
    REQUIRE((is_leaf || bytes[header] == 2 || bytes[header] == 5));
    const std::size_t header_size = is_leaf ? 8 : 12;
    const bool has_cells = bytes[header + 3] != 0 || bytes[header + 4] != 0;
    for (const char mask : masks) {
      for (const std::size_t at : {0U, 3U, 4U, 5U, 6U, 7U}) {
        flip(header + at, mask, true);
      }
      for (std::size_t at = 8; at < header_size + (has_cells ? 2 : 0); ++at) {
        flip(header + at, mask, true);
      }
      for (const std::size_t at : {1U, 2U, 64U}) {
        flip(header + at, mask, false);
      }
      for (const std::size_t at : {page_size / 2, page_size - 40, page_size - 1}) {
        flip(page * page_size + at, mask, false);
      }
    }
  }
  for (std::size_t at = 0; at < 100; ++at) {
    flip(at, '\xff', at < 16);
  }
  CHECK(unsound > 100);
}
