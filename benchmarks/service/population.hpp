#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace tenancy_bench {

/// A tenant as its clients know it.
struct Customer {
  std::string tenant;  ///< Its id, as the service shows it.
  std::string key;
  std::vector<std::string> deployments;  ///< The ids of its deployments.
};

inline constexpr std::size_t customer_count = 100;
inline constexpr std::size_t deployments_per_customer = 1000;
inline constexpr std::size_t workflows_per_customer = 500;

/// Makes a store of the service's in a file that does not exist yet, and fills it through the
/// library.
std::vector<Customer> make_service_store(const std::filesystem::path& file);

/// Makes the peer's file out of the service's: the same rows in tables with the same columns, keys
/// and indexes, for tenants numbered from 1 on, whose keys are kept as SHA-256.
void make_peer_store(const std::filesystem::path& file, const std::filesystem::path& service_store,
                     const std::vector<Customer>& customers);

/// How many deployments a file holds, in a store of either kind that nobody has open.
std::size_t count_deployments(const std::filesystem::path& file);

}  // namespace tenancy_bench
