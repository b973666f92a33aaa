#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace tenancy::inline v0::detail {

/// Whose rows statements reach.
enum class Reach : std::uint8_t { one_tenant, all_tenants };

/// What statements are written from: the mapping of one type, without the type. Its address stands
/// for the type in the shapes of statements.
struct EntityLayout {
  std::string_view table;
  std::span<const std::string_view> columns;
  std::span<const std::size_t> keys;  ///< Which of the columns, in order.
  std::span<const bool> nullable;     ///< For each column.
  std::string_view version;  ///< The column of the row's version; empty when there is none.
  /// Each kind has sessions of its own, which refuse the other's statements.
  Reach reach = Reach::one_tenant;
};

}  // namespace tenancy::inline v0::detail
