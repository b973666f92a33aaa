#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

#include "tenancy/core/result.hpp"

namespace tenancy::inline v0::detail {

/// What a unit may do.
enum class UnitKind : std::uint8_t {
  any,
  own_statements,  ///< A few that read, or one that writes, of the library's own.
};

template <class T>
inline constexpr bool is_result = false;
template <class T>
inline constexpr bool is_result<Result<T>> = true;

/// Runs a unit that returns some `Result<T>` through a `run` that only knows whether to commit:
/// `run` gets a callable from its argument to "commit?" and returns the transaction's own outcome.
/// A unit that failed is told its own error; one that succeeded and could not be committed, that.
template <class Argument, class Run, class Unit>
auto run_unit(Run&& run, Unit&& unit) -> std::invoke_result_t<Unit&, Argument&> {
  using UnitResult = std::invoke_result_t<Unit&, Argument&>;
  static_assert(is_result<UnitResult>, "a transaction's unit returns a tenancy::Result");

  std::optional<UnitResult> result;
  const auto body = [&](Argument& argument) -> bool {
    result.emplace(std::invoke(unit, argument));
    return result->has_value();
  };
  Result<void> transaction = std::forward<Run>(run)(body);
  if (!transaction) {
    return std::move(transaction).error();
  }
  TENANCY_ASSERT(result.has_value(), "a transaction was reported done without running its unit");
  return *std::move(result);
}

}  // namespace tenancy::inline v0::detail
