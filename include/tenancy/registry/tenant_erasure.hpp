#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>

#include "tenancy/core/call_options.hpp"

namespace tenancy::inline v0 {

/// How far an erasure is.
struct ErasureProgress {
  std::string_view table;  ///< Whose rows were deleted last; valid during the call.
  std::uint64_t rows;      ///< That have been deleted so far, in all tables.
};

struct ErasureOptions {
  CallOptions call = {};
  /// Rows that one write deletes at most, so that others come in between; 1 to 100,000. A table
  /// whose rows refer to each other is emptied in one write.
  std::size_t batch = 1000;
  /// Told after each write, on the caller's thread, outside of all transactions; may be empty. What
  /// it throws ends the erasure and goes on to the caller.
  std::function<void(const ErasureProgress&)> progress = nullptr;
};

struct ErasureReport {
  std::uint64_t rows =
      0;  ///< Of the tenant's tables. Of a file per tenant, the file goes as it is.
};

}  // namespace tenancy::inline v0
