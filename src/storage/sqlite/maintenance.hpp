#pragma once

#include <filesystem>

#include "tenancy/storage/observer.hpp"
#include "tenancy/storage/vacuum_report.hpp"

#include "storage/sqlite/connection.hpp"

namespace tenancy::inline v0::detail::sqlite {

// What is done while nobody writes, in a turn among the writers, on a connection of its own that
// can write.
// Errors: `busy` when no turn is to be had in time; `deadline_exceeded`, `cancelled`; as `to_errc`.

/// Moves all of the write-ahead log into the database and empties it, unless readers need it.
Result<CheckpointReport> move_whole_log(Connection& connection, const std::filesystem::path& file,
                                        const CallLimits& limits);

/// Writes the whole database anew, without what is free in it.
Result<VacuumReport> write_anew(Connection& connection, const std::filesystem::path& file,
                                const CallLimits& limits);

}  // namespace tenancy::inline v0::detail::sqlite
