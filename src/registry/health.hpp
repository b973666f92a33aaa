#pragma once

#include <cstdint>
#include <span>

#include "tenancy/migrate/migration.hpp"
#include "tenancy/registry/health.hpp"

#include "storage/backend.hpp"

namespace tenancy::inline v0::detail {

/// The steps that a program knows of one component.
struct KnownSteps {
  std::uint64_t count;
  std::uint64_t newest;  ///< The number of the last one; 0 when there is none.

  static KnownSteps of(std::span<const Migration> steps) noexcept;
};

/// All checks of a store whose host knows those steps of its own schema.
HealthReport check_health(StoreBackend& store, const KnownSteps& host_steps,
                          const HealthOptions& options);

}  // namespace tenancy::inline v0::detail
