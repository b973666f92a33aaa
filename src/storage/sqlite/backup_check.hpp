#pragma once

#include <filesystem>

#include "tenancy/storage/backup.hpp"

#include "storage/sqlite/job_watch.hpp"

namespace tenancy::inline v0::detail::sqlite {

/// As `verify_backup`.
Result<BackupReport> check_backup(const std::filesystem::path& file, JobWatch& watch);

}  // namespace tenancy::inline v0::detail::sqlite
