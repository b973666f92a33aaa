#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "support/postgres_place.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_store.hpp"

namespace e2e {

enum class Place : std::uint8_t { sqlite, silo, postgresql };

/// What TENANCY_TEST_STORE says.
Place wanted_place();

/// A place for a store of the real programs, with nothing in it yet: a file, a silo, or a database
/// of the private PostgreSQL server with its two roles.
class ProgramStore {
 public:
  explicit ProgramStore(Place place = wanted_place());

  /// A private folder.
  [[nodiscard]] std::filesystem::path folder() const { return folder_.path(); }
  /// The service's data directory in it, which the service makes.
  [[nodiscard]] std::string data() const { return folder_ / "service" / "data"; }
  /// Of SQLite alone.
  [[nodiscard]] std::filesystem::path file() const;
  [[nodiscard]] std::filesystem::path keys() const;

  /// As programs use it, and as the one who brings its schema up to date, which is somebody else on
  /// PostgreSQL alone.
  [[nodiscard]] std::string url() const;
  [[nodiscard]] std::string owner_url() const;

  /// What names it to the service, with further arguments, and to tenantctl.
  [[nodiscard]] std::vector<std::string> service_arguments(
      const std::vector<std::string>& more = {}) const;
  [[nodiscard]] std::vector<std::string> ctl_environment() const { return environment_for(url()); }
  [[nodiscard]] std::vector<std::string> owner_environment() const {
    return environment_for(owner_url());
  }

  /// Past the library; in a silo, in the control file.
  void run_raw(const std::string& sql) const;
  [[nodiscard]] tenancy_test::RawRows rows_raw(const std::string& sql) const;
  /// In a silo, in the files of its tenants.
  void run_raw_for_tenants(const std::string& sql) const;
  [[nodiscard]] tenancy_test::RawRows rows_raw_of_tenants(const std::string& sql) const;
  [[nodiscard]] std::vector<std::string> columns_of(const std::string& table) const;

  /// On PostgreSQL alone.
  [[nodiscard]] const tenancy_test::PostgresDatabase& database() const { return *database_; }

  /// All that is kept, one thing behind the other.
  [[nodiscard]] std::string content() const;
  /// On PostgreSQL, until the server has done with what a program asked that was killed.
  void await_no_programs() const;

 private:
  [[nodiscard]] std::vector<std::string> environment_for(const std::string& url) const;
  [[nodiscard]] std::vector<std::filesystem::path> tenants_files() const;

  Place place_;
  tenancy_test::TemporaryFolder folder_;
  std::optional<tenancy_test::PostgresDatabase> database_;
};

}  // namespace e2e
