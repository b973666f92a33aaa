#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tenancy/core/tenant_context.hpp"
#include "tenancy/registry/authority.hpp"

#include "deployment.hpp"

namespace tenancy_bench {

/// 100 tenants with 1,000 rows each and one with 10,000 in one SQLite file, which all sides open.
/// Rows and keys are the same from run to run; tenants' ids are random, as always.
class DataSet {
 public:
  static constexpr std::size_t tenant_count = 100;
  static constexpr std::size_t rows_per_tenant = 1000;
  static constexpr std::size_t large = tenant_count;  ///< The number of the large tenant.
  static constexpr std::size_t rows_of_large_tenant = 10'000;

  /// Opens the file, and fills it first when it is new.
  explicit DataSet(std::filesystem::path file);

  [[nodiscard]] const std::filesystem::path& file() const noexcept { return file_; }
  [[nodiscard]] tenancy::Store store() const { return authority_.store(); }
  [[nodiscard]] const std::vector<tenancy::TenantContext>& tenants() const noexcept {
    return tenants_;
  }

  [[nodiscard]] const tenancy::TenantContext& large_tenant() const noexcept {
    return *large_tenant_;
  }

  /// Rows from `rows_per_tenant` on are not in the file and free to be inserted.
  [[nodiscard]] static Deployment row(std::size_t tenant, std::size_t number);

 private:
  void fill() const;
  void fill(const tenancy::TenantContext& context, std::size_t tenant, std::size_t rows) const;

  std::filesystem::path file_;
  tenancy::Authority authority_;
  std::vector<tenancy::TenantContext> tenants_;
  std::optional<tenancy::TenantContext> large_tenant_;
};

}  // namespace tenancy_bench
