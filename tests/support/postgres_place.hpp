#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "tenancy/storage/postgres/store_kind.hpp"

#include "support/test_store.hpp"

namespace tenancy_test {

/// A database of its own on the shared private server, which is dropped at the end.
class PostgresDatabase {
 public:
  PostgresDatabase();
  PostgresDatabase(const PostgresDatabase&) = delete;
  PostgresDatabase& operator=(const PostgresDatabase&) = delete;
  ~PostgresDatabase();

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] std::string url(std::string_view role) const;
  [[nodiscard]] std::string admin_url() const { return url("postgres"); }
  [[nodiscard]] std::string owner_url() const { return url("tenancy_owner"); }
  [[nodiscard]] std::string application_url() const { return url("tenancy_app"); }
  [[nodiscard]] std::string queries_url() const { return url("tenancy_query"); }

 private:
  std::string name_;
};

/// A store in it. Its schema and what is run past the library are written for SQLite and spelled
/// for PostgreSQL here.
class PostgresPlace final : public TestPlace {
 public:
  /// Through PgBouncer, where TENANCY_TEST_STORE says so (`pgbouncer`).
  explicit PostgresPlace(tenancy::OpenOptions options = {.migrations = test_schema()},
                         tenancy::postgres::PostgresOptions postgres = {});

  tenancy::Authority& authority() noexcept override { return authority_; }
  std::shared_ptr<tenancy::ManualClock> clock() const override { return clock_; }
  std::string url() const override;
  tenancy::OpenOptions again() const override;
  std::filesystem::path file() const override;
  void run_raw(const std::string& sql) const override;
  [[nodiscard]] RawRows rows_raw(const std::string& sql) const override;

  [[nodiscard]] const PostgresDatabase& database() const noexcept { return database_; }

 private:
  [[nodiscard]] tenancy::OpenOptions prepared(tenancy::OpenOptions options,
                                              tenancy::postgres::PostgresOptions postgres) const;

  PostgresDatabase database_;
  std::shared_ptr<tenancy::ManualClock> clock_;
  tenancy::OpenOptions options_;
  tenancy::Authority authority_;
};

}  // namespace tenancy_test
