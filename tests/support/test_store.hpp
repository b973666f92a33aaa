#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <SQLiteCpp/Database.h>
#include <doctest/doctest.h>

#include "tenancy/core/clock.hpp"
#include "tenancy/registry/open.hpp"
#include "tenancy/testing/temporary_store.hpp"

#include "support/must.hpp"
#include "support/temporary_folder.hpp"

namespace tenancy_test {

/// The schema that most tests use: notes and tasks of tenants.
std::vector<tenancy::Migration> test_schema();

/// Whether the tests run on PostgreSQL: TENANCY_TEST_STORE is "postgresql".
bool is_on_postgres();
/// Which is then reached through PgBouncer.
bool is_through_pgbouncer();
/// Whether they run on a file per tenant: TENANCY_TEST_STORE is "sqlite-silo".
bool is_on_silo();

/// How much random work a run does where SQLite in one file does as much as that: less where each
/// transaction asks a server, or a file of its own.
int of_random_work(int amount);

/// Rows of texts, as the engine shows them, and NULLs.
using RawRows = std::vector<std::vector<std::optional<std::string>>>;

/// Of one file of SQLite's.
RawRows rows_of_file(const std::filesystem::path& file, const std::string& sql);

/// Where a test's store is: in a file, or in a database of a private PostgreSQL server.
class TestPlace {
 public:
  TestPlace() = default;
  TestPlace(const TestPlace&) = delete;
  TestPlace& operator=(const TestPlace&) = delete;
  virtual ~TestPlace() = default;

  [[nodiscard]] virtual tenancy::Authority& authority() noexcept = 0;
  [[nodiscard]] virtual std::shared_ptr<tenancy::ManualClock> clock() const = 0;
  [[nodiscard]] virtual std::string url() const = 0;
  [[nodiscard]] virtual tenancy::OpenOptions again() const = 0;
  [[nodiscard]] virtual std::filesystem::path file() const = 0;
  /// Of a store that is made of several, all of them.
  [[nodiscard]] virtual std::vector<std::filesystem::path> files() const { return {file()}; }
  virtual void run_raw(const std::string& sql) const = 0;
  [[nodiscard]] virtual RawRows rows_raw(const std::string& sql) const = 0;

  static std::unique_ptr<TestPlace> create(tenancy::OpenOptions options);
};

/// A store with a clock that the test moves and two tenants.
class TestStore {
 public:
  explicit TestStore(tenancy::StoreOptions options = {},
                     std::vector<tenancy::Migration> schema = test_schema(),
                     tenancy::SchemaPolicy policy = {},
                     tenancy::RegistryOptions registry_options = {});

  explicit TestStore(std::unique_ptr<TestPlace> place);

  /// Opens the same store once more, as another process would.
  [[nodiscard]] tenancy::Authority open_again() const;

  /// A connection past the library, for what a test must break or look at; on SQLite only.
  [[nodiscard]] SQLite::Database raw() const;
  /// One to each file that there is.
  [[nodiscard]] std::vector<SQLite::Database> raws() const;
  void run_raw(const std::string& sql) const;
  [[nodiscard]] RawRows rows_raw(const std::string& sql) const { return place_->rows_raw(sql); }
  /// Leaves a table its columns and rows and none of its rules, as damage may.
  void drop_rules(const std::string& table) const;
  /// Makes `notes` a view whose tenant answers a predicate with one of the two and the result with
  /// the other, sooner or later: what a wrong index or predicate would do, made for real.
  void mix_up_notes() const;
  void sort_out_notes() const;

  tenancy::Tenant create_tenant(std::string_view slug) const;
  [[nodiscard]] tenancy::TenantContext enter(const tenancy::Tenant& tenant,
                                             tenancy::Scope scope = tenancy::Scope::write) const;

  /// On SQLite only.
  [[nodiscard]] std::filesystem::path file() const { return place_->file(); }
  [[nodiscard]] std::string url() const { return place_->url(); }

 private:
  std::unique_ptr<TestPlace> place_;

 public:
  std::shared_ptr<tenancy::ManualClock> clock;
  tenancy::Authority& authority;
  tenancy::Store store;
  tenancy::TenantRegistry registry;
  tenancy::Tenant acme;
  tenancy::Tenant globex;
};

/// Who the tests act as.
tenancy::Principal tester();

}  // namespace tenancy_test
