#pragma once

#include <cstddef>
#include <filesystem>

#include "tenants/turns.hpp"

namespace tenancy_bench {

/// Tenants created by so many threads, each on disk when the call returns: by the registry, and by
/// the same INSERT on SQLite's C API with a connection for each thread.
Turns measure_creation(const std::filesystem::path& folder, std::size_t threads,
                       double seconds_each);

/// Requests that the cache answers, by two threads and by one.
Turns measure_two_threads(const std::filesystem::path& file, std::size_t size, double seconds_each);

}  // namespace tenancy_bench
