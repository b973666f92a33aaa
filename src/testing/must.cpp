#include "tenancy/testing/must.hpp"

#include <cstdio>
#include <cstdlib>

namespace tenancy::inline v0::testing::detail {

void fail(const Error& error, SourceLocation where) noexcept {
  std::fprintf(stderr, "tenancy: a test cannot go on: %s (at %s:%u)\n", error.to_string().c_str(),
               where.file(), static_cast<unsigned>(where.line()));
  std::fflush(stderr);
  std::abort();
}

}  // namespace tenancy::inline v0::testing::detail
