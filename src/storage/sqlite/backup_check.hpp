#pragma once

#include <filesystem>

#include "tenancy/storage/backup.hpp"

#include "storage/sqlite/watch.hpp"

namespace tenancy::inline v0::detail::sqlite {

/// As `verify_backup`.
Result<BackupReport> check_backup(const std::filesystem::path& file, Watch& watch);

}  // namespace tenancy::inline v0::detail::sqlite
