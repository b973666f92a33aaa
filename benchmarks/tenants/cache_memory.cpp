#include "tenants/cache_memory.hpp"

#include <algorithm>

#include <malloc.h>

#include "tenants/library_side.hpp"

namespace tenancy_bench {
namespace {

/// In use by the program, with what the allocator adds to each piece.
std::size_t heap_in_use() {
  const auto info = ::mallinfo2();
  return info.uordblks + info.hblkhd;
}

/// By how much a store's heap grows when each request has been authenticated once.
std::size_t growth(const std::filesystem::path& file, std::size_t cache_bytes, Requests& requests) {
  const LibrarySide side{file, cache_bytes};
  const std::size_t before = heap_in_use();
  side.authenticate(requests, requests.size());
  return heap_in_use() - before;
}

}  // namespace

CacheMemory measure_cache_memory(const std::filesystem::path& file, std::size_t size) {
  constexpr std::size_t most_tenants = 200'000;
  // Of each tenant less than is kept of one, so that the cache is full and old answers give way.
  constexpr std::size_t bytes_per_tenant = 128;
  const std::size_t tenants = std::min(size, most_tenants);
  const std::size_t budget = std::min(default_cache_bytes(), tenants * bytes_per_tenant);
  auto requests = Requests::each_once(tenants, size);
  const std::size_t without = growth(file, 0, requests);
  return {budget, growth(file, budget, requests) - without};
}

}  // namespace tenancy_bench
