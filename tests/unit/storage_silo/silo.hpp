#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <unistd.h>

#include "tenancy/data/repository.hpp"
#include "tenancy/registry/open.hpp"

#include "support/entities.hpp"
#include "support/silo_place.hpp"
#include "support/test_store.hpp"

namespace tenancy_test {

/// A silo in a private folder, which is opened and closed as a test likes.
struct Silo {
  TemporaryFolder folder;
  std::filesystem::path root = folder / "silo";

  [[nodiscard]] std::string url() const { return "sqlite-silo:" + root.string(); }
  [[nodiscard]] tenancy::Authority open(tenancy::StoreOptions store = {},
                                        std::vector<tenancy::Migration> schema = test_schema(),
                                        tenancy::SchemaMode mode = {}) const {
    return must(try_open(std::move(store), std::move(schema), mode));
  }
  [[nodiscard]] tenancy::Result<tenancy::Authority> try_open(
      tenancy::StoreOptions store = {}, std::vector<tenancy::Migration> schema = test_schema(),
      tenancy::SchemaMode mode = {}) const {
    return tenancy::open(
        url(), {.migrations = std::move(schema), .schema = mode, .store = std::move(store)});
  }
  [[nodiscard]] std::vector<std::filesystem::path> files() const { return tenants_files(root); }

  /// How many descriptors of this process lead into the silo.
  [[nodiscard]] std::size_t descriptors() const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator{"/proc/self/fd"}) {
      std::error_code gone;
      const auto target = std::filesystem::read_symlink(entry.path(), gone).string();
      count += target.starts_with(root.string()) ? 1U : 0U;
    }
    return count;
  }
};

inline tenancy::Tenant create(const tenancy::Authority& authority, std::string_view slug) {
  return must(authority.registry(tester()).create({std::string{slug}, std::string{slug}}));
}

inline tenancy::Result<tenancy::TenantContext> enter(const tenancy::Authority& authority,
                                                     tenancy::TenantId tenant) {
  return authority.enter(tenant, tester());
}

/// The tenant's notes, by a context that is made for it.
inline tenancy::Result<std::int64_t> count_notes(const tenancy::Authority& authority,
                                                 tenancy::TenantId tenant) {
  BOOST_OUTCOME_TRY(const auto context, enter(authority, tenant));
  return tenancy::ReadRepository<Note>{authority.store(), context}.count();
}

inline tenancy::Result<void> write_note(const tenancy::Authority& authority,
                                        tenancy::TenantId tenant, const std::string& title) {
  BOOST_OUTCOME_TRY(const auto context, enter(authority, tenant));
  const tenancy::Repository<Note> notes{authority.store(), context};
  BOOST_OUTCOME_TRY(notes.insert({.title = title}));
  return tenancy::success();
}

inline tenancy::CrossTenantContext cross(
    const tenancy::Authority& authority,
    tenancy::CrossingPurpose purpose = tenancy::CrossingPurpose::reporting) {
  return must(authority.cross_tenants(
      tester(), must(tenancy::CrossingReason::create(purpose, "notes of all tenants"))));
}

/// Of a tenant that is archived.
inline tenancy::Result<tenancy::ErasureReport> erase(const tenancy::Authority& authority,
                                                     tenancy::TenantId tenant) {
  const auto crossing = cross(authority, tenancy::CrossingPurpose::maintenance);
  return authority.maintenance(crossing).erase_tenant(tenant);
}

}  // namespace tenancy_test
