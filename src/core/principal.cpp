#include "tenancy/core/principal.hpp"

#include <ostream>

#include "core/text.hpp"

namespace tenancy::inline v0 {

std::string_view to_string(PrincipalKind kind) noexcept {
  switch (kind) {
    case PrincipalKind::system:
      return "system";
    case PrincipalKind::administrator:
      return "administrator";
    case PrincipalKind::service:
      return "service";
    case PrincipalKind::api_key:
      return "api_key";
    case PrincipalKind::user:
      return "user";
  }
  TENANCY_ASSERT(false, "a kind of principal that does not exist");
}

Principal Principal::host() { return Principal{PrincipalKind::system, "host"}; }

Result<Principal> Principal::create(PrincipalKind kind, std::string id) {
  if (!detail::is_plain_line(id, 1, max_id_length)) {
    return Error{errc::invalid_argument,
                 "a principal's id is 1 to 200 bytes of UTF-8 without control characters"};
  }
  return Principal{kind, std::move(id)};
}

std::string Principal::to_string() const {
  std::string text{tenancy::to_string(kind_)};
  text += ':';
  text += id_;
  return text;
}

std::ostream& operator<<(std::ostream& out, const Principal& principal) {
  return out << principal.to_string();
}

}  // namespace tenancy::inline v0
