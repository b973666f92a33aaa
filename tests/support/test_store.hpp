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

/// A store in a file, with a clock that the test moves and two tenants.
class TestStore {
 public:
  explicit TestStore(tenancy::StoreOptions options = {},
                     std::vector<tenancy::Migration> schema = test_schema(),
                     tenancy::SchemaPolicy policy = {},
                     tenancy::RegistryOptions registry_options = {});

  /// Opens the same file once more, as another process would.
  [[nodiscard]] tenancy::Authority open_again() const;

  /// A connection past the library, for what a test must break or look at.
  [[nodiscard]] SQLite::Database raw() const;
  void run_raw(const std::string& sql) const;
  /// Leaves a table its columns and rows and none of its rules, as damage may.
  void drop_rules(const std::string& table) const;
  /// Makes `notes` a view whose tenant answers a predicate with one of the two and the result with
  /// the other, sooner or later: what a wrong index or predicate would do, made for real.
  void mix_up_notes() const;
  void sort_out_notes() const;

  tenancy::Tenant create_tenant(std::string_view slug) const;
  [[nodiscard]] tenancy::TenantContext enter(const tenancy::Tenant& tenant,
                                             tenancy::Scope scope = tenancy::Scope::write) const;

  [[nodiscard]] std::filesystem::path file() const { return temporary_.file(); }
  [[nodiscard]] std::string url() const { return temporary_.url(); }

 private:
  std::vector<tenancy::Migration> schema_;
  tenancy::SchemaPolicy policy_;
  tenancy::testing::TemporaryStore temporary_;

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
