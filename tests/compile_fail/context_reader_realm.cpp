// A context's realm is compared and not taken out: a backend with another store's realm would give
// its own authority power there.
// EXPECT-GCC: 'realm' is not a member of 'tenancy::v0::detail::ContextReader'
// EXPECT-CLANG: no member named 'realm' in 'tenancy::detail::ContextReader'
#include "tenancy/storage/backend.hpp"

void use(const tenancy::TenantContext& given, const tenancy::backend::Realm& own) {
  static_cast<void>(tenancy::backend::ContextReader::is_of(given, own));
#ifdef MUST_NOT_COMPILE
  const auto stolen = tenancy::backend::ContextReader::realm(given);
#endif
}
