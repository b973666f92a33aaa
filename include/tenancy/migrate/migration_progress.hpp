#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "tenancy/core/tenant_id.hpp"

namespace tenancy::inline v0 {

/// A step that was, or is about to be, applied.
struct AppliedMigration {
  std::string component;  ///< Whose step it is: the library's (`tenancy`) or the host's (`app`).
  std::int64_t version;
  std::string name;
  std::string source;  ///< The file that it came from; empty when it came from code.
  std::chrono::nanoseconds took{0};
  /// Of a store with a file per tenant, whose file it was; none for the control file.
  std::optional<TenantId> tenant = {};
};

/// How far the migrations of one component are.
struct MigrationProgress {
  bool is_applied;               ///< False when the step begins, true once it is on disk.
  const AppliedMigration& step;  ///< What it took is known once it is applied.
  std::size_t remaining;         ///< How many of the component's steps come after it.
};

/// Told of each step as it begins and once it is on disk, on the thread that migrates. A step
/// begins within its transaction, which holds up everybody else who writes. What a listener throws
/// rolls back a step that began, ends the migration and goes on to the caller.
using MigrationListener = std::function<void(const MigrationProgress&)>;

}  // namespace tenancy::inline v0
