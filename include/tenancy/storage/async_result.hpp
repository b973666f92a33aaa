#pragma once

#include <exception>
#include <utility>
#include <variant>

#include "tenancy/core/result.hpp"

namespace tenancy::inline v0 {

/// What an asynchronous write came to: its unit's result, the transaction's error, or the exception
/// that left the unit.
///
/// Thread safety: thread-compatible.
template <class T>
class AsyncResult {
 public:
  explicit AsyncResult(Result<T> result) : state_{std::move(result)} {}
  explicit AsyncResult(std::exception_ptr exception) noexcept : state_{std::move(exception)} {}

  /// The result, as `Store::write` would have returned it; throws what left the unit.
  [[nodiscard]] Result<T> get() && {
    if (auto* const exception = std::get_if<std::exception_ptr>(&state_)) {
      std::rethrow_exception(std::move(*exception));
    }
    return std::get<Result<T>>(std::move(state_));
  }

 private:
  std::variant<Result<T>, std::exception_ptr> state_;
};

}  // namespace tenancy::inline v0
