#pragma once

#include <chrono>
#include <filesystem>

#include "storage/sqlite/job_connection.hpp"

namespace tenancy::inline v0::detail::sqlite {

/// Whether every page, index and reference of the database is in order. The file is what findings
/// are told of.
/// Errors: `corrupt_store` with the first finding, which holds no stored value; the connection's.
Result<void> check_structure(JobConnection& connection, const std::filesystem::path& file);

/// The same of a store that others read and write meanwhile, in one snapshot of it.
Result<void> check_live_structure(const std::filesystem::path& file,
                                  std::chrono::milliseconds max_wait, JobWatch& watch);

}  // namespace tenancy::inline v0::detail::sqlite
