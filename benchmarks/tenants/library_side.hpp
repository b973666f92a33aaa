#pragma once

#include <cstddef>
#include <filesystem>

#include "tenancy/registry/authority.hpp"
#include "tenancy/registry/registry_options.hpp"

#include "tenants/requests.hpp"

namespace tenancy_bench {

inline std::size_t default_cache_bytes() { return tenancy::RegistryOptions{}.cache_bytes; }

/// Opens a store, and creates it when there is none.
tenancy::Authority open_store(const std::filesystem::path& file, std::size_t cache_bytes);
tenancy::Principal benchmark_principal();

/// The cases through the library's public interface.
class LibrarySide {
 public:
  LibrarySide(const std::filesystem::path& file, std::size_t cache_bytes);

  void authenticate(Requests& requests, std::size_t times) const;
  void authenticate_and_read(Requests& requests, std::size_t times) const;
  void enter(Requests& requests, std::size_t times) const;
  void enter_and_read(Requests& requests, std::size_t times) const;

 private:
  void read(const tenancy::TenantContext& context, const Request& request) const;

  tenancy::Authority authority_;
  tenancy::Authenticator authenticator_;
  tenancy::Store store_;
  tenancy::Principal principal_;
};

}  // namespace tenancy_bench
