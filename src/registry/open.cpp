#include "tenancy/registry/open.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "tenancy/migrate/migrate.hpp"
#include "tenancy/storage/detail/store_opener.hpp"

#include "migrate/migration_status.hpp"
#include "migrate/query_views.hpp"
#include "migrate/runner.hpp"
#include "migrate/schema_rules.hpp"
#include "registry/authority_mint.hpp"
#include "registry/health.hpp"
#include "registry/key_check.hpp"
#include "registry/open_store.hpp"
#include "registry/registry_core.hpp"
#include "storage/sqlite/store_options.hpp"

namespace tenancy::inline v0 {
namespace {

using detail::ControlSession;
using detail::FileAge;
using detail::FileSchema;
using detail::StoreBackend;
using detail::StoreOpener;

/// Tells a listener whose file a step is applied to.
MigrationListener with_tenant(const MigrationListener& listener, TenantId tenant) {
  if (!listener) {
    return nullptr;
  }
  return [&listener, tenant](const MigrationProgress& progress) {
    AppliedMigration step = progress.step;
    step.tenant = tenant;
    listener({progress.is_applied, step, progress.remaining});
  };
}

/// Applies the steps, or looks that nothing is left to apply.
Result<void> settle_schema(const StoreOpener& opener, StoreBackend& store,
                           const OpenOptions& options) {
  const auto check_keys = [&] { return detail::check_keys(store, options.call); };
  if (options.schema == SchemaMode::migrate && opener.migrates_by_itself()) {
    // Before the host's steps: with the wrong keys it may well be the wrong store.
    BOOST_OUTCOME_TRY(detail::migrate_all(store, options.call, options.migrations,
                                          options.on_migration, check_keys));
  } else {
    BOOST_OUTCOME_TRY(check_keys());
  }
  return detail::require_safe_schema(store, options);
}

}  // namespace

FileSchema detail::file_schema(const OpenOptions& options, MigrationListener listener) {
  return [migrations = options.migrations, mode = options.schema, listener = std::move(listener)](
             StoreBackend& file, TenantId tenant, FileAge age,
             const CallOptions& call) -> Result<void> {
    const auto compare = [&](ControlSession& session) {
      return detail::compare_all(&session, Dialect::sqlite, migrations);
    };
    BOOST_OUTCOME_TRY(const auto steps, detail::control_read(file, call, compare));
    if (std::ranges::find(steps, MigrationState::newer, &MigrationStatus::state) != steps.end()) {
      // A newer program has been at work since this one opened the store, as it may.
      return success();
    }
    if (age == FileAge::found && mode == SchemaMode::verify) {
      BOOST_OUTCOME_TRY(detail::require_no_conflict(steps));
      return detail::require_nothing_pending(steps);
    }
    auto migrated = detail::migrate_all(
        file, call, migrations,
        age == FileAge::made ? MigrationListener{} : with_tenant(listener, tenant),
        [] { return Result<void>{success()}; });
    return migrated ? Result<void>{success()}
                    : migrated.error().with_context("the file of tenant " + tenant.to_string());
  };
}

Result<std::shared_ptr<StoreBackend>> detail::open_store(const StoreOpener& opener,
                                                         std::string_view url, OpenOptions& options,
                                                         MigrationListener of_files) {
  if (options.schema == SchemaMode::verify || !opener.migrates_by_itself()) {
    // Before there is a store, keys or a lock.
    BOOST_OUTCOME_TRY(detail::verify_migrations(opener, url, options));
  }
  BOOST_OUTCOME_TRY(
      auto store,
      opener.open(url, {.keys = options.keys,
                        .options = std::move(options.store),
                        .call = options.call,
                        .scoped_schema =
                            [policy = options.schema_policy](detail::ControlSession& session) {
                              return detail::read_visible_schema(session, policy);
                            },
                        .file_schema = file_schema(options, std::move(of_files))}));
  BOOST_OUTCOME_TRY(settle_schema(opener, *store, options));
  BOOST_OUTCOME_TRY(store->begin_serving(options.call));
  return store;
}

Result<Authority> open(std::string_view url, OpenOptions options) {
  // Before anything is looked at or made by them.
  BOOST_OUTCOME_TRY(detail::sqlite::check_options(options.store));
  BOOST_OUTCOME_TRY(detail::check_options(options.registry));
  BOOST_OUTCOME_TRY(const StoreOpener* const opener, detail::find_opener(url, options.kinds));
  if (options.schema == SchemaMode::migrate && !options.owner_url.empty()) {
    BOOST_OUTCOME_TRY(migrate(options.owner_url, options));
  }
  BOOST_OUTCOME_TRY(auto store, detail::open_store(*opener, url, options));
  return detail::AuthorityMint::mint(std::make_shared<detail::RegistryCore>(
      std::move(store), std::move(options.registry), detail::KnownSteps::of(options.migrations)));
}

}  // namespace tenancy::inline v0
