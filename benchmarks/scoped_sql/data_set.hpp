#pragma once

#include <cstddef>
#include <filesystem>
#include <vector>

#include "tenancy/core/tenant_context.hpp"
#include "tenancy/registry/authority.hpp"

namespace tenancy_bench {

/// 100 tenants with 1,000 deployments, 200 workflows and 1,000 executions each in one SQLite file,
/// which both sides open. Rows are the same from run to run.
class ScopedDataSet {
 public:
  static constexpr std::size_t tenant_count = 100;
  static constexpr std::size_t deployments = 1000;
  static constexpr std::size_t workflows = 200;
  static constexpr std::size_t executions = 1000;

  /// Opens the file, and fills it first when it is new.
  explicit ScopedDataSet(std::filesystem::path file);

  [[nodiscard]] const std::filesystem::path& file() const noexcept { return file_; }
  [[nodiscard]] tenancy::Store store() const { return authority_.store(); }
  [[nodiscard]] const std::vector<tenancy::TenantContext>& tenants() const noexcept {
    return tenants_;
  }

 private:
  void fill() const;

  std::filesystem::path file_;
  tenancy::Authority authority_;
  std::vector<tenancy::TenantContext> tenants_;
};

}  // namespace tenancy_bench
