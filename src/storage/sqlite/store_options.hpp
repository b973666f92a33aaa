#pragma once

#include "tenancy/core/result.hpp"
#include "tenancy/storage/options.hpp"

namespace tenancy::inline v0::detail::sqlite {

/// Errors: `invalid_argument`, with the option and its range.
Result<void> check_options(const StoreOptions& options);

}  // namespace tenancy::inline v0::detail::sqlite
