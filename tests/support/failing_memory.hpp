#pragma once

#include <cstdint>

namespace tenancy_test {

/// SQLite's memory in this process, which gives out when a test wants it to.
///
/// Thread safety: counts and fails what the arming thread asks for, and nothing else.
class FailingMemory {
 public:
  FailingMemory() = delete;

  /// Before SQLite is used for the first time; further calls do nothing.
  static void install();

  /// From now on the nth allocation fails, counted from 1, and when it is `persistent` every later
  /// one as well. None does for 0: they are counted only.
  static void arm(std::uint64_t nth, bool persistent = false) noexcept;
  /// Nothing fails any more. How many allocations there were since, failed ones among them.
  static std::uint64_t disarm() noexcept;
};

}  // namespace tenancy_test
