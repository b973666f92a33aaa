#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "storage/sqlite/sqlite_store.hpp"
#include "storage/sqlite/temporary_folder.hpp"

namespace tenancy::inline v0::detail::silo {

/// What a folder of gathered rows is called by.
inline constexpr std::string_view crossing_purpose = "crossing";

/// The rows of one table out of many tenants' files, in a private database that is gone at the end.
///
/// Thread safety: confined to one thread at a time.
class GatheredRows {
 public:
  /// An empty table as the control file has it, without its references and triggers.
  /// Errors: `cannot_open`; `invalid_mapping` for a table that is not there.
  static Result<std::unique_ptr<GatheredRows>> create(const std::filesystem::path& beside,
                                                      sqlite::SqliteStore& control,
                                                      std::string_view table,
                                                      const CallOptions& options,
                                                      const CallLimits& limits);

  /// Copies the rows of the tenant whose file it is.
  Result<void> add(sqlite::SqliteStore& file, TenantId tenant, const CallOptions& options,
                   const CallLimits& limits);

  [[nodiscard]] sqlite::Connection& connection() noexcept { return *connection_; }

 private:
  explicit GatheredRows(sqlite::TemporaryFolder folder) noexcept : folder_{std::move(folder)} {}

  sqlite::TemporaryFolder folder_;
  std::unique_ptr<sqlite::Connection> connection_;
  int columns_ = 0;
  std::string select_;  ///< Up to the tenant.
  std::string insert_;
};

}  // namespace tenancy::inline v0::detail::silo
