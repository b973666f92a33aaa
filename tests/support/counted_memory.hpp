#pragma once

#include <cstddef>
#include <utility>

namespace tenancy_test {

/// The C++ memory of a program whose sources hold counted_memory.cpp, which replaces `operator
/// new`.
///
/// Thread safety: counts all threads; the rest is one thread's, while no other one runs.
class CountedMemory {
 public:
  CountedMemory() = delete;

  static std::size_t allocations() noexcept;
  /// Those that have not been freed.
  static std::size_t in_use() noexcept;
};

/// How often the call allocates.
template <class Call>
std::size_t allocations_of(Call&& call) {
  const std::size_t before = CountedMemory::allocations();
  std::forward<Call>(call)();
  return CountedMemory::allocations() - before;
}

/// While one lives, what is freed stays what it was, so that a use of it shows.
class KeptMemory {
 public:
  KeptMemory() noexcept;
  KeptMemory(const KeptMemory&) = delete;
  KeptMemory& operator=(const KeptMemory&) = delete;
  ~KeptMemory();
};

/// While one lives, the nth allocation throws `std::bad_alloc`, counted from 1.
class RefusedMemory {
 public:
  explicit RefusedMemory(std::size_t nth) noexcept;
  RefusedMemory(const RefusedMemory&) = delete;
  RefusedMemory& operator=(const RefusedMemory&) = delete;
  ~RefusedMemory();
};

}  // namespace tenancy_test
