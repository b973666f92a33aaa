#include <algorithm>
#include <utility>

#include "tenancy/migrate/migrate.hpp"
#include "tenancy/storage/detail/store_opener.hpp"

#include "migrate/migration_status.hpp"
#include "migrate/runner.hpp"
#include "migrate/schema_rules.hpp"
#include "registry/open_store.hpp"

namespace tenancy::inline v0 {
namespace {

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
  BOOST_OUTCOME_TRY(const auto* const opener, detail::find_opener(url, options.kinds));
  BOOST_OUTCOME_TRY(const auto inspection, opener->inspect(url, options.store, options.call));
  BOOST_OUTCOME_TRY(const auto status,
                    detail::migration_status(inspection.get(), opener->dialect(), options));
  DryRunReport report{.steps = pending_steps(status)};
  if (auto sound = detail::require_no_conflict(status.steps); !sound) {
    report.failure = std::move(sound).error();
    return report;
  }
  // What a step comes to is told of the control file, which it is applied to first.
  const OpenOptions of_files{.migrations = options.migrations};
  BOOST_OUTCOME_TRY(const auto copy,
                    opener->open_copy(url, is_empty(status),
                                      {.keys = options.keys,
                                       .options = options.store,
                                       .call = options.call,
                                       .file_schema = detail::file_schema(of_files, nullptr)}));
  auto outcome = detail::migrate_all(*copy, options.call, options.migrations, record(report.steps),
                                     [] { return Result<void>{success()}; });
  if (outcome) {
    outcome = detail::require_safe_schema(*copy, options);
  }
  if (outcome) {
    outcome = copy->begin_serving(options.call);
  }
  if (outcome) {
    outcome = copy->visit_files(
        options.call, [](detail::StoreBackend& /*file*/) { return Result<void>{success()}; });
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
