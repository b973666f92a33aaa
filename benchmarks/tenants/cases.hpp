#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "side_by_side.hpp"

namespace tenancy_bench {

/// Tenants whose answers fit into the cache with room to spare.
inline constexpr std::size_t working_set = 1'000;

/// A request as a whole, with a population of this size; the names end with it.
std::vector<Comparison> request_cases(const std::filesystem::path& file, std::size_t size);

/// What finding out for whom a request is costs by itself.
std::vector<Comparison> entrance_cases(const std::filesystem::path& file, std::size_t size);

/// A request that the cache answers, against one that is believed whose it is.
std::vector<Comparison> bare_read_case(const std::filesystem::path& file, std::size_t size);

}  // namespace tenancy_bench
