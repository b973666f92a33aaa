// Bytes are no context: std::bit_cast needs a type that may be copied as bytes.
// EXPECT-GCC: no matching function for call to 'bit_cast<tenancy::v0::TenantContext>
// EXPECT-CLANG: because '__is_trivially_copyable\(tenancy::TenantContext\)' evaluated to false
#include <array>
#include <bit>
#include <cstddef>

#include "tenancy/core/tenant_context.hpp"

using Bytes = std::array<std::byte, sizeof(tenancy::TenantContext)>;

std::array<std::byte, sizeof(tenancy::TenantId)> use(tenancy::TenantId id) {
#ifdef MUST_NOT_COMPILE
  const auto forged = std::bit_cast<tenancy::TenantContext>(Bytes{});
#endif
  return std::bit_cast<std::array<std::byte, sizeof id>>(id);
}
