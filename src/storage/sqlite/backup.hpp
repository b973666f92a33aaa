#pragma once

#include <chrono>
#include <filesystem>

#include "tenancy/storage/backup.hpp"

namespace tenancy::inline v0::detail::sqlite {

/// Copies one snapshot of the store in `source` to `target`, where there must be nothing yet. The
/// copy is made, checked and synced as `TARGET.draft-XXXXXX`, and only then gets its name.
///
/// Errors: as `Authority::backup`; `busy` when the store could not be read for `max_wait`.
Result<BackupReport> write_backup(const std::filesystem::path& source,
                                  const std::filesystem::path& target, const BackupOptions& options,
                                  std::chrono::milliseconds max_wait);

}  // namespace tenancy::inline v0::detail::sqlite
