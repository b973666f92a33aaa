// What derives from the reader does not inherit its friendship.
// EXPECT-GCC: TenantContext::state_' is private within this context
// EXPECT-CLANG: 'state_' is a private member of 'tenancy::TenantContext'
#include "tenancy/storage/backend.hpp"

struct Reader : tenancy::backend::ContextReader {
  static bool use(const tenancy::TenantContext& given) {
#ifdef MUST_NOT_COMPILE
    return given.state_ != nullptr;
#else
    return is_stale(given);
#endif
  }
};
