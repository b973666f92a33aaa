// Comparing an id with a number would let any other id in the program pass for a tenant.
// EXPECT-GCC: no match for 'operator==' \(operand types are 'tenancy::v0::TenantId' and 'int64_t'
// EXPECT-CLANG: invalid operands to binary expression \('tenancy::TenantId' and 'std::int64_t'
#include "tenancy/core/tenant_id.hpp"

bool use(tenancy::TenantId id, std::int64_t number) {
#ifdef MUST_NOT_COMPILE
  if (id == number) {
    return true;
  }
#endif
  return id.value() == number;
}
