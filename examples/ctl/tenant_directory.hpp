#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "tenancy/core/page.hpp"
#include "tenancy/registry/tenant_registry.hpp"

#include "ctl/failure.hpp"
#include "ctl/tenant_record.hpp"

namespace tenantctl {

/// The tenants as an administrator has them, in a store or behind a server: commands are written
/// for both.
///
/// Errors: those of `tenancy::TenantRegistry` under their codes, wherever they come from, and usage
/// for what only a store can do.
class TenantDirectory {
 public:
  TenantDirectory() = default;
  TenantDirectory(const TenantDirectory&) = delete;
  TenantDirectory& operator=(const TenantDirectory&) = delete;
  virtual ~TenantDirectory() = default;

  /// The tenant of that id, slug or identifier, which differ in their characters.
  virtual Outcome<TenantRecord> find(std::string_view reference) = 0;
  /// The same with its identifiers.
  virtual Outcome<TenantRecord> show(std::string_view reference) = 0;
  virtual Outcome<tenancy::Page<TenantRecord>> list(const tenancy::PageRequest& request,
                                                    const tenancy::TenantFilter& filter,
                                                    const tenancy::TenantSort& sort) = 0;
  /// With its identifiers.
  virtual Outcome<TenantRecord> create(const tenancy::NewTenant& tenant) = 0;
  virtual Outcome<TenantRecord> update(tenancy::TenantId id, const tenancy::TenantChange& change,
                                       std::optional<std::int64_t> version) = 0;
  /// To any status but `provisioning`.
  virtual Outcome<TenantRecord> change_status(tenancy::TenantId id, tenancy::TenantStatus to,
                                              std::optional<std::int64_t> version) = 0;
};

}  // namespace tenantctl
