// A derived class does not inherit the power to make a context out of nothing.
// EXPECT-GCC: 'tenancy::v0::TenantContext::TenantContext\([^)]*\)' is private within this context
// EXPECT-CLANG: calling a private constructor of class 'tenancy::TenantContext'
#include "tenancy/core/tenant_context.hpp"

class Forged : public tenancy::TenantContext {
 public:
  explicit Forged(const tenancy::TenantContext& given) : tenancy::TenantContext{given} {}
#ifdef MUST_NOT_COMPILE
  Forged() : tenancy::TenantContext{nullptr, tenancy::Scope::admin} {}
#endif
};
