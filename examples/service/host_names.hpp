#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tenancy/core/slug.hpp"

#include "service/http/problem.hpp"

namespace tenantd {

/// What a host's name says of the tenant: that of `acme.api.example` below `api.example` is called
/// `acme`.
class HostNames {
 public:
  /// Without a domain no host names a tenant.
  explicit HostNames(std::string_view base_domain);

  /// Whom a host names.
  struct Named {
    bool names_tenant = false;
    std::optional<tenancy::Slug> slug = {};  ///< Empty when no tenant can be called so.
  };

  /// Reads a `Host`, with its port if it has one. The domain itself, `www` and `api` below it,
  /// addresses, `localhost` and no host at all name no tenant.
  /// Errors: 421 for any other host; 400 for what is no host.
  [[nodiscard]] Reply<Named> read(std::string_view host) const;

 private:
  std::string base_domain_;
};

}  // namespace tenantd
