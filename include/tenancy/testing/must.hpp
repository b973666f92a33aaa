#pragma once

#include <type_traits>
#include <utility>

#include "tenancy/core/error.hpp"
#include "tenancy/core/export.hpp"
#include "tenancy/core/result.hpp"
#include "tenancy/core/source_location.hpp"

namespace tenancy::inline v0 {

namespace testing::detail {

/// Writes the error and the place to standard error and aborts.
[[noreturn]] TENANCY_API void fail(const Error& error, SourceLocation where) noexcept;

}  // namespace testing::detail

namespace testing {

/// The value of a result that a test cannot go on without. Otherwise the error and the place go to
/// standard error and the process aborts, which every test framework reports as a failure; for a
/// failure that is itself what is tested, look at the result.
template <class T>
T must(Result<T> result, SourceLocation where = SourceLocation::current()) {
  if (!result) {
    detail::fail(result.error(), where);
  }
  if constexpr (!std::is_void_v<T>) {
    return std::move(result).value();
  }
}

}  // namespace testing
}  // namespace tenancy::inline v0
