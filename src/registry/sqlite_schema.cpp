#include "registry/schema.hpp"

namespace tenancy::inline v0::detail {

std::vector<Migration> sqlite_control_schema() {
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
      Migration{4, "registry",
                R"(
ALTER TABLE tenancy_tenants ADD COLUMN plan TEXT NOT NULL DEFAULT '';
ALTER TABLE tenancy_tenants ADD COLUMN template_version TEXT NOT NULL DEFAULT '';
ALTER TABLE tenancy_tenants ADD COLUMN workflow_ids TEXT NOT NULL DEFAULT '{}';
ALTER TABLE tenancy_tenants ADD COLUMN metadata TEXT NOT NULL DEFAULT '{}';
ALTER TABLE tenancy_tenants ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
CREATE INDEX tenancy_tenants_by_status ON tenancy_tenants (status, created_at, tenant_id);
CREATE TABLE tenancy_identifiers (
  kind       TEXT NOT NULL,
  value      TEXT NOT NULL,
  tenant_id  INTEGER NOT NULL REFERENCES tenancy_tenants,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (kind, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX tenancy_identifiers_by_tenant ON tenancy_identifiers (tenant_id, kind, value);
ALTER TABLE tenancy_api_keys ADD COLUMN last_used_at INTEGER;
CREATE TABLE tenancy_impersonations (
  impersonation_id INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant_id        INTEGER NOT NULL REFERENCES tenancy_tenants,
  principal        TEXT NOT NULL,
  scope            TEXT NOT NULL CHECK (scope IN ('read', 'write', 'admin')),
  purpose          TEXT NOT NULL,
  explanation      TEXT NOT NULL,
  created_at       INTEGER NOT NULL,
  expires_at       INTEGER NOT NULL
) STRICT;
CREATE INDEX tenancy_impersonations_by_tenant ON tenancy_impersonations (tenant_id, created_at);
)"},
      Migration{5, "key checks",
                R"(
CREATE TABLE tenancy_key_checks (
  key_version INTEGER PRIMARY KEY CHECK (key_version > 0),
  tag         BLOB NOT NULL,
  created_at  INTEGER NOT NULL
) STRICT;
)"},
      Migration{6, "health probe",
                R"(
CREATE TABLE tenancy_health_probe (
  id     INTEGER PRIMARY KEY CHECK (id = 1),
  probes INTEGER NOT NULL
) STRICT;
)"},
      // A row for each use, where there was one for each permission.
      Migration{7, "uses of crossings",
                R"(
ALTER TABLE tenancy_crossings ADD COLUMN crossing TEXT NOT NULL DEFAULT '';
ALTER TABLE tenancy_crossings ADD COLUMN used_for TEXT NOT NULL DEFAULT 'permission';
ALTER TABLE tenancy_crossings ADD COLUMN about TEXT NOT NULL DEFAULT '';
UPDATE tenancy_crossings SET crossing = crossing_id;
)"},
      // Nothing is used, which is not 0, as long as a tenant has but a limit.
      Migration{8, "quotas",
                R"(
CREATE TABLE tenancy_quotas (
  tenant_id     INTEGER NOT NULL REFERENCES tenancy_tenants,
  metric        TEXT NOT NULL,
  used          INTEGER CHECK (used >= 0),
  own_limit     INTEGER CHECK (own_limit >= 0),
  resets        INTEGER NOT NULL DEFAULT 0,
  last_reset_at INTEGER,
  updated_at    INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, metric)
) STRICT, WITHOUT ROWID;
CREATE TABLE tenancy_quota_resets (
  tenant_id   INTEGER NOT NULL,
  metric      TEXT NOT NULL,
  number      INTEGER NOT NULL CHECK (number > 0),
  used_before INTEGER NOT NULL,
  principal   TEXT NOT NULL,
  reason      TEXT NOT NULL,
  created_at  INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, metric, number),
  FOREIGN KEY (tenant_id, metric) REFERENCES tenancy_quotas
) STRICT, WITHOUT ROWID;
)"},
      Migration{9, "erased tenants",
                R"(
ALTER TABLE tenancy_tenants ADD COLUMN erased_at INTEGER;
)"},
  };
}

}  // namespace tenancy::inline v0::detail
