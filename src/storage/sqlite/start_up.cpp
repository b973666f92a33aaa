#include "storage/sqlite/start_up.hpp"

#include <system_error>

#include "storage/sqlite/engine.hpp"
#include "storage/sqlite/file_checks.hpp"
#include "storage/sqlite/identity.hpp"

namespace tenancy::inline v0::detail::sqlite {

Result<void> check_before_opening(const std::filesystem::path& file, const StoreOptions& options) {
  BOOST_OUTCOME_TRY(check_engine(options.second_engine));
  BOOST_OUTCOME_TRY(check_files(file));
  std::error_code failure;
  const bool is_new = !std::filesystem::exists(file, failure) && !failure;
  return is_new ? success() : check_identity(file, options.max_wait);
}

}  // namespace tenancy::inline v0::detail::sqlite
