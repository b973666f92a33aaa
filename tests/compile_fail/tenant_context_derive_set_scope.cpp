// A derived class sees none of the members, so it cannot raise its scope.
// EXPECT-GCC: 'tenancy::v0::Scope tenancy::v0::TenantContext::scope_' is private within this context
// EXPECT-CLANG: 'scope_' is a private member of 'tenancy::TenantContext'
#include "tenancy/core/tenant_context.hpp"

class Raised : public tenancy::TenantContext {
 public:
  explicit Raised(const tenancy::TenantContext& given) : tenancy::TenantContext{given} {
#ifdef MUST_NOT_COMPILE
    scope_ = tenancy::Scope::admin;
#endif
  }
};
