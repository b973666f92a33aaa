#include "storage/sqlite/engine.hpp"

#include <array>
#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <dlfcn.h>
#include <doctest/doctest.h>
#include <sqlite3.h>

#include "storage/sqlite/loaded_objects.hpp"
#include "support/child_process.hpp"
#include "support/must.hpp"
#include "support/temporary_folder.hpp"

namespace sqlite = tenancy::detail::sqlite;
using tenancy::errc;
using tenancy::SecondEngine;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::text_from_child;

namespace {

constexpr auto nothing = [](const char*) { return false; };

bool says(const tenancy::Result<void>& refused, std::string_view words) {
  return refused.error().message().find(words) != std::string::npos;
}

void load(const char* library) {
  if (::dlopen(library, RTLD_NOW | RTLD_LOCAL) == nullptr) {
    throw std::runtime_error{::dlerror()};
  }
}

/// What the check says in a process that has loaded the library.
std::string checked_with(const char* library, SecondEngine second = SecondEngine::refuse) {
  return text_from_child([&]() -> std::string {
    load(library);
    const auto checked = sqlite::check_engine(second);
    return checked ? "fine" : checked.error().to_string();
  });
}

}  // namespace

TEST_CASE("an engine from 3.40.0 on is taken, and no 4.x that nobody knows") {
  must(sqlite::judge_engine({3'040'000, true, nothing}));
  must(sqlite::judge_engine({3'999'999, true, nothing}));
  const auto old = sqlite::judge_engine({3'039'004, true, nothing});
  CHECK(code_of(old) == errc::unsupported_engine);
  CHECK(says(old, "SQLite 3.39.4 is loaded"));
  CHECK(says(old, "install"));
  CHECK(code_of(sqlite::judge_engine({4'000'000, true, nothing})) == errc::unsupported_engine);
}

TEST_CASE("an engine for a single thread is refused") {
  const auto refused = sqlite::judge_engine({3'040'001, false, nothing});
  CHECK(code_of(refused) == errc::unsupported_engine);
  CHECK(says(refused, "link one that was built with SQLITE_THREADSAFE=1"));
}

TEST_CASE("an engine without what the store needs is refused, and the option named") {
  for (const std::string_view option :
       {"OMIT_WAL", "OMIT_FOREIGN_KEY", "OMIT_AUTHORIZATION", "OMIT_PROGRESS_CALLBACK",
        "OMIT_TRIGGER", "NO_SYNC", "OMIT_VACUUM"}) {
    CAPTURE(option);
    const auto has = [&](const char* asked) { return option == asked; };
    const auto refused = sqlite::judge_engine({3'040'001, true, has});
    CHECK(code_of(refused) == errc::unsupported_engine);
    CHECK(says(refused, "SQLITE_" + std::string{option} + ": "));
    CHECK(says(refused, "Link one that was built without"));
  }
  const auto harmless = [](const char* asked) { return asked == std::string_view{"OMIT_TRACE"}; };
  must(sqlite::judge_engine({3'040'001, true, harmless}));
}

TEST_CASE("the engine of this process is fine, and there is one") {
  must(sqlite::check_engine(SecondEngine::refuse));
  const auto holders = sqlite::find_symbol_holders("sqlite3_open_v2", sqlite3_sourceid());
  CHECK_FALSE(holders.own.empty());
  CHECK(holders.others.empty());
}

TEST_CASE("an engine that was told to serve a single thread is refused") {
  const std::string said = text_from_child([]() -> std::string {
    // As in a process in which nothing has used SQLite yet.
    sqlite3_shutdown();
    const sqlite3_mutex_methods undecided{};
    if (sqlite3_config(SQLITE_CONFIG_MUTEX, &undecided) != SQLITE_OK ||
        sqlite3_config(SQLITE_CONFIG_SINGLETHREAD) != SQLITE_OK) {
      return "not configured";
    }
    const auto checked = sqlite::check_engine(SecondEngine::refuse);
    return checked ? "fine" : checked.error().to_string();
  });
  CAPTURE(said);
  CHECK(said.find("unsupported_engine") != std::string::npos);
  CHECK(said.find("SQLITE_CONFIG_SINGLETHREAD") != std::string::npos);
}

TEST_CASE("a program whose engine is too old opens no store") {
  const tenancy_test::TemporaryFolder folder;
  const auto opened_with = [&](const std::string& first_library) {
    const std::string command =
        "LD_PRELOAD='" + first_library +
        "' '" OTHER_PROCESS_PATH "' 'sqlite:" + (folder / "store.db").string() +
        "' tnt_0000000000001 </dev/null";
    FILE* const output = ::popen(command.c_str(), "r");
    REQUIRE(output != nullptr);
    std::array<char, 512> said{};
    static_cast<void>(std::fgets(said.data(), said.size(), output));
    ::pclose(output);
    return std::string{said.data()};
  };
  const std::string said = opened_with(TENANCY_TEST_OLD_ENGINE);
  CAPTURE(said);
  CHECK(said.find("unsupported_engine: SQLite 3.39.0 is loaded") != std::string::npos);
  CHECK(std::filesystem::is_empty(folder.path()));
  CHECK(opened_with("").find("unsupported_engine") == std::string::npos);
}

TEST_CASE("a second engine is found by either form of symbol table, and both are named") {
  for (const char* library : {TENANCY_TEST_SECOND_ENGINE, TENANCY_TEST_SECOND_ENGINE_SYSV}) {
    CAPTURE(library);
    const std::string said = checked_with(library);
    CAPTURE(said);
    CHECK(said.find("duplicate_engine") != std::string::npos);
    CHECK(said.find(library) != std::string::npos);
    CHECK(said.find(sqlite::find_symbol_holders("", sqlite3_sourceid()).own) != std::string::npos);
    CHECK(said.find("SecondEngine::allow") != std::string::npos);
    CHECK(checked_with(library, SecondEngine::allow) == "fine");
  }
}

TEST_CASE("a library that merely uses the engine is no second one") {
  CHECK(checked_with(TENANCY_TEST_ENGINE_USER) == "fine");
}

TEST_CASE("each symbol of a table is found, and none that merely has the same hash") {
  // The stack is in no object and above them all, so that the engine's is another's.
  const int on_stack = 0;
  const auto holders_of = [&](const char* symbol) {
    return sqlite::find_symbol_holders(symbol, &on_stack).others;
  };
  const auto engine = sqlite::find_symbol_holders("", sqlite3_sourceid()).own;
  for (const char* symbol :
       {"sqlite3_open_v2", "sqlite3_close_v2", "sqlite3_exec", "sqlite3_errmsg", "sqlite3_step",
        "sqlite3_bind_text", "sqlite3_bind_blob", "sqlite3_column_text", "sqlite3_column_int64",
        "sqlite3_changes", "sqlite3_finalize", "sqlite3_interrupt", "sqlite3_malloc",
        "sqlite3_free", "sqlite3_vfs_find", "sqlite3_config", "sqlite3_initialize"}) {
    CAPTURE(symbol);
    CHECK(holders_of(symbol) == std::vector<std::string>{engine});
  }
  // 'u' * 33 + 'S' is 'v' * 33 + '2'.
  CHECK(holders_of("sqlite3_open_uS").empty());
}

TEST_CASE("the program itself is named by its file") {
  static const int here = 0;
  CHECK(sqlite::find_symbol_holders("", &here).own ==
        std::filesystem::read_symlink("/proc/self/exe").string());
}

TEST_CASE("an engine without memory is not taken for one that was told to serve a single thread") {
  CHECK(text_from_child([]() -> std::string {
          sqlite3_initialize();
          sqlite3_hard_heap_limit64(1);
          const auto checked = sqlite::check_engine(SecondEngine::refuse);
          const bool has_memory = sqlite3_mutex_alloc(SQLITE_MUTEX_FAST) != nullptr;
          return has_memory ? "memory" : checked ? "fine" : checked.error().to_string();
        }) == "fine");
}
