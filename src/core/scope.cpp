#include "tenancy/core/scope.hpp"

namespace tenancy::inline v0 {

std::string_view to_string(Scope scope) noexcept {
  switch (scope) {
    case Scope::read:
      return "read";
    case Scope::write:
      return "write";
    case Scope::admin:
      return "admin";
  }
  TENANCY_ASSERT(false, "a scope that does not exist");
}

Result<Scope> parse_scope(std::string_view text) {
  for (const Scope scope : {Scope::read, Scope::write, Scope::admin}) {
    if (text == to_string(scope)) {
      return scope;
    }
  }
  return Error{errc::invalid_argument, "a scope is 'read', 'write' or 'admin'"};
}

}  // namespace tenancy::inline v0
