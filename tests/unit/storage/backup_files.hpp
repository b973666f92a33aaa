#pragma once

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <utility>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tenancy/data/repository.hpp"

#include "support/entities.hpp"
#include "support/test_store.hpp"

namespace tenancy_test {

using Path = std::filesystem::path;

inline std::string bytes_of(const Path& file) {
  std::ifstream in{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

inline void write_bytes(const Path& file, const std::string& bytes) {
  std::ofstream{file, std::ios::binary | std::ios::trunc} << bytes;
}

inline std::set<std::string> names_in(const Path& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator{folder}) {
    names.insert(entry.path().filename().string());
  }
  return names;
}

inline tenancy::KeyRing keys_of(const TestStore& test) {
  return must(tenancy::KeyRing::open(test.file().string() + ".keys"));
}

inline tenancy::Authority open_copy(const TestStore& test, const Path& copy) {
  return must(tenancy::open("sqlite:" + copy.string(),
                            {.migrations = test_schema(), .keys = keys_of(test)}));
}

/// A few rows of each kind of table, so that a copy has few pages and all of them matter.
inline void fill_a_little(const TestStore& test) {
  for (const auto& tenant : {test.acme, test.globex}) {
    must(test.store.write(
        test.enter(tenant), [&](tenancy::WriteTransaction& tx) -> tenancy::Result<void> {
          for (int i = 0; i < 40; ++i) {
            const std::string id = std::to_string(i);
            BOOST_OUTCOME_TRY(tenancy::Repository<Note>{tx}.insert(
                {.id = id, .title = "title " + id, .link = std::string(200, 'l')}));
            BOOST_OUTCOME_TRY(tenancy::Repository<Task>{tx}.insert({i, id, true, 1.5}));
          }
          return tenancy::success();
        }));
  }
}

/// What `action` gives in a child process, which has one thread and may mount and be killed.
template <class Action>
int status_of_child(Action&& action) {
  std::fflush(nullptr);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    constexpr int threw = 99;
    try {
      ::_exit(std::forward<Action>(action)());
    } catch (...) {
      ::_exit(threw);
    }
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

}  // namespace tenancy_test
