#pragma once

#include <type_traits>
#include <utility>

#include <doctest/doctest.h>

#include "tenancy/core/result.hpp"

namespace tenancy_test {

/// The value of a result that must be there; the error is printed and stops the test otherwise.
template <class T>
T must(tenancy::Result<T> result) {
  if (!result) {
    FAIL(result.error().to_string());
  }
  if constexpr (!std::is_void_v<T>) {
    return std::move(result).value();
  }
}

/// The error of a result that must fail.
template <class T>
tenancy::errc code_of(const tenancy::Result<T>& result) {
  REQUIRE_MESSAGE(!result, "expected a failure");
  return result.error().code();
}

}  // namespace tenancy_test
