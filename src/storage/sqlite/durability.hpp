#pragma once

#include <cstdint>

namespace tenancy::inline v0::detail::sqlite {

/// What a commit is worth when the power goes. None suits a file that nobody needs then: a draft,
/// which is synced once it is whole, or a copy.
enum class Durability : std::uint8_t { full, none };

}  // namespace tenancy::inline v0::detail::sqlite
