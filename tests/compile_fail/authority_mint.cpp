// Only opening a store mints an authority; the mint has no body outside of the library.
// EXPECT-GCC: incomplete type 'tenancy::v0::detail::AuthorityMint' used in nested name specifier
// EXPECT-CLANG: incomplete type 'tenancy::detail::AuthorityMint' named in nested name specifier
#include <memory>

#include "tenancy/registry/authority.hpp"

void use(std::shared_ptr<tenancy::detail::StoreBackend> backend) {
  const tenancy::detail::AuthorityMint* mint = nullptr;
#ifdef MUST_NOT_COMPILE
  const auto forged = tenancy::detail::AuthorityMint::mint(backend);
#endif
}
