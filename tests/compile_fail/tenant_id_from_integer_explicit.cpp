// Nor does asking for it explicitly skip the check.
// EXPECT-GCC: 'constexpr tenancy::v0::TenantId::TenantId\([^)]*\)' is private within this context
// EXPECT-CLANG: calling a private constructor of class 'tenancy::TenantId'
#include "tenancy/core/tenant_id.hpp"

void use(std::int64_t number) {
  const auto checked = tenancy::TenantId::from_value(number);
#ifdef MUST_NOT_COMPILE
  const auto forged = static_cast<tenancy::TenantId>(number);
#endif
}
