// Text becomes an id by parsing, which can fail.
// EXPECT-GCC: no matching function for call to 'tenancy::v0::TenantId::TenantId\(<brace-enclosed initializer list>\)'
// EXPECT-CLANG: no matching constructor for initialization of 'const tenancy::TenantId'
#include "tenancy/core/tenant_id.hpp"

void use(const std::string& text) {
  const auto parsed = tenancy::TenantId::parse(text);
#ifdef MUST_NOT_COMPILE
  const tenancy::TenantId forged{text};
#endif
}
