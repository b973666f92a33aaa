#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "tenancy/core/call_options.hpp"
#include "tenancy/migrate/migration.hpp"
#include "tenancy/registry/open.hpp"

#include "ctl/failure.hpp"
#include "ctl/interruption.hpp"
#include "ctl/options.hpp"

namespace tenantctl {

/// How this program opens stores, with the steps that the command line names and without keys. The
/// library waits for as long as the command has time. Errors: usage, when no store is named.
Outcome<tenancy::OpenOptions> open_options(const Options& options,
                                           std::optional<std::chrono::milliseconds> time,
                                           const tenancy::CallOptions& call);

/// Whose keys a file of them holds. It is made where it is missing for a new store alone.
enum class Keys : std::uint8_t { of_the_store, of_a_new_store };

/// The keys that the command line names, if it does.
/// Errors: `key_ring_unavailable`, `invalid_key_ring`.
Outcome<std::optional<tenancy::KeyRing>> load_keys(const Options& options, Keys which);

/// The store's URL, with the password that a file holds, if one is named: it is shown to nobody.
/// Errors: usage; those of `read_password`.
Outcome<std::string> load_store_url(const Options& options, const Interruption& interruption);

/// Errors: usage, when no store is named; `cannot_open`, when there is none of that name.
Outcome<void> check_there(const Options& options);

/// Opens the store at that URL of it, without making or migrating anything.
Outcome<tenancy::Authority> open_as_it_is(const Options& options, const std::string& url,
                                          std::optional<std::chrono::milliseconds> time,
                                          const tenancy::CallOptions& call);

}  // namespace tenantctl
