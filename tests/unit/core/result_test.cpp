#include "tenancy/core/result.hpp"

#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include <doctest/doctest.h>

#include "support/death.hpp"

using tenancy::errc;
using tenancy::Error;
using tenancy::Result;
using tenancy::success;
using tenancy_test::aborts_with;

namespace {

constexpr std::string_view no_value = "value() of a Result that holds an error";
constexpr std::string_view no_error = "error() of a Result that holds a value";

Result<int> half(int number) {
  if (number % 2 != 0) {
    return Error{errc::invalid_argument, "odd"};
  }
  return number / 2;
}

Result<std::string> quarter(int number) {
  BOOST_OUTCOME_TRY(const int once, half(number));
  BOOST_OUTCOME_TRY(const int twice, half(once));
  return std::to_string(twice);
}

Result<void> check(int number) {
  BOOST_OUTCOME_TRY(half(number));
  return success();
}

}  // namespace

// Nothing becomes a result by accident: neither a bare code nor nothing at all.
static_assert(!std::is_default_constructible_v<Result<int>>);
static_assert(!std::is_default_constructible_v<Result<void>>);
static_assert(!std::is_convertible_v<errc, Result<int>>);
static_assert(!std::is_convertible_v<errc, Result<void>>);
static_assert(!std::is_convertible_v<errc, Result<std::string>>);
static_assert(!std::is_convertible_v<tenancy::Condition, Result<std::string>>);
static_assert(std::is_convertible_v<Error, Result<int>>);
static_assert(std::is_convertible_v<Error, Result<void>>);
static_assert(std::is_convertible_v<Error, Result<bool>>);
static_assert(!std::is_convertible_v<Result<int>, int>, "no value without asking for it");
static_assert(!std::is_convertible_v<Result<int>, bool>, "only where a condition is asked for");
static_assert(std::is_nothrow_move_constructible_v<Result<std::string>>);

TEST_CASE("a result holds a value or an error") {
  const auto good = half(4);
  CHECK(good.has_value());
  CHECK_FALSE(good.has_error());
  CHECK(good.value() == 2);
  const auto bad = half(3);
  CHECK_FALSE(bad.has_value());
  CHECK(bad.has_error());
  CHECK(bad.error() == errc::invalid_argument);
  CHECK(static_cast<bool>(good));
  CHECK_FALSE(static_cast<bool>(bad));
}

TEST_CASE("TRY passes the same error on, and values of every kind") {
  CHECK(quarter(8).value() == "2");
  CHECK(quarter(6).error().message() == "odd");
  CHECK(quarter(5).error() == errc::invalid_argument);
  CHECK(check(2).has_value());
  CHECK(check(1).error() == errc::invalid_argument);
}

TEST_CASE("a value that can only be moved comes out whole") {
  Result<std::unique_ptr<int>> held{std::make_unique<int>(7)};
  const std::unique_ptr<int> taken = std::move(held).value();
  REQUIRE(taken != nullptr);
  CHECK(*taken == 7);
}

TEST_CASE("a false value is no failure") {
  const Result<bool> answer{false};
  CHECK(answer.has_value());
  CHECK_FALSE(answer.value());
}

TEST_CASE("the value of a failure stops the process, whichever way it is asked for") {
  const auto bad = half(3);
  CHECK(aborts_with(no_value, [&] { static_cast<void>(bad.value()); }));
  CHECK(aborts_with(no_value, [] { static_cast<void>(half(3).value()); }));
  CHECK(aborts_with(no_value, [&] { static_cast<void>(bad.assume_value()); }));
  CHECK(aborts_with(no_value, [] { check(1).value(); }));
  CHECK(aborts_with(no_value, [] { static_cast<void>(quarter(1).value().size()); }));
}

TEST_CASE("the error of a success stops the process, whichever way it is asked for") {
  const auto good = half(4);
  CHECK(aborts_with(no_error, [&] { static_cast<void>(good.error()); }));
  CHECK(aborts_with(no_error, [] { static_cast<void>(half(4).error()); }));
  CHECK(aborts_with(no_error, [&] { static_cast<void>(good.assume_error()); }));
  CHECK(aborts_with(no_error, [] { static_cast<void>(check(2).error()); }));
  CHECK(aborts_with(no_error, [&] { static_cast<void>(good.as_failure()); }));
}
