#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tenancy/registry/open.hpp"

#include "support/temporary_folder.hpp"
#include "support/test_store.hpp"

namespace tenancy_test {

class PostgresDatabase;

/// Where a test makes a store itself, on what TENANCY_TEST_STORE says: a folder with nothing in it,
/// or a database that has its roles and no table. Schemas and what is run past the library are
/// written for SQLite and spelled for PostgreSQL here.
class EmptyPlace {
 public:
  EmptyPlace();
  EmptyPlace(const EmptyPlace&) = delete;
  EmptyPlace& operator=(const EmptyPlace&) = delete;
  ~EmptyPlace();

  [[nodiscard]] std::string url() const;
  /// For `tenancy::migrate`: on PostgreSQL as the owner of the tables, elsewhere the same.
  [[nodiscard]] std::string owner_url() const;
  /// With what it takes to make and open a store here.
  [[nodiscard]] tenancy::OpenOptions with(std::vector<tenancy::Migration> migrations) const;

  /// Past the library, as who migrates; of a silo, in the file that holds its tenants.
  void run(const std::string& sql) const;
  [[nodiscard]] RawRows rows(const std::string& sql) const;
  /// The first value of the first row, as the engine shows it.
  [[nodiscard]] std::string value(const std::string& sql) const;
  [[nodiscard]] bool has_table(const std::string& name) const;
  /// The numbers of the host's steps that are on record.
  [[nodiscard]] std::vector<std::int64_t> applied() const;

  /// SQLite's, or the silo's file that holds its tenants.
  [[nodiscard]] std::filesystem::path file() const;
  /// Where it lies; not on PostgreSQL.
  [[nodiscard]] const TemporaryFolder& folder() const noexcept { return folder_; }

 private:
  TemporaryFolder folder_;
  std::unique_ptr<PostgresDatabase> database_;
  // Of the store on PostgreSQL; elsewhere they lie beside it.
  tenancy::KeyRing keys_;
};

}  // namespace tenancy_test
