#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "tenancy/core/tenant_context.hpp"
#include "tenancy/registry/authority.hpp"
#include "tenancy/storage/store.hpp"

namespace tenancy_bench {

/// A tenant asks for ids: those of another tenant's rows, those of nobody's, and its own.
///
/// Two sets of ids differ a little in what it takes to look for them, whoever has them. So there
/// are two stores with the same rows of the asking tenant: of two sets, in one store the other
/// tenant has the first and in the other the second. Both sets are then equally often another's
/// and nobody's, and only that is left to tell.
class AskingTenant {
 public:
  /// Makes both stores, in files whose names begin so, unless they are there.
  explicit AskingTenant(const std::filesystem::path& file);

  static constexpr std::size_t rows = 1000;
  /// A row, in one of the stores.
  static constexpr std::size_t variants = 2 * rows;

  /// Whose id, numbered below `variants`, is asked for.
  enum class Whose { other, nobody, own };

  // Each is a transaction of its own. They end the program when a row is found that must not be,
  // or is not found that must.
  void find(Whose whose, std::size_t variant) const;
  void exists(Whose whose, std::size_t variant) const;
  void update(Whose whose, std::size_t variant) const;
  void erase(Whose whose, std::size_t variant) const;

 private:
  /// One of the two, with the ids by whose they are there.
  struct Side {
    tenancy::Authority authority;
    tenancy::Store store;
    tenancy::TenantContext context;
    std::array<std::vector<std::string>, 3> ids;

    [[nodiscard]] const std::string& id(Whose whose, std::size_t variant) const {
      return ids[static_cast<std::size_t>(whose)][variant / 2];
    }
  };

  static Side make(const std::filesystem::path& file, std::size_t set_of_other,
                   std::size_t set_of_nobody);
  [[nodiscard]] const Side& side(std::size_t variant) const { return sides_[variant % 2]; }

  std::array<Side, 2> sides_;
};

}  // namespace tenancy_bench
