#pragma once

#include <array>
#include <cstddef>

namespace tenancy::inline v0::detail {

/// The public part of an API key, by which a transaction finds out whether it was revoked.
inline constexpr std::size_t credential_id_size = 16;
using CredentialId = std::array<char, credential_id_size>;

}  // namespace tenancy::inline v0::detail
