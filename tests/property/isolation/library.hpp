#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include <SQLiteCpp/Database.h>

#include "tenancy/data/repository.hpp"

#include "property/isolation/answer.hpp"
#include "property/isolation/operation.hpp"
#include "support/test_store.hpp"

namespace tenancy_test::isolation {

/// The library on a fresh store, doing what it is told.
class Library {
 public:
  Library();

  Answer apply(const Operation& operation);

  [[nodiscard]] tenancy::Timestamp now() const { return test_.clock->now(); }
  void advance() const { test_.clock->advance(tenancy::Timestamp::Duration{1}); }

  /// Each row of a tenant as the files hold it, read past the library.
  [[nodiscard]] std::vector<std::string> stored(int tenant) const;
  /// How many rows are there that belong to none of the tenants.
  [[nodiscard]] std::int64_t stray_rows() const;
  void run_raw(const std::string& sql) const { test_.run_raw(sql); }
  [[nodiscard]] tenancy::TenantId id_of(int tenant) const { return tenant_of(tenant).id; }

 private:
  struct Walk {
    Operation list;
    std::optional<std::string> next;
    std::optional<std::string> previous;
  };
  struct Tenant {
    tenancy::TenantId id;
    tenancy::TenantContext context;
    std::array<std::optional<Walk>, walk_count> walks = {};
  };

  [[nodiscard]] Tenant& tenant_of(int number) { return tenants_[static_cast<std::size_t>(number)]; }
  [[nodiscard]] const Tenant& tenant_of(int number) const {
    return tenants_[static_cast<std::size_t>(number)];
  }

  Answer change_status(const Operation& operation);
  Answer transaction(const Operation& operation);
  /// Why a tenant's context opens no transaction now.
  [[nodiscard]] std::optional<tenancy::errc> refusal_of(int tenant) const;
  Answer snapshot(const Operation& operation);
  Answer read_page(int tenant, std::optional<Walk>& walk, std::optional<std::string> cursor);
  Answer present(const Operation& operation);

  TestStore test_;
  std::vector<Tenant> tenants_;
};

}  // namespace tenancy_test::isolation
