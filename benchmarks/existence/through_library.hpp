#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "tenancy/core/tenant_context.hpp"
#include "tenancy/storage/store.hpp"

#include "isolation/data_set.hpp"

namespace tenancy_bench {

/// One tenant of 100 asks for ids: those of another's rows, those of nobody's, and its own. All
/// are of one shape and spread alike among its own keys.
class AskingTenant {
 public:
  explicit AskingTenant(const std::filesystem::path& file);

  static constexpr std::size_t variants = DataSet::rows_per_tenant;

  /// Whose id, numbered below `variants`, is asked for.
  enum class Whose { other, nobody, own };

  // Each is a transaction of its own. They end the program when a row is found that must not be,
  // or is not found that must.
  void find(Whose whose, std::size_t number) const;
  void exists(Whose whose, std::size_t number) const;
  void update(Whose whose, std::size_t number) const;
  void erase(Whose whose, std::size_t number) const;

 private:
  [[nodiscard]] const std::string& id(Whose whose, std::size_t number) const {
    return ids_[static_cast<std::size_t>(whose)][number];
  }

  DataSet data_;
  tenancy::Store store_;
  tenancy::TenantContext context_;
  std::vector<std::vector<std::string>> ids_;
};

}  // namespace tenancy_bench
