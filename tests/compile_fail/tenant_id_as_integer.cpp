// An id does not turn into a number by itself, which could be added or taken for a row's key.
// EXPECT-GCC: cannot convert 'tenancy::v0::TenantId' to 'int64_t'
// EXPECT-CLANG: no viable conversion from 'tenancy::TenantId' to 'const std::int64_t'
#include "tenancy/core/tenant_id.hpp"

std::int64_t use(tenancy::TenantId id) {
#ifdef MUST_NOT_COMPILE
  const std::int64_t number = id;
#endif
  return id.value();
}
