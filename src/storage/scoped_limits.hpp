#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "tenancy/core/export.hpp"
#include "tenancy/storage/detail/scoped_query.hpp"

namespace tenancy::inline v0::detail {

// What holds for queries that tenants write, whatever the engine.

/// A limit's error. Its subject is the limit's name.
TENANCY_API Error limit_error(std::string_view limit, std::string_view advice);

/// Errors: `invalid_argument`.
TENANCY_API Result<void> check_limits(const SqlLimits& limits);

/// Where a parameter stands by its name, counted from 0; nothing when the text has none such.
using PlaceOfParameter = std::function<std::optional<std::size_t>(std::string_view name)>;

/// The values in the order of the query's parameters, of which there are `count`.
/// Errors: `invalid_argument`.
TENANCY_API Result<std::vector<ValueView>> arrange_parameters(
    std::span<const ScopedParameter> given, std::size_t count, const PlaceOfParameter& place_of);

/// What a query may still give.
class TENANCY_API Allowance {
 public:
  explicit Allowance(const SqlLimits& limits) noexcept : rows_{limits.rows}, bytes_{limits.bytes} {}

  /// Errors: `query_limit_exceeded`.
  Result<void> take(std::span<const ValueView> row);

 private:
  std::size_t rows_;
  std::size_t bytes_;
};

/// Whoever finds the time over before the query itself runs does not know which limit that is.
TENANCY_API Result<void> about_time(Result<void> outcome);

}  // namespace tenancy::inline v0::detail
