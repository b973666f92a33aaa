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
  own_statement,   ///< One of the library's own. One that writes and changed nothing may be
                   ///< followed by others that read, in another view.
  own_statements,  ///< A few of the library's own that read, or one that writes and others that
                   ///< read what it did.
};

template <class T>
inline constexpr bool is_result = false;
template <class T>
inline constexpr bool is_result<Result<T>> = true;

/// Whether a value of the type is of no use once the unit it came from has ended: a transaction,
/// what borrows one and says so by a member type `BorrowsTransaction`, a pointer or reference to
/// such, and whatever holds one: an optional, a future, a vector.
template <class T>
inline constexpr bool borrows_transaction = requires { typename T::BorrowsTransaction; };
template <class T>
inline constexpr bool borrows_transaction<const T> = borrows_transaction<T>;
template <class T>
inline constexpr bool borrows_transaction<T&> = borrows_transaction<T>;
template <class T>
inline constexpr bool borrows_transaction<T*> = borrows_transaction<T>;
template <template <class...> class Holder, class... Held>
  requires(!requires { typename Holder<Held...>::BorrowsTransaction; })
inline constexpr bool borrows_transaction<Holder<Held...>> = (borrows_transaction<Held> || ...);

/// Stops the compilation for a unit whose outcome cannot be used.
template <class UnitResult>
consteval void check_unit_result() {
  static_assert(is_result<UnitResult>, "a transaction's unit returns a tenancy::Result");
  static_assert(!borrows_transaction<UnitResult>,
                "a transaction, and what is made from it, ends with its unit: return values");
}

/// Runs a unit that returns some `Result<T>` through a `run` that only knows whether to commit:
/// `run` gets a callable from its argument to "commit?" and returns the transaction's own outcome.
/// A unit that failed is told its own error; one that succeeded and could not be committed, that.
template <class Argument, class Run, class Unit>
auto run_unit(Run&& run, Unit&& unit) -> std::invoke_result_t<Unit&, Argument&> {
  using UnitResult = std::invoke_result_t<Unit&, Argument&>;
  check_unit_result<UnitResult>();

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
