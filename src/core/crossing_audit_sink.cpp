#include "tenancy/core/crossing_audit_sink.hpp"

#include "tenancy/core/assert.hpp"

namespace tenancy::inline v0 {

std::string_view to_string(CrossingUse use) noexcept {
  switch (use) {
    case CrossingUse::permission:
      return "permission";
    case CrossingUse::iteration:
      return "iteration";
    case CrossingUse::listing:
      return "listing";
    case CrossingUse::scan:
      return "scan";
    case CrossingUse::count:
      return "count";
    case CrossingUse::maintenance:
      return "maintenance";
  }
  TENANCY_ASSERT(false, "a use that does not exist");
}

}  // namespace tenancy::inline v0
