// A registry administers tenants and opens none of their rows.
// EXPECT-GCC: \(type 'const tenancy::v0::TenantRegistry'\) to type 'const tenancy::v0::TenantContext&'
// EXPECT-CLANG: no known conversion from 'const tenancy::TenantRegistry' to 'const tenancy::TenantContext'
#include "tenancy/registry/tenant_registry.hpp"
#include "tenancy/storage/store.hpp"

void use(const tenancy::TenantRegistry& registry, const tenancy::Store& store,
         const tenancy::TenantContext& context) {
  const auto unit = [](tenancy::ReadTransaction&) -> tenancy::Result<void> {
    return tenancy::success();
  };
  static_cast<void>(store.read(context, unit));
#ifdef MUST_NOT_COMPILE
  static_cast<void>(store.read(registry, unit));
#endif
}
