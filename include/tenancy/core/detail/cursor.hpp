#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tenancy/core/export.hpp"
#include "tenancy/core/key_ring.hpp"
#include "tenancy/core/page.hpp"
#include "tenancy/core/tenant_id.hpp"

namespace tenancy::inline v0::detail {

/// A place in a list: one tenant's, or one of the platform's own.
struct CursorPlace {
  std::optional<TenantId> tenant;
  std::string_view table;
  Order order;
};

/// Seals a place and a key into an opaque text that is worth nothing in any other place.
TENANCY_API std::string seal_cursor(const KeyRing& keys, const CursorPlace& place,
                                    std::string_view key);

/// The key inside. Errors: `invalid_cursor`, the same for every reason.
TENANCY_API Result<std::string> open_cursor(const KeyRing& keys, const CursorPlace& place,
                                            std::string_view cursor);

}  // namespace tenancy::inline v0::detail
