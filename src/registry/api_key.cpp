#include "tenancy/registry/api_key.hpp"

#include "tenancy/core/assert.hpp"

namespace tenancy::inline v0 {

std::string_view to_string(ApiKeyStatus status) noexcept {
  switch (status) {
    case ApiKeyStatus::active:
      return "active";
    case ApiKeyStatus::expired:
      return "expired";
    case ApiKeyStatus::revoked:
      return "revoked";
  }
  TENANCY_ASSERT(false, "a status of keys that does not exist");
}

Result<ApiKeyStatus> parse_api_key_status(std::string_view text) {
  for (const ApiKeyStatus status :
       {ApiKeyStatus::active, ApiKeyStatus::expired, ApiKeyStatus::revoked}) {
    if (text == to_string(status)) {
      return status;
    }
  }
  return Error{errc::invalid_argument, "not a status of keys"};
}

ApiKeyStatus ApiKey::status(Timestamp now) const noexcept {
  if (revoked_at) {
    return ApiKeyStatus::revoked;
  }
  return expires_at && *expires_at <= now ? ApiKeyStatus::expired : ApiKeyStatus::active;
}

}  // namespace tenancy::inline v0
