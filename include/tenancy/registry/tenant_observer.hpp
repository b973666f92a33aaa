#pragma once

#include "tenancy/core/export.hpp"
#include "tenancy/core/principal.hpp"
#include "tenancy/registry/api_key.hpp"
#include "tenancy/registry/tenant.hpp"
#include "tenancy/registry/tenant_identifier.hpp"

namespace tenancy::inline v0 {

struct TenantCreated {
  const Tenant& tenant;
  const Principal& by;
};

/// Something of it changed other than its status.
struct TenantUpdated {
  const Tenant& before;
  const Tenant& after;
  const Principal& by;
};

struct TenantStatusChanged {
  const Tenant& before;
  const Tenant& after;
  const Principal& by;
};

enum class IdentifierChange : std::uint8_t { added, removed };

struct TenantIdentifierChanged {
  const Tenant& tenant;  ///< After the change.
  const TenantIdentifier& identifier;
  IdentifierChange change;
  const Principal& by;
};

enum class ApiKeyChange : std::uint8_t { issued, expiry_changed, revoked };

struct ApiKeyChanged {
  const ApiKey& key;  ///< After the change; its text is in nothing that is told.
  ApiKeyChange change;
  const Principal& by;
};

/// Told of every change that this process made to tenants and their keys, after it was committed.
/// Every function does nothing by default.
///
/// What is told is committed; not all that is committed is told: a process may die in between, a
/// commit may have an unknown outcome, and other processes tell their own observers.
/// Thread safety: called on the thread that made the change before its call returns, several at
/// once, and in no order between threads: compare `Tenant::version`. It may use the registry.
/// Ownership: the arguments are valid during the call. Exceptions must not leave it.
class TENANCY_API TenantObserver {
 public:
  TenantObserver() = default;
  TenantObserver(const TenantObserver&) = delete;
  TenantObserver& operator=(const TenantObserver&) = delete;
  virtual ~TenantObserver() = default;

  virtual void on_created(const TenantCreated& event) noexcept;
  virtual void on_updated(const TenantUpdated& event) noexcept;
  virtual void on_status_changed(const TenantStatusChanged& event) noexcept;
  virtual void on_identifier_changed(const TenantIdentifierChanged& event) noexcept;
  virtual void on_api_key_changed(const ApiKeyChanged& event) noexcept;
};

}  // namespace tenancy::inline v0
