#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tenancy/core/export.hpp"
#include "tenancy/migrate/migration_progress.hpp"
#include "tenancy/migrate/migration_status.hpp"
#include "tenancy/registry/open.hpp"

namespace tenancy::inline v0 {

/// Brings a store's schema up to date, as `open` does with `SchemaMode::migrate`, and closes it:
/// for a step of its own when a service is rolled out. Gives the steps that were applied, here and
/// not by another process, in their order.
///
/// Of a silo, the control file is migrated first and then every tenant's file, which would
/// otherwise be at its first use. A file that fails does not keep the others from being migrated,
/// and serves nobody until its steps succeed; the error is that of the first, with how many there
/// were.
///
/// Of PostgreSQL, the URL is of the role that owns the schema; no keys are needed.
///
/// A step that fails is rolled back and ends the migration; those before it stay applied. So does
/// one that is stopped or whose deadline passes, also in its middle.
/// Errors: as `open`.
TENANCY_API Result<std::vector<AppliedMigration>> migrate(std::string_view url,
                                                          OpenOptions options);

/// How the program's steps and those that the store has applied go together. Of the options count
/// the migrations, the call, and of the store the longest wait and how its engine is checked.
///
/// Nothing is changed, whichever program wrote the store; its keys are not needed. Where there is
/// no store yet, all steps are pending. Errors: as `open`, for what is looked at before anything is
/// created; `invalid_argument` for the list of steps itself.
TENANCY_API Result<MigrationReport> migration_status(std::string_view url,
                                                     const OpenOptions& options);

/// What became of a step in a dry run.
enum class DryRunOutcome : std::uint8_t { succeeded, failed, not_run };

/// A pending step that a dry run tried.
struct DryRunStep {
  std::string component;
  std::int64_t version;
  std::string name;
  std::string source;  ///< The file that it came from; empty when it came from code.
  DryRunOutcome outcome = DryRunOutcome::not_run;
  std::chrono::nanoseconds took{0};  ///< Of one that succeeded.
};

/// What `migrate` would do.
struct DryRunReport {
  std::vector<DryRunStep> steps = {};  ///< All that are pending, in the order in which they run.
  std::optional<Error> failure = {};   ///< Why `migrate` would fail; nothing when it would not.
};

/// Applies the pending steps to a private copy of the store, and tells how that went. The copy lies
/// in a folder of its own beside the database (`FILE.dry-run-XXXXXX`, mode 0700) and is removed at
/// the end; a process that is killed leaves it.
///
/// Isolation: the copy holds all tenants' rows. Of the store, not a byte is changed, nor of its
/// write-ahead log, also while others use it; its keys are not needed.
/// Errors: as `migration_status` and `Authority::backup`; `cancelled`, `deadline_exceeded`;
/// `not_supported` on PostgreSQL. What `migrate` would fail with is in the report.
/// Complexity: reads the whole store, and needs room for a second one.
TENANCY_API Result<DryRunReport> dry_run_migrations(std::string_view url,
                                                    const OpenOptions& options);

}  // namespace tenancy::inline v0
