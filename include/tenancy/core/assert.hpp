#pragma once

#include "tenancy/core/export.hpp"
#include "tenancy/core/source_location.hpp"

namespace tenancy::inline v0::detail {

/// Writes one line to standard error and aborts. Never returns, never throws, never allocates.
[[noreturn]] TENANCY_API void assertion_failed(const char* expression, const char* why,
                                               SourceLocation where) noexcept;

}  // namespace tenancy::inline v0::detail

/// Stops the process when an invariant of the library is broken, in release builds too: going on
/// with a broken invariant could mean going on with the wrong tenant. It is for the library's own
/// mistakes and for using an object after it was moved from; bad input is an `Error` instead.
#define TENANCY_ASSERT(expression, why)                                 \
  ((expression) ? static_cast<void>(0)                                  \
                : ::tenancy::detail::assertion_failed(#expression, why, \
                                                      ::tenancy::SourceLocation::current()))
