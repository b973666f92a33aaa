#pragma once

#include <memory>
#include <utility>

#include "tenancy/registry/authority.hpp"

namespace tenancy::inline v0::detail {

/// Makes the authority of a store; only `open` does.
class AuthorityMint {
 public:
  static Authority mint(std::shared_ptr<RegistryCore> core) noexcept {
    return Authority{std::move(core)};
  }
};

}  // namespace tenancy::inline v0::detail
