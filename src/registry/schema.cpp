#include "registry/schema.hpp"

namespace tenancy::inline v0::detail {

std::vector<Migration> control_schema() {
  return {
      Migration{1, "tenants",
                R"(
CREATE TABLE tenancy_tenants (
  tenant_id  INTEGER PRIMARY KEY CHECK (tenant_id > 0),
  slug       TEXT NOT NULL UNIQUE,
  name       TEXT NOT NULL,
  status     TEXT NOT NULL CHECK (status IN ('provisioning', 'active', 'inactive', 'suspended',
                                             'archived')),
  epoch      INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX tenancy_tenants_by_creation ON tenancy_tenants (created_at, tenant_id);
)"},
      Migration{2, "keys",
                R"(
CREATE TABLE tenancy_api_keys (
  key_id      TEXT PRIMARY KEY,
  tenant_id   INTEGER NOT NULL REFERENCES tenancy_tenants,
  name        TEXT NOT NULL,
  scope       TEXT NOT NULL CHECK (scope IN ('read', 'write', 'admin')),
  key_version INTEGER NOT NULL,
  hash        BLOB NOT NULL,
  created_at  INTEGER NOT NULL,
  expires_at  INTEGER,
  revoked_at  INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX tenancy_api_keys_by_tenant ON tenancy_api_keys (tenant_id, created_at);
CREATE TABLE tenancy_administrator_keys (
  key_id      TEXT PRIMARY KEY,
  name        TEXT NOT NULL,
  key_version INTEGER NOT NULL,
  hash        BLOB NOT NULL,
  created_at  INTEGER NOT NULL,
  revoked_at  INTEGER
) STRICT, WITHOUT ROWID;
)"},
      Migration{3, "crossings",
                R"(
CREATE TABLE tenancy_crossings (
  crossing_id INTEGER PRIMARY KEY AUTOINCREMENT,
  principal   TEXT NOT NULL,
  purpose     TEXT NOT NULL,
  explanation TEXT NOT NULL,
  created_at  INTEGER NOT NULL
) STRICT;
)"},
      Migration{4, "key checks",
                R"(
CREATE TABLE tenancy_key_checks (
  key_version INTEGER PRIMARY KEY CHECK (key_version > 0),
  tag         BLOB NOT NULL,
  created_at  INTEGER NOT NULL
) STRICT;
)"},
      Migration{5, "health probe",
                R"(
CREATE TABLE tenancy_health_probe (
  id     INTEGER PRIMARY KEY CHECK (id = 1),
  probes INTEGER NOT NULL
) STRICT;
)"},
  };
}

}  // namespace tenancy::inline v0::detail
