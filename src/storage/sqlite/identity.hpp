#pragma once

#include <chrono>
#include <filesystem>

#include "tenancy/core/result.hpp"

#include "storage/sqlite/durability.hpp"

namespace tenancy::inline v0::detail::sqlite {

/// Says in a database's header whose it is: "tncy". Never to be changed.
inline constexpr int application_id = 0x746E6379;

/// Marks a database without tables as the library's, in one transaction that looks again. Another
/// program's is left as it is.
/// Errors: `foreign_store`, `corrupt_store`, and as `to_errc`.
Result<void> claim_database(const std::filesystem::path& file, std::chrono::milliseconds max_wait,
                            Durability durability = Durability::full);

/// Whose a database is that no other program has taken.
enum class Owner { this_library, nobody };

/// Whose an existing file is. Not a byte of it is changed; no file appears beside it, but for the
/// index of a log that lies there without one.
/// Errors: `foreign_store`, `corrupt_store`, and as `to_errc`.
Result<Owner> find_owner(const std::filesystem::path& file, std::chrono::milliseconds max_wait);

/// Whether an existing file is a database of the library's. One that has no application id and
/// holds nothing is claimed.
/// Errors: `foreign_store`, `corrupt_store`, and as `to_errc`.
Result<void> check_identity(const std::filesystem::path& file, std::chrono::milliseconds max_wait);

}  // namespace tenancy::inline v0::detail::sqlite
