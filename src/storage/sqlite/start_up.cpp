#include "storage/sqlite/start_up.hpp"

#include <system_error>

#include "storage/sqlite/engine.hpp"
#include "storage/sqlite/file_checks.hpp"
#include "storage/sqlite/identity.hpp"

namespace tenancy::inline v0::detail::sqlite {
namespace {

/// Whether there is a file, once the engine and the files are sound.
Result<bool> check_surroundings(const std::filesystem::path& file, const StoreOptions& options) {
  BOOST_OUTCOME_TRY(check_engine(options.second_engine));
  BOOST_OUTCOME_TRY(check_files(file));
  std::error_code failure;
  return std::filesystem::exists(file, failure) || failure;
}

}  // namespace

Result<void> check_before_opening(const std::filesystem::path& file, const StoreOptions& options) {
  BOOST_OUTCOME_TRY(const bool exists, check_surroundings(file, options));
  return exists ? check_identity(file, options.max_wait) : success();
}

Result<bool> check_before_reading(const std::filesystem::path& file, const StoreOptions& options) {
  BOOST_OUTCOME_TRY(const bool exists, check_surroundings(file, options));
  if (!exists) {
    return false;
  }
  BOOST_OUTCOME_TRY(const auto owner, find_owner(file, options.max_wait));
  return owner == Owner::this_library;
}

}  // namespace tenancy::inline v0::detail::sqlite
