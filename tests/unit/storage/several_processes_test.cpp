#include <array>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tenancy/data/repository.hpp"

#include "support/entities.hpp"
#include "support/test_store.hpp"

using tenancy::errc;
using tenancy::ReadRepository;
using tenancy::Repository;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::Note;
using tenancy_test::TestStore;

namespace {

/// A program of its own that opened the same file; see tests/support/other_process.cpp. It ends
/// with its standard input.
class OtherProcess {
 public:
  OtherProcess(const TestStore& test, const tenancy::Tenant& tenant) {
    std::array<int, 2> to{};
    std::array<int, 2> from{};
    if (::pipe2(to.data(), O_CLOEXEC) != 0 || ::pipe2(from.data(), O_CLOEXEC) != 0) {
      throw std::runtime_error{"no pipe"};
    }
    std::string program{OTHER_PROCESS_PATH};
    std::string file = test.file().string();
    std::string id = tenant.id.to_string();
    std::array<char*, 4> arguments{program.data(), file.data(), id.data(), nullptr};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, to[0], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, from[1], STDOUT_FILENO);
    const int status =
        ::posix_spawn(&child_, program.c_str(), &actions, nullptr, arguments.data(), ::environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(to[0]);
    ::close(from[1]);
    input_ = ::fdopen(to[1], "w");
    output_ = ::fdopen(from[0], "r");
    if (status != 0 || input_ == nullptr || output_ == nullptr) {
      throw std::runtime_error{"cannot start " + program};
    }
    REQUIRE(answer() == "ready");
  }
  OtherProcess(const OtherProcess&) = delete;
  OtherProcess& operator=(const OtherProcess&) = delete;
  ~OtherProcess() {
    static_cast<void>(std::fclose(input_));
    ::waitpid(child_, nullptr, 0);
    static_cast<void>(std::fclose(output_));
  }

  std::string tell(const std::string& command) {
    begin(command);
    return answer();
  }

  /// Does not wait for the answer.
  void begin(const std::string& command) {
    std::fputs((command + "\n").c_str(), input_);
    std::fflush(input_);
  }
  void kill() { ::kill(child_, SIGKILL); }

 private:
  std::string answer() {
    std::string line;
    for (int c = std::fgetc(output_); c != EOF && c != '\n'; c = std::fgetc(output_)) {
      line.push_back(static_cast<char>(c));
    }
    return line;
  }

  pid_t child_ = -1;
  std::FILE* input_ = nullptr;
  std::FILE* output_ = nullptr;
};

}  // namespace

TEST_CASE("what another process wrote is there for the next read, and the other way round") {
  const TestStore test;
  OtherProcess other{test, test.acme};
  const auto acme = test.enter(test.acme);
  const ReadRepository<Note> notes{test.store, acme};
  for (int i = 0; i < 20; ++i) {
    REQUIRE(other.tell("write 1") == "written");
    CHECK(must(notes.count()) == 2 * i + 1);
    must(Repository<Note>{test.store, acme}.insert({.title = std::to_string(i)}));
    CHECK(other.tell("count") == std::to_string(2 * i + 2));
  }
}

TEST_CASE("another process gets its turn beside writers that never rest") {
  const TestStore test;
  OtherProcess other{test, test.acme};
  std::atomic<bool> is_done = false;
  std::atomic<int> written = 0;
  std::vector<std::thread> busy;
  for (int number = 0; number < 8; ++number) {
    busy.emplace_back([&, number] {
      const Repository<Note> notes{test.store, test.enter(test.globex)};
      for (int i = 0; !is_done; ++i) {
        must(notes.insert({.title = std::to_string(number) + "-" + std::to_string(i)}));
        ++written;
      }
    });
  }
  const std::string answer = other.tell("write 100");
  const int meanwhile = written;
  is_done = true;
  for (auto& thread : busy) {
    thread.join();
  }
  CHECK(answer == "written");
  CHECK(meanwhile > 0);
  CHECK(must(ReadRepository<Note>{test.store, test.enter(test.acme)}.count()) == 100);
  CHECK(must(ReadRepository<Note>{test.store, test.enter(test.globex)}.count()) == written);
}

TEST_CASE("a suspension by another process holds from the very next transaction on") {
  const TestStore test;
  OtherProcess other{test, test.acme};
  for (int i = 0; i < 10; ++i) {
    const auto acme = test.enter(test.acme);
    const Repository<Note> notes{test.store, acme};
    // Writer and readers know that the tenant is let in.
    must(notes.insert({.title = std::to_string(2 * i)}));
    must(notes.insert({.title = std::to_string(2 * i + 1)}));
    CHECK(must(notes.count()) == 2 * i + 2);
    REQUIRE(other.tell("suspend") == "suspended");
    CHECK(code_of(notes.insert({.title = "x"})) == errc::tenant_not_active);
    CHECK(code_of(notes.count()) == errc::tenant_not_active);
    REQUIRE(other.tell("activate") == "active");
    CHECK(code_of(notes.insert({.title = "x"})) == errc::stale_context);
  }
}

TEST_CASE("a process that dies in its turn holds nobody up") {
  const TestStore test;
  const auto acme = test.enter(test.acme);
  for (int i = 0; i < 5; ++i) {
    {
      OtherProcess other{test, test.globex};
      const ReadRepository<Note> notes{test.store, test.enter(test.globex)};
      const auto before = must(notes.count());
      other.begin("write 1000000");
      while (must(notes.count()) < before + 3) {
      }
      other.kill();
    }
    must(Repository<Note>{test.store, acme}.insert({.title = std::to_string(i)}));
  }
  CHECK(must(ReadRepository<Note>{test.store, acme}.count()) == 5);
}
