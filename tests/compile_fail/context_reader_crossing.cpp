// A backend records no use of the permission to cross tenants and reaches no sink: the library
// does, before it calls.
// EXPECT-GCC: CrossTenantContext::state\(\) const' is private within this context
// EXPECT-CLANG: 'state' is a private member of 'tenancy::CrossTenantContext'
#include "tenancy/storage/backend.hpp"

void use(const tenancy::CrossTenantContext& given, const tenancy::backend::Realm& own) {
  static_cast<void>(tenancy::backend::ContextReader::is_of(given, own));
#ifdef MUST_NOT_COMPILE
  const auto& sink = given.state().sink;
#endif
}
