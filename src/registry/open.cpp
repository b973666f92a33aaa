#include "tenancy/registry/open.hpp"

#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "migrate/migration_status.hpp"
#include "migrate/runner.hpp"
#include "migrate/schema_rules.hpp"
#include "migrate/scoped_tables.hpp"
#include "registry/authority_mint.hpp"
#include "registry/health.hpp"
#include "registry/key_check.hpp"
#include "registry/registry_core.hpp"
#include "registry/store_url.hpp"
#include "storage/sqlite/engine.hpp"
#include "storage/sqlite/sqlite_store.hpp"
#include "storage/sqlite/start_up.hpp"
#include "storage/sqlite/store_options.hpp"

namespace tenancy::inline v0 {
namespace {

using detail::sqlite::SqliteStore;
using detail::sqlite::TemporaryFolder;

struct Opened {
  SqliteStore::Location location;
  KeyRing keys;
};

Result<Opened> open_temporary(const std::optional<KeyRing>& keys, const StoreOptions& options) {
  // The folder is fresh, private and this process's alone, whatever it lies on.
  BOOST_OUTCOME_TRY(detail::sqlite::check_engine(options.second_engine));
  BOOST_OUTCOME_TRY(auto folder, TemporaryFolder::create());
  auto file = folder.path() / "store.db";
  return Opened{SqliteStore::Location{std::move(file), std::move(folder)},
                keys ? *keys : KeyRing::ephemeral()};
}

Result<Opened> open_file(const std::filesystem::path& file, const std::optional<KeyRing>& keys,
                         const StoreOptions& options) {
  // Before a key ring is looked for or made: what is not a store of ours gets none.
  BOOST_OUTCOME_TRY(detail::sqlite::check_before_opening(file, options));
  SqliteStore::Location location{file, std::nullopt};
  if (keys) {
    return Opened{std::move(location), *keys};
  }
  const std::string key_file = file.string() + ".keys";
  std::error_code ignored;
  if (std::filesystem::exists(file, ignored) && !std::filesystem::exists(key_file, ignored)) {
    // Fresh keys would make every API key and cursor of this database void without a word.
    return Error{errc::key_ring_unavailable,
                 "the database " + file.string() + " exists and its key ring " + key_file +
                     " does not: restore it, or pass the keys that belong to this database"};
  }
  BOOST_OUTCOME_TRY(const auto ring, KeyRing::open(key_file));
  return Opened{std::move(location), ring};
}

Result<Opened> resolve(const detail::StoreUrl& url, const std::optional<KeyRing>& keys,
                       const StoreOptions& options) {
  return url.file ? open_file(*url.file, keys, options) : open_temporary(keys, options);
}

}  // namespace

Result<Authority> open(std::string_view url, OpenOptions options) {
  // Before anything is looked at or made by them.
  BOOST_OUTCOME_TRY(detail::sqlite::check_options(options.store));
  BOOST_OUTCOME_TRY(detail::check_options(options.registry));
  BOOST_OUTCOME_TRY(const auto parsed, detail::StoreUrl::parse(url));
  if (options.schema == SchemaMode::verify) {
    // Before there is a store, keys or a lock.
    BOOST_OUTCOME_TRY(detail::verify_migrations(parsed, options));
  }
  BOOST_OUTCOME_TRY(auto opened, resolve(parsed, options.keys, options.store));
  BOOST_OUTCOME_TRY(
      auto store,
      SqliteStore::open(std::move(opened.location), opened.keys, std::move(options.store),
                        options.call,
                        [policy = options.schema_policy](detail::ControlSession& session) {
                          return detail::read_scoped_schema(session, policy);
                        }));
  if (options.schema == SchemaMode::migrate) {
    BOOST_OUTCOME_TRY(
        detail::migrate_all(*store, options.call, options.migrations, options.on_migration, [&] {
          // Before the host's steps: with the wrong keys it may well be the wrong store.
          return detail::check_keys(*store, options.call);
        }));
  } else {
    BOOST_OUTCOME_TRY(detail::check_keys(*store, options.call));
  }
  BOOST_OUTCOME_TRY(detail::require_safe_schema(*store, options));
  return detail::AuthorityMint::mint(std::make_shared<detail::RegistryCore>(
      std::move(store), std::move(options.registry), detail::KnownSteps::of(options.migrations)));
}

}  // namespace tenancy::inline v0
