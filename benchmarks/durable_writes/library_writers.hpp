#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "tenancy/core/tenant_context.hpp"
#include "tenancy/core/tenant_id.hpp"
#include "tenancy/data/repository.hpp"
#include "tenancy/registry/authority.hpp"

#include "deployment.hpp"

namespace tenancy_bench {

/// Threads that write through the library's public interface, each for a tenant of its own.
///
/// Thread safety: each thread uses its own number; otherwise thread-safe.
class LibraryWriters {
 public:
  LibraryWriters(const tenancy::Authority& authority, std::span<const tenancy::TenantId> tenants);

  /// Writes one row in a call of its own, and tells how many rows that put on disk: one, or none
  /// when the store refused for want of time. Any other failure ends the program.
  [[nodiscard]] std::size_t insert(std::size_t thread, std::size_t number) const;
  /// The same in a unit of the caller's.
  [[nodiscard]] std::size_t insert_in_unit(std::size_t thread, std::size_t number) const;

 private:
  tenancy::Store store_;
  std::vector<tenancy::TenantContext> contexts_;
  std::vector<tenancy::Repository<Deployment>> repositories_;
};

}  // namespace tenancy_bench
