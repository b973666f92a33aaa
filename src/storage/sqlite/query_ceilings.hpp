#pragma once

#include <string_view>

#include "tenancy/core/export.hpp"

#include "storage/sql_tokens.hpp"

namespace tenancy::inline v0::detail::sqlite {

/// What a query has too much of, as its author is told; empty when there is none.
///
/// These are counts of words in the whole text, which SQLite takes for nothing else where they do
/// what is counted, so that nothing passes them by how it is written. What a query weighs is
/// bounded apart, and more tightly. Complexity: that of the text.
TENANCY_API std::string_view exceeded_ceiling(const SqlTokens& tokens);

}  // namespace tenancy::inline v0::detail::sqlite
