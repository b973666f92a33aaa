// Inherited constructors keep their access: `using` opens none of them.
// EXPECT-GCC: 'tenancy::v0::TenantContext::TenantContext\([^)]*\)' is private within this context
// EXPECT-CLANG: calling a private constructor of class 'tenancy::TenantContext'
#include "tenancy/core/tenant_context.hpp"

class Forged : public tenancy::TenantContext {
 public:
  using tenancy::TenantContext::TenantContext;
  explicit Forged(const tenancy::TenantContext& given) : tenancy::TenantContext{given} {}
};

void use(const tenancy::TenantContext& given) {
  const Forged copy{given};
#ifdef MUST_NOT_COMPILE
  const Forged forged{nullptr, tenancy::Scope::admin};
#endif
}
