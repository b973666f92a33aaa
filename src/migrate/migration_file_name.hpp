#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "tenancy/storage/dialect.hpp"

namespace tenancy::inline v0::detail {

/// What the name of a migration's file says: `0002_add_notes.sql`, or `0002_add_notes.sqlite.sql`
/// for one dialect.
struct MigrationFileName {
  std::int64_t version;
  std::string_view name;  ///< Part of the text that was parsed.
  std::optional<Dialect> dialect;

  /// One to nineteen digits that make a positive number, and behind an underscore words of lower
  /// case letters and digits with single underscores between them, at most 100 bytes.
  static std::optional<MigrationFileName> parse(std::string_view file_name) noexcept;
};

}  // namespace tenancy::inline v0::detail
