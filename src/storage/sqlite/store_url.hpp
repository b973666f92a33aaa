#pragma once

#include <filesystem>
#include <optional>
#include <string_view>

#include "tenancy/core/result.hpp"

namespace tenancy::inline v0::detail {

/// Which store a URL names.
struct StoreUrl {
  std::optional<std::filesystem::path> file;  ///< Absolute; none for a temporary store.

  /// Errors: `invalid_url`; `cannot_open` when the path cannot be made absolute.
  static Result<StoreUrl> parse(std::string_view url);
};

}  // namespace tenancy::inline v0::detail
