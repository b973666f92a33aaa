#include "support/failing_memory.hpp"

#include <stdexcept>

#include <sqlite3.h>

namespace tenancy_test {
namespace {

struct State {
  bool is_armed = false;
  bool is_persistent = false;
  std::uint64_t nth = 0;
  std::uint64_t count = 0;
};

// SQLite's functions for memory know no context.
// NOLINTBEGIN(cppcoreguidelines-avoid-non-const-global-variables)
constinit thread_local State state;
sqlite3_mem_methods real;
// NOLINTEND(cppcoreguidelines-avoid-non-const-global-variables)

bool fails() noexcept {
  if (!state.is_armed) {
    return false;
  }
  ++state.count;
  return state.nth != 0 &&
         (state.is_persistent ? state.count >= state.nth : state.count == state.nth);
}

void* allocate(int size) noexcept { return fails() ? nullptr : real.xMalloc(size); }

void* reallocate(void* memory, int size) noexcept {
  return fails() ? nullptr : real.xRealloc(memory, size);
}

void require(int code) {
  if (code != SQLITE_OK) {
    throw std::logic_error{"SQLite is in use already"};
  }
}

}  // namespace

void FailingMemory::install() {
  if (real.xMalloc != nullptr) {
    return;
  }
  require(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real));
  auto methods = real;
  methods.xMalloc = &allocate;
  methods.xRealloc = &reallocate;
  require(sqlite3_config(SQLITE_CONFIG_MALLOC, &methods));
  // Small pieces would come from memory that each connection keeps.
  require(sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0));
}

void FailingMemory::arm(std::uint64_t nth, bool persistent) noexcept {
  state = {true, persistent, nth, 0};
}

std::uint64_t FailingMemory::disarm() noexcept {
  state.is_armed = false;
  return state.count;
}

}  // namespace tenancy_test
