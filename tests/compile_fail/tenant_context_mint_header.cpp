// The header of the mint is none of the public ones.
// EXPECT-GCC: core/context_mint\.hpp: No such file or directory
// EXPECT-CLANG: 'core/context_mint\.hpp' file not found
#include "tenancy/core/tenant_context.hpp"

#ifdef MUST_NOT_COMPILE
#include "core/context_mint.hpp"
#endif

void use(const tenancy::TenantContext& given) { const tenancy::TenantContext copy{given}; }
