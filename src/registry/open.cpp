#include "tenancy/registry/open.hpp"

#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "migrate/runner.hpp"
#include "registry/authority_mint.hpp"
#include "registry/key_check.hpp"
#include "registry/registry_core.hpp"
#include "registry/schema.hpp"
#include "storage/sqlite/engine.hpp"
#include "storage/sqlite/sqlite_store.hpp"
#include "storage/sqlite/start_up.hpp"
#include "storage/sqlite/store_options.hpp"

namespace tenancy::inline v0 {
namespace {

using detail::sqlite::SqliteStore;
using detail::sqlite::TemporaryFolder;

constexpr std::string_view sqlite_scheme = "sqlite:";
constexpr std::string_view memory_path = ":memory:";

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

Result<Opened> resolve(std::string_view url, const std::optional<KeyRing>& keys,
                       const StoreOptions& options) {
  if (!url.starts_with(sqlite_scheme)) {
    return Error{
        errc::invalid_url,
        "a store's URL is 'sqlite:FILE' or 'sqlite::memory:'; this one has another scheme"};
  }
  const std::string_view path = url.substr(sqlite_scheme.size());
  if (path == memory_path) {
    return open_temporary(keys, options);
  }
  if (path.empty() || path.find('\0') != std::string_view::npos) {
    return Error{errc::invalid_url, "the URL names no file: write 'sqlite:FILE'"};
  }
  // An absolute path is never taken for a URI or a special name, and stays right when the program
  // changes its working folder before a further connection is opened.
  std::error_code failure;
  const auto file = std::filesystem::absolute(path, failure);
  if (failure) {
    return Error{errc::cannot_open, "the path cannot be made absolute: " + failure.message()};
  }
  return open_file(file, keys, options);
}

}  // namespace

Result<Authority> open(std::string_view url, OpenOptions options) {
  // Before anything is looked at or made by them.
  BOOST_OUTCOME_TRY(detail::sqlite::check_options(options.store));
  BOOST_OUTCOME_TRY(detail::check_options(options.registry));
  BOOST_OUTCOME_TRY(auto opened, resolve(url, options.keys, options.store));
  BOOST_OUTCOME_TRY(auto store, SqliteStore::open(std::move(opened.location), opened.keys,
                                                  std::move(options.store), options.call));
  BOOST_OUTCOME_TRY(
      detail::migrate(*store, options.call, detail::library_component, detail::control_schema()));
  // Before the host's steps: with the wrong keys it may well be the wrong store.
  BOOST_OUTCOME_TRY(detail::check_keys(*store, options.call));
  BOOST_OUTCOME_TRY(detail::migrate(*store, options.call, "app", options.migrations));
  return detail::AuthorityMint::mint(std::make_shared<detail::RegistryCore>(
      std::move(store), std::move(options.registry), options.migrations.size()));
}

}  // namespace tenancy::inline v0
