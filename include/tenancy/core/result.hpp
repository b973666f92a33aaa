#pragma once

#include <utility>

#include <boost/outcome/basic_result.hpp>
#include <boost/outcome/try.hpp>

#include "tenancy/core/assert.hpp"
#include "tenancy/core/error.hpp"

namespace tenancy::inline v0 {

namespace detail {

/// Reading the value of a failed result, or the error of a good one, stops the process.
struct AbortingAccess : boost::outcome_v2::policy::base {
  template <class Self>
  static constexpr void wide_value_check(Self&& self) noexcept {
    TENANCY_ASSERT(_has_value(std::forward<Self>(self)), "value() of a Result that holds an error");
  }
  template <class Self>
  static constexpr void wide_error_check(Self&& self) noexcept {
    TENANCY_ASSERT(_has_error(std::forward<Self>(self)), "error() of a Result that holds a value");
  }
  template <class Self>
  static constexpr void wide_exception_check(Self&& /*self*/) noexcept {}
  template <class Self>
  static constexpr void narrow_value_check(Self&& self) noexcept {
    wide_value_check(std::forward<Self>(self));
  }
  template <class Self>
  static constexpr void narrow_error_check(Self&& self) noexcept {
    wide_error_check(std::forward<Self>(self));
  }
  template <class Self>
  static constexpr void narrow_exception_check(Self&& /*self*/) noexcept {}
};

}  // namespace detail

/// A value or an `Error`. Every fallible function of the library returns one; `BOOST_OUTCOME_TRY`
/// passes failures on. Taking the value of a failure stops the process rather than going on with
/// nothing in hand.
template <class T>
using Result = boost::outcome_v2::basic_result<T, Error, detail::AbortingAccess>;

/// `return success();` from a function that returns `Result<void>`.
using boost::outcome_v2::success;

}  // namespace tenancy::inline v0
