#include "storage/sqlite/sqlite_opener.hpp"

#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "storage/sqlite/backup.hpp"
#include "storage/sqlite/engine.hpp"
#include "storage/sqlite/inspection.hpp"
#include "storage/sqlite/sqlite_store.hpp"
#include "storage/sqlite/start_up.hpp"
#include "storage/sqlite/store_options.hpp"
#include "storage/sqlite/store_url.hpp"
#include "storage/sqlite_silo/silo_folder.hpp"

namespace tenancy::inline v0::detail::sqlite {
namespace {

struct Opened {
  SqliteStore::Location location;
  KeyRing keys;
};

Result<Opened> open_temporary(const std::optional<KeyRing>& keys, const StoreOptions& options) {
  // The folder is fresh, private and this process's alone, whatever it lies on.
  BOOST_OUTCOME_TRY(check_engine(options.second_engine));
  BOOST_OUTCOME_TRY(auto folder, TemporaryFolder::create());
  auto file = folder.path() / "store.db";
  return Opened{SqliteStore::Location{std::move(file), std::move(folder)},
                keys ? *keys : KeyRing::ephemeral()};
}

Result<Opened> open_file(const std::filesystem::path& file, const std::optional<KeyRing>& keys,
                         const StoreOptions& options) {
  if (silo::is_control_file(file)) {
    // What would be changed there past the tenants' files would not count for them.
    return Error{errc::invalid_url, file.string() + " is the control file of a silo: open " +
                                        std::string{silo::SiloFolder::scheme} +
                                        file.parent_path().string()};
  }
  // Before a key ring is looked for or made: what is not a store of ours gets none.
  BOOST_OUTCOME_TRY(check_before_opening(file, options));
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

}  // namespace

bool SqliteOpener::takes(std::string_view url) const noexcept { return url.starts_with("sqlite:"); }

Result<std::unique_ptr<StoreInspection>> SqliteOpener::inspect(std::string_view url,
                                                               const StoreOptions& options,
                                                               const CallOptions& call) const {
  BOOST_OUTCOME_TRY(const auto parsed, StoreUrl::parse(url));
  BOOST_OUTCOME_TRY(check_options(options));
  if (!parsed.file) {
    return std::unique_ptr<StoreInspection>{};
  }
  BOOST_OUTCOME_TRY(auto inspection, Inspection::open(*parsed.file, options, call));
  return std::unique_ptr<StoreInspection>{std::move(inspection)};
}

Result<std::shared_ptr<StoreBackend>> SqliteOpener::open(std::string_view url,
                                                         StoreOpening opening) const {
  BOOST_OUTCOME_TRY(const auto parsed, StoreUrl::parse(url));
  BOOST_OUTCOME_TRY(auto opened, parsed.file
                                     ? open_file(*parsed.file, opening.keys, opening.options)
                                     : open_temporary(opening.keys, opening.options));
  BOOST_OUTCOME_TRY(auto store, SqliteStore::open(std::move(opened.location), opened.keys,
                                                  std::move(opening.options), opening.call,
                                                  std::move(opening.scoped_schema)));
  return std::shared_ptr<StoreBackend>{std::move(store)};
}

Result<std::shared_ptr<StoreBackend>> SqliteOpener::open_copy(std::string_view url, bool is_empty,
                                                              StoreOpening opening) const {
  BOOST_OUTCOME_TRY(const auto parsed, StoreUrl::parse(url));
  // Beside the database, where there is a disk of the right size; a file has its folder's rights.
  BOOST_OUTCOME_TRY(auto folder, parsed.file
                                     ? TemporaryFolder::create_beside(*parsed.file, "dry-run")
                                     : TemporaryFolder::create());
  auto file = folder.path() / "store.db";
  if (!is_empty) {
    BOOST_OUTCOME_TRY(write_backup(*parsed.file, file, BackupOptions{.call = opening.call},
                                   opening.options.max_wait));
  }
  StoreOptions store{.readers = 1,
                     .max_wait = opening.options.max_wait,
                     .second_engine = opening.options.second_engine,
                     .clock = opening.options.clock};
  BOOST_OUTCOME_TRY(auto copy,
                    SqliteStore::open({std::move(file), std::move(folder)}, KeyRing::ephemeral(),
                                      std::move(store), opening.call));
  return std::shared_ptr<StoreBackend>{std::move(copy)};
}

}  // namespace tenancy::inline v0::detail::sqlite
