#pragma once

#include <cstddef>
#include <filesystem>

namespace tenancy_bench {

struct CacheMemory {
  std::size_t budget;  ///< What the cache was allowed, in bytes.
  std::size_t heap;    ///< What it took of the heap when more had been asked for than it holds.
};

/// Compares the heap after many keys were authenticated with that of a store without a cache.
CacheMemory measure_cache_memory(const std::filesystem::path& file, std::size_t size);

}  // namespace tenancy_bench
