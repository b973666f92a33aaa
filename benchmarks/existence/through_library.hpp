#pragma once

#include <array>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "tenancy/core/tenant_context.hpp"
#include "tenancy/registry/authority.hpp"
#include "tenancy/storage/store.hpp"

#include "deployment.hpp"

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
  AskingTenant(const AskingTenant&) = delete;
  AskingTenant& operator=(const AskingTenant&) = delete;
  ~AskingTenant() = default;

  static constexpr std::size_t rows = 1000;
  /// A row, in one of the stores.
  static constexpr std::size_t variants = 2 * rows;

  /// Whose id, numbered below `variants`, is asked for. The last two are sets of nobody's that
  /// change places like the first two: what differs between them is what the measurement makes up.
  enum class Whose { other, nobody, own, control, other_control };

  /// What the calls below ask for. The id is copied to one place, whosever it is.
  void choose(Whose whose, std::size_t variant);

  // Each is a transaction of its own, and ends the program on an error. Whether there was a row.
  [[nodiscard]] bool find() const;
  [[nodiscard]] bool exists() const;
  [[nodiscard]] bool update() const;
  [[nodiscard]] bool erase() const;

 private:
  /// One of the two, with the ids by whose they are there.
  struct Side {
    tenancy::Authority authority;
    tenancy::Store store;
    tenancy::TenantContext context;
    std::array<std::vector<std::string>, 5> ids;
  };

  /// With the sets of ids, in the order of `Whose`.
  static Side make(const std::filesystem::path& file, const std::array<std::size_t, 5>& sets);

  std::array<Side, 2> sides_;
  const Side* side_ = nullptr;
  Deployment row_;  ///< Whose id is asked for.
};

}  // namespace tenancy_bench
