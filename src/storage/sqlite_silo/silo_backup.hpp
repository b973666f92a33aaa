#pragma once

#include <chrono>
#include <filesystem>
#include <vector>

#include "tenancy/core/detail/function_ref.hpp"
#include "tenancy/core/tenant_id.hpp"
#include "tenancy/storage/backup.hpp"

#include "storage/sqlite/job_watch.hpp"
#include "storage/sqlite_silo/silo_folder.hpp"

namespace tenancy::inline v0::detail::silo {

/// Copies each file of a silo, the control file first, into a folder that is made, checked and
/// synced as `TARGET.draft-XXXXXX` and only then gets its name. `tenants` says who has a file in
/// the silo itself: asked before, for the progress, and where a file cannot be copied, since its
/// tenant may be gone.
///
/// Errors: as `Authority::backup`.
Result<BackupReport> write_silo_backup(const SiloFolder& silo, const std::filesystem::path& target,
                                       const BackupOptions& options,
                                       std::chrono::milliseconds max_wait,
                                       FunctionRef<Result<std::vector<TenantId>>()> tenants);

/// As `verify_backup`, for a folder.
Result<BackupReport> check_silo_backup(const std::filesystem::path& folder,
                                       const CallOptions& call);

}  // namespace tenancy::inline v0::detail::silo
