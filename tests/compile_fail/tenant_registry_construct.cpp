// Holding a registry is the permission to administer all tenants, so nobody makes one.
// EXPECT-GCC: 'tenancy::v0::TenantRegistry::TenantRegistry\([^)]*\)' is private within this context
// EXPECT-CLANG: calling a private constructor of class 'tenancy::TenantRegistry'
#include "tenancy/registry/tenant_registry.hpp"

void use(const tenancy::TenantRegistry& given, const tenancy::Principal& who) {
  const tenancy::TenantRegistry copy{given};
#ifdef MUST_NOT_COMPILE
  const tenancy::TenantRegistry forged{nullptr, who};
#endif
}
