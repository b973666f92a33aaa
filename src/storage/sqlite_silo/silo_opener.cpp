#include "storage/sqlite_silo/silo_opener.hpp"

#include <filesystem>
#include <system_error>
#include <utility>

#include "storage/sqlite/engine.hpp"
#include "storage/sqlite/inspection.hpp"
#include "storage/sqlite/start_up.hpp"
#include "storage/sqlite/store_options.hpp"
#include "storage/sqlite/temporary_folder.hpp"
#include "storage/sqlite_silo/mirror.hpp"
#include "storage/sqlite_silo/silo_backup.hpp"
#include "storage/sqlite_silo/silo_store.hpp"

namespace tenancy::inline v0::detail::silo {
namespace {

Result<KeyRing> find_keys(const SiloFolder& folder, const std::optional<KeyRing>& keys) {
  if (keys) {
    return *keys;
  }
  std::error_code ignored;
  if (std::filesystem::exists(folder.control_file(), ignored) &&
      !std::filesystem::exists(folder.key_file(), ignored)) {
    return Error{errc::key_ring_unavailable,
                 "the silo " + folder.root().string() + " exists and its key ring " +
                     folder.key_file().string() +
                     " does not: restore it, or pass the keys that belong to this silo"};
  }
  return KeyRing::open(folder.key_file());
}

}  // namespace

bool SiloOpener::takes(std::string_view url) const noexcept {
  return url.starts_with(SiloFolder::scheme);
}

Result<std::unique_ptr<StoreInspection>> SiloOpener::inspect(std::string_view url,
                                                             const StoreOptions& options,
                                                             const CallOptions& call) const {
  BOOST_OUTCOME_TRY(const auto folder, SiloFolder::parse(url));
  BOOST_OUTCOME_TRY(sqlite::check_options(options));
  std::error_code ignored;
  if (!std::filesystem::exists(folder.root(), ignored)) {
    return std::unique_ptr<StoreInspection>{};
  }
  BOOST_OUTCOME_TRY(auto inspection,
                    sqlite::Inspection::open(folder.control_file(), options, call));
  return std::unique_ptr<StoreInspection>{std::move(inspection)};
}

Result<std::shared_ptr<StoreBackend>> SiloOpener::open(std::string_view url,
                                                       StoreOpening opening) const {
  BOOST_OUTCOME_TRY(auto folder, SiloFolder::parse(url));
  BOOST_OUTCOME_TRY(sqlite::check_engine(opening.options.second_engine));
  BOOST_OUTCOME_TRY(folder.make_root());
  BOOST_OUTCOME_TRY(sqlite::check_before_opening(folder.control_file(), opening.options));
  BOOST_OUTCOME_TRY(const auto keys, find_keys(folder, opening.keys));
  BOOST_OUTCOME_TRY(auto store, SiloStore::open(std::move(folder), keys, opening.options,
                                                opening.call, std::move(opening.scoped_schema),
                                                std::move(opening.file_schema)));
  return std::shared_ptr<StoreBackend>{std::move(store)};
}

Result<std::shared_ptr<StoreBackend>> SiloOpener::open_copy(std::string_view url, bool is_empty,
                                                            StoreOpening opening) const {
  BOOST_OUTCOME_TRY(const auto original, SiloFolder::parse(url));
  // Beside the silo, where there is a disk of the right size.
  BOOST_OUTCOME_TRY(auto folder,
                    sqlite::TemporaryFolder::create_beside(original.root(), "dry-run"));
  SiloFolder copy{folder.path() / "silo"};
  const auto read_all = [&]() -> Result<std::vector<TenantId>> {
    BOOST_OUTCOME_TRY(const auto inspection, inspect(url, opening.options, opening.call));
    if (inspection == nullptr) {
      return std::vector<TenantId>{};
    }
    return detail::inspect(*inspection, opening.call, &read_tenants);
  };
  if (is_empty) {
    BOOST_OUTCOME_TRY(copy.make_root());
  } else {
    BOOST_OUTCOME_TRY(write_silo_backup(original, copy.root(), BackupOptions{.call = opening.call},
                                        opening.options.max_wait, read_all));
  }
  StoreOptions store{.readers = 1,
                     .max_wait = opening.options.max_wait,
                     .silo = opening.options.silo,
                     .second_engine = opening.options.second_engine,
                     .clock = opening.options.clock};
  BOOST_OUTCOME_TRY(auto opened,
                    SiloStore::open(std::move(copy), KeyRing::ephemeral(), store, opening.call, {},
                                    std::move(opening.file_schema), std::move(folder)));
  return std::shared_ptr<StoreBackend>{std::move(opened)};
}

}  // namespace tenancy::inline v0::detail::silo
