#pragma once

#include "tenancy/core/call_options.hpp"

namespace tenancy::inline v0::detail::postgres {

/// Waits between two tries of a transaction: longer each time, and never the same for two that
/// stand in each other's way.
void back_off(unsigned tries, CallOptions::Clock::time_point until);

}  // namespace tenancy::inline v0::detail::postgres
