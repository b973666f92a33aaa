#include "migrate/migration_status.hpp"

#include "tenancy/migrate/migrate.hpp"

#include "migrate/runner.hpp"

namespace tenancy::inline v0 {
namespace detail {

Result<MigrationReport> migration_status(StoreInspection* inspection, Dialect dialect,
                                         const OpenOptions& options) {
  const auto compare = [&](ControlSession* session) {
    return compare_all(session, dialect, options.migrations);
  };
  if (inspection == nullptr) {
    BOOST_OUTCOME_TRY(auto steps, compare(nullptr));
    return MigrationReport{std::move(steps)};
  }
  BOOST_OUTCOME_TRY(auto steps, inspect(*inspection, options.call, [&](ControlSession& session) {
                      return compare(&session);
                    }));
  return MigrationReport{std::move(steps)};
}

Result<void> verify_migrations(const StoreOpener& opener, std::string_view url,
                               const OpenOptions& options) {
  BOOST_OUTCOME_TRY(const auto inspection, opener.inspect(url, options.store, options.call));
  BOOST_OUTCOME_TRY(const auto report,
                    migration_status(inspection.get(), opener.dialect(), options));
  BOOST_OUTCOME_TRY(require_no_conflict(report.steps));
  return require_nothing_pending(report.steps);
}

}  // namespace detail

Result<MigrationReport> migration_status(std::string_view url, const OpenOptions& options) {
  BOOST_OUTCOME_TRY(const auto* const opener, detail::find_opener(url, options.kinds));
  BOOST_OUTCOME_TRY(const auto inspection, opener->inspect(url, options.store, options.call));
  return detail::migration_status(inspection.get(), opener->dialect(), options);
}

}  // namespace tenancy::inline v0
