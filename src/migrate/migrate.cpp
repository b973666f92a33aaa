#include "tenancy/migrate/migrate.hpp"

#include <utility>

#include "tenancy/storage/detail/store_opener.hpp"

#include "migrate/query_views.hpp"
#include "migrate/runner.hpp"
#include "migrate/schema_rules.hpp"
#include "registry/open_store.hpp"
#include "storage/sqlite/store_options.hpp"

namespace tenancy::inline v0 {

Result<std::vector<AppliedMigration>> migrate(std::string_view url, OpenOptions options) {
  std::vector<AppliedMigration> applied;
  const auto listener = std::exchange(options.on_migration, nullptr);
  options.schema = SchemaMode::migrate;
  options.on_migration = [&](const MigrationProgress& progress) {
    if (progress.is_applied) {
      applied.push_back(progress.step);
    }
    if (listener) {
      listener(progress);
    }
  };
  options.owner_url.clear();
  BOOST_OUTCOME_TRY(const auto* const opener, detail::find_opener(url, options.kinds));
  if (opener->migrates_by_itself()) {
    BOOST_OUTCOME_TRY(detail::sqlite::check_options(options.store));
    const CallOptions call = options.call;
    BOOST_OUTCOME_TRY(const auto store,
                      detail::open_store(*opener, url, options, options.on_migration));
    // Each file is brought up to date before it is given.
    BOOST_OUTCOME_TRY(store->visit_files(
        call, [](detail::StoreBackend& /*file*/) { return Result<void>{success()}; }));
    return applied;
  }
  BOOST_OUTCOME_TRY(const auto store, opener->open_to_migrate(url, {.keys = options.keys,
                                                                    .options = options.store,
                                                                    .call = options.call}));
  const auto& policy = options.schema_policy;
  // A view keeps its table's columns from being changed.
  const auto around = [&policy](detail::ControlSession& session,
                                detail::FunctionRef<Result<void>()> step) -> Result<void> {
    BOOST_OUTCOME_TRY(const bool had_views, detail::drop_query_views(session));
    BOOST_OUTCOME_TRY(step());
    return had_views ? detail::settle_query_views(session, policy) : Result<void>{success()};
  };
  BOOST_OUTCOME_TRY(detail::migrate_all(
      *store, options.call, options.migrations, options.on_migration,
      [] { return Result<void>{success()}; }, around));
  BOOST_OUTCOME_TRY(
      detail::schema_change(*store, options.call, [&policy](detail::ControlSession& session) {
        return detail::settle_query_views(session, policy);
      }));
  BOOST_OUTCOME_TRY(detail::require_safe_schema(*store, options));
  return applied;
}

}  // namespace tenancy::inline v0
