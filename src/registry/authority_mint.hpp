#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include "tenancy/registry/authority.hpp"

namespace tenancy::inline v0::detail {

/// Makes the authority of a store; only `open` does.
class AuthorityMint {
 public:
  /// For a host that knows that many steps of its own schema.
  static Authority mint(std::shared_ptr<StoreBackend> backend, std::size_t host_steps) noexcept {
    return Authority{std::move(backend), host_steps};
  }
};

}  // namespace tenancy::inline v0::detail
