#include "tenancy/core/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace tenancy::inline v0::detail {

void assertion_failed(const char* expression, const char* why, SourceLocation where) noexcept {
  std::fprintf(stderr, "tenancy: broken invariant: %s (%s) at %s:%u in %s\n", why, expression,
               where.file(), static_cast<unsigned>(where.line()), where.function());
  std::fflush(stderr);
  std::abort();
}

}  // namespace tenancy::inline v0::detail
