#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "tenancy/core/call_options.hpp"
#include "tenancy/migrate/migration.hpp"
#include "tenancy/registry/open.hpp"

#include "ctl/failure.hpp"
#include "ctl/options.hpp"

namespace tenantctl {

/// How this program opens stores, with the steps that the command line names and without keys. The
/// library waits for as long as the command has time. Errors: usage, when no store is named.
Outcome<tenancy::OpenOptions> open_options(const Options& options,
                                           std::optional<std::chrono::milliseconds> time,
                                           const tenancy::CallOptions& call);

/// The keys that the command line names, if it does. A file of them is made only where there is no
/// store yet. Errors: `key_ring_unavailable`, `invalid_key_ring`.
Outcome<std::optional<tenancy::KeyRing>> load_keys(const Options& options);

/// Errors: usage, when no store is named; `cannot_open`, when there is none of that name.
Outcome<void> check_there(const Options& options);

/// Opens the store without making or migrating anything.
Outcome<tenancy::Authority> open_as_it_is(const Options& options,
                                          std::optional<std::chrono::milliseconds> time,
                                          const tenancy::CallOptions& call);

}  // namespace tenantctl
