#pragma once

#include <filesystem>

#include "tenancy/core/result.hpp"
#include "tenancy/storage/options.hpp"

namespace tenancy::inline v0::detail::sqlite {

/// Looks at all that can make a store unsafe or unusable before anything is created, opened for
/// writing or changed: the engine, the file and where it lies, and whose database it is. A file
/// that does not exist yet is fine.
///
/// Errors: those of `check_engine`, `check_files` and `check_identity`.
Result<void> check_before_opening(const std::filesystem::path& file, const StoreOptions& options);

/// The same for one who only reads: not even a database of nobody's is claimed. Says whether there
/// is a store.
/// Errors: as `check_before_opening`.
Result<bool> check_before_reading(const std::filesystem::path& file, const StoreOptions& options);

}  // namespace tenancy::inline v0::detail::sqlite
