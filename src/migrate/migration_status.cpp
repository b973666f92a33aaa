#include "migrate/migration_status.hpp"

#include "tenancy/migrate/migrate.hpp"

#include "migrate/runner.hpp"
#include "storage/sqlite/store_options.hpp"

namespace tenancy::inline v0 {
namespace detail {

Result<std::unique_ptr<sqlite::Inspection>> inspect_store(const StoreUrl& url,
                                                          const OpenOptions& options) {
  BOOST_OUTCOME_TRY(sqlite::check_options(options.store));
  if (!url.file) {
    return std::unique_ptr<sqlite::Inspection>{};
  }
  return sqlite::Inspection::open(*url.file, options.store, options.call);
}

Result<MigrationReport> migration_status(sqlite::Inspection* inspection,
                                         const OpenOptions& options) {
  const auto compare = [&](ControlSession* session) {
    return compare_all(session, Dialect::sqlite, options.migrations);
  };
  if (inspection == nullptr) {
    BOOST_OUTCOME_TRY(auto steps, compare(nullptr));
    return MigrationReport{std::move(steps)};
  }
  BOOST_OUTCOME_TRY(auto steps,
                    sqlite::inspect(*inspection, options.call,
                                    [&](ControlSession& session) { return compare(&session); }));
  return MigrationReport{std::move(steps)};
}

Result<void> verify_migrations(const StoreUrl& url, const OpenOptions& options) {
  BOOST_OUTCOME_TRY(const auto inspection, inspect_store(url, options));
  BOOST_OUTCOME_TRY(const auto report, migration_status(inspection.get(), options));
  BOOST_OUTCOME_TRY(require_no_conflict(report.steps));
  return require_nothing_pending(report.steps);
}

}  // namespace detail

Result<MigrationReport> migration_status(std::string_view url, const OpenOptions& options) {
  BOOST_OUTCOME_TRY(const auto parsed, detail::StoreUrl::parse(url));
  BOOST_OUTCOME_TRY(const auto inspection, detail::inspect_store(parsed, options));
  return detail::migration_status(inspection.get(), options);
}

}  // namespace tenancy::inline v0
