#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "tenancy/data/mapping.hpp"
#include "tenancy/migrate/migration.hpp"

namespace tenancy_test::isolation {

/// What things refer to. Its name is unique within a tenant.
struct Owner {
  std::string id = {};
  std::string name = {};

  friend bool operator==(const Owner&, const Owner&) = default;
};

constexpr auto tenancy_mapping(std::type_identity<Owner>) {
  namespace m = tenancy::mapping;
  return m::entity("owners", m::key("id", &Owner::id), m::column("name", &Owner::name));
}

/// A row with a key, a unique title, columns that may be NULL, a reference, times and a version.
struct Thing {
  std::int64_t id = 0;
  std::string title = {};
  std::optional<std::string> note = {};
  std::int64_t points = 0;
  std::optional<double> weight = {};
  std::optional<std::string> owner = {};
  tenancy::Timestamp created_at = {};
  tenancy::Timestamp updated_at = {};

  friend bool operator==(const Thing&, const Thing&) = default;
};

constexpr auto tenancy_mapping(std::type_identity<Thing>) {
  namespace m = tenancy::mapping;
  return m::entity("things", m::key("id", &Thing::id), m::column("title", &Thing::title),
                   m::column("note", &Thing::note), m::column("points", &Thing::points),
                   m::column("weight", &Thing::weight), m::column("owner", &Thing::owner),
                   m::created_at("created_at", &Thing::created_at),
                   m::updated_at("updated_at", &Thing::updated_at), m::row_version("version"),
                   m::foreign_key<Owner>(&Thing::owner));
}

inline std::vector<tenancy::Migration> things_schema() {
  return {{1, "things",
           "CREATE TABLE owners (tenant_id INTEGER NOT NULL REFERENCES tenancy_tenants, "
           "id TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (tenant_id, id), "
           "UNIQUE (tenant_id, name)) STRICT, WITHOUT ROWID; "
           "CREATE TABLE things (tenant_id INTEGER NOT NULL REFERENCES tenancy_tenants, "
           "id INTEGER NOT NULL, title TEXT NOT NULL, note TEXT, "
           "points INTEGER NOT NULL CHECK (points >= 0), weight REAL, owner TEXT, "
           "created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, version INTEGER NOT NULL, "
           "PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, title), "
           "FOREIGN KEY (tenant_id, owner) REFERENCES owners (tenant_id, id)) "
           "STRICT, WITHOUT ROWID; "
           "CREATE INDEX things_by_points ON things (tenant_id, points, title); "
           "CREATE INDEX things_by_owner ON things (tenant_id, owner)"}};
}

}  // namespace tenancy_test::isolation
