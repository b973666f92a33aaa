#include "tenancy/core/crossing_reason.hpp"

#include "core/text.hpp"

namespace tenancy::inline v0 {

std::string_view to_string(CrossingPurpose purpose) noexcept {
  switch (purpose) {
    case CrossingPurpose::maintenance:
      return "maintenance";
    case CrossingPurpose::reporting:
      return "reporting";
    case CrossingPurpose::support:
      return "support";
    case CrossingPurpose::compliance:
      return "compliance";
  }
  TENANCY_ASSERT(false, "a purpose that does not exist");
}

Result<CrossingReason> CrossingReason::create(CrossingPurpose purpose, std::string explanation) {
  if (!detail::is_plain_line(explanation, min_length, max_length)) {
    return Error{errc::invalid_argument,
                 "a reason for crossing tenants is explained in 8 to 500 bytes of UTF-8 without "
                 "control characters"};
  }
  return CrossingReason{purpose, std::move(explanation)};
}

}  // namespace tenancy::inline v0
