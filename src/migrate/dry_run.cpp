#include <algorithm>
#include <utility>

#include "tenancy/migrate/migrate.hpp"

#include "migrate/migration_status.hpp"
#include "migrate/runner.hpp"
#include "migrate/schema_rules.hpp"
#include "storage/sqlite/backup.hpp"
#include "storage/sqlite/engine.hpp"
#include "storage/sqlite/sqlite_store.hpp"

namespace tenancy::inline v0 {
namespace {

using detail::sqlite::SqliteStore;
using detail::sqlite::TemporaryFolder;

std::vector<DryRunStep> pending_steps(const MigrationReport& status) {
  std::vector<DryRunStep> pending;
  for (const MigrationStatus& step : status.steps) {
    if (step.state == MigrationState::pending) {
      pending.push_back({step.component, step.version, step.name, step.source});
    }
  }
  return pending;
}

/// Whether there is anything that a dry run could find in the way.
bool is_empty(const MigrationReport& status) {
  return std::ranges::all_of(status.steps, [](const MigrationStatus& step) {
    return step.state == MigrationState::pending;
  });
}

/// A copy of the store, or an empty one, in a folder of its own.
Result<std::shared_ptr<SqliteStore>> copy_store(const detail::StoreUrl& url, bool is_empty,
                                                const OpenOptions& options) {
  // Beside the database, where there is a disk of the right size; a file has its folder's rights.
  BOOST_OUTCOME_TRY(auto folder, url.file ? TemporaryFolder::create_beside(*url.file, "dry-run")
                                          : TemporaryFolder::create());
  auto file = folder.path() / "store.db";
  if (!is_empty) {
    BOOST_OUTCOME_TRY(detail::sqlite::write_backup(
        *url.file, file, BackupOptions{.call = options.call}, options.store.max_wait));
  }
  const StoreOptions store{.readers = 1,
                           .max_wait = options.store.max_wait,
                           .second_engine = options.store.second_engine,
                           .clock = options.store.clock};
  return SqliteStore::open({std::move(file), std::move(folder)}, KeyRing::ephemeral(), store,
                           options.call);
}

/// Notes what becomes of the steps.
MigrationListener record(std::vector<DryRunStep>& steps) {
  return [&steps](const MigrationProgress& progress) {
    const auto found = std::ranges::find_if(steps, [&](const DryRunStep& step) {
      return step.component == progress.step.component && step.version == progress.step.version;
    });
    if (found != steps.end()) {
      // Until it is known to have succeeded.
      found->outcome = progress.is_applied ? DryRunOutcome::succeeded : DryRunOutcome::failed;
      found->took = progress.step.took;
    }
  };
}

}  // namespace

Result<DryRunReport> dry_run_migrations(std::string_view url, const OpenOptions& options) {
  BOOST_OUTCOME_TRY(const auto parsed, detail::StoreUrl::parse(url));
  BOOST_OUTCOME_TRY(const auto inspection, detail::inspect_store(parsed, options));
  BOOST_OUTCOME_TRY(const auto status, detail::migration_status(inspection.get(), options));
  DryRunReport report{.steps = pending_steps(status)};
  if (auto sound = detail::require_no_conflict(status.steps); !sound) {
    report.failure = std::move(sound).error();
    return report;
  }
  BOOST_OUTCOME_TRY(const auto copy, copy_store(parsed, is_empty(status), options));
  auto outcome = detail::migrate_all(*copy, options.call, options.migrations, record(report.steps),
                                     [] { return Result<void>{success()}; });
  if (outcome) {
    outcome = detail::require_safe_schema(*copy, options);
  }
  if (!outcome && outcome.error() == Condition::unavailable) {
    return std::move(outcome).error();
  }
  if (!outcome) {
    report.failure = std::move(outcome).error();
  }
  return report;
}

}  // namespace tenancy::inline v0
