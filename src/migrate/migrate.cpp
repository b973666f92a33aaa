#include "tenancy/migrate/migrate.hpp"

#include <utility>

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
  BOOST_OUTCOME_TRY(open(url, std::move(options)));
  return applied;
}

}  // namespace tenancy::inline v0
