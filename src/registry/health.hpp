#pragma once

#include <cstddef>

#include "tenancy/registry/health.hpp"

#include "storage/backend.hpp"

namespace tenancy::inline v0::detail {

/// All checks of a store whose host knows that many steps of its own schema.
HealthReport check_health(StoreBackend& store, std::size_t host_steps,
                          const HealthOptions& options);

}  // namespace tenancy::inline v0::detail
