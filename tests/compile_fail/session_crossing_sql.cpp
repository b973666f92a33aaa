// A tenant's session takes no text over all tenants.
// EXPECT-GCC: no matching function for call to 'tenancy::v0::detail::Session::prepare\(const tenancy::v0::detail::CrossingSql&\)'
// EXPECT-CLANG: no matching member function for call to 'prepare'
#include "tenancy/storage/store.hpp"

void use(tenancy::detail::Session& session, tenancy::detail::CrossingSession& all,
         const tenancy::detail::CrossingSql& sql) {
  static_cast<void>(all.prepare(sql));
#ifdef MUST_NOT_COMPILE
  static_cast<void>(session.prepare(sql));
#else
  static_cast<void>(session);
#endif
}
