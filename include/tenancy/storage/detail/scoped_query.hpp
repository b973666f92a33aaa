#pragma once

#include <span>
#include <string>
#include <string_view>

#include "tenancy/core/result.hpp"
#include "tenancy/storage/detail/value_view.hpp"
#include "tenancy/storage/sql_limits.hpp"

namespace tenancy::inline v0::detail {

/// A value for a parameter, by its name as it stands in the text (":status"), or by its place when
/// the name is empty.
struct ScopedParameter {
  std::string_view name;
  ValueView value;
};

/// A query that a tenant wrote.
///
/// Ownership: borrows all of it for one call.
struct ScopedQuery {
  std::string_view text;
  std::span<const ScopedParameter> parameters;
  SqlLimits limits;
};

/// Takes what a query gives. Views are valid during the call.
class ScopedSink {
 public:
  ScopedSink(const ScopedSink&) = delete;
  ScopedSink& operator=(const ScopedSink&) = delete;

  /// Once, before any row.
  virtual void begin(std::span<const std::string_view> columns) = 0;
  /// A failure ends the query and is its outcome.
  virtual Result<void> row(std::span<const ValueView> values) = 0;

 protected:
  ScopedSink() = default;
  ~ScopedSink() = default;
};

}  // namespace tenancy::inline v0::detail
