#include "migrate/row_policy.hpp"
#include "registry/schema.hpp"

namespace tenancy::inline v0::detail {

std::vector<Migration> postgres_control_schema() {
  // Names and ids sort by their bytes, as they do on SQLite.
  return {
      Migration{1, "control tables", create_policy_functions() + R"(
CREATE TABLE tenancy_tenants (
  tenant_id        BIGINT PRIMARY KEY CHECK (tenant_id > 0),
  slug             TEXT COLLATE "C" NOT NULL UNIQUE,
  name             TEXT COLLATE "C" NOT NULL,
  status           TEXT COLLATE "C" NOT NULL CHECK (status IN ('provisioning', 'active', 'inactive',
                                                               'suspended', 'archived')),
  epoch            BIGINT NOT NULL,
  created_at       BIGINT NOT NULL,
  updated_at       BIGINT NOT NULL,
  plan             TEXT COLLATE "C" NOT NULL DEFAULT '',
  template_version TEXT COLLATE "C" NOT NULL DEFAULT '',
  workflow_ids     TEXT NOT NULL DEFAULT '{}',
  metadata         TEXT NOT NULL DEFAULT '{}',
  version          BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX tenancy_tenants_by_creation ON tenancy_tenants (created_at, tenant_id);
CREATE INDEX tenancy_tenants_by_status ON tenancy_tenants (status, created_at, tenant_id);
CREATE TABLE tenancy_api_keys (
  key_id       TEXT COLLATE "C" PRIMARY KEY,
  tenant_id    BIGINT NOT NULL REFERENCES tenancy_tenants,
  name         TEXT NOT NULL,
  scope        TEXT NOT NULL CHECK (scope IN ('read', 'write', 'admin')),
  key_version  BIGINT NOT NULL,
  hash         BYTEA NOT NULL,
  created_at   BIGINT NOT NULL,
  expires_at   BIGINT,
  revoked_at   BIGINT,
  last_used_at BIGINT
);
CREATE INDEX tenancy_api_keys_by_tenant ON tenancy_api_keys (tenant_id, created_at, key_id);
CREATE TABLE tenancy_administrator_keys (
  key_id      TEXT COLLATE "C" PRIMARY KEY,
  name        TEXT NOT NULL,
  key_version BIGINT NOT NULL,
  hash        BYTEA NOT NULL,
  created_at  BIGINT NOT NULL,
  revoked_at  BIGINT
);
CREATE TABLE tenancy_crossings (
  crossing_id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  principal   TEXT NOT NULL,
  purpose     TEXT NOT NULL,
  explanation TEXT NOT NULL,
  created_at  BIGINT NOT NULL,
  crossing    TEXT NOT NULL,
  used_for    TEXT NOT NULL,
  about       TEXT NOT NULL
);
CREATE TABLE tenancy_identifiers (
  kind       TEXT COLLATE "C" NOT NULL,
  value      TEXT COLLATE "C" NOT NULL,
  tenant_id  BIGINT NOT NULL REFERENCES tenancy_tenants,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (kind, value)
);
CREATE INDEX tenancy_identifiers_by_tenant ON tenancy_identifiers (tenant_id, kind, value);
CREATE TABLE tenancy_impersonations (
  impersonation_id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant_id        BIGINT NOT NULL REFERENCES tenancy_tenants,
  principal        TEXT NOT NULL,
  scope            TEXT NOT NULL CHECK (scope IN ('read', 'write', 'admin')),
  purpose          TEXT NOT NULL,
  explanation      TEXT NOT NULL,
  created_at       BIGINT NOT NULL,
  expires_at       BIGINT NOT NULL
);
CREATE INDEX tenancy_impersonations_by_tenant ON tenancy_impersonations (tenant_id, created_at);
CREATE TABLE tenancy_key_checks (
  key_version BIGINT PRIMARY KEY CHECK (key_version > 0),
  tag         BYTEA NOT NULL,
  created_at  BIGINT NOT NULL
);
CREATE TABLE tenancy_health_probe (
  id     BIGINT PRIMARY KEY CHECK (id = 1),
  probes BIGINT NOT NULL
);
CREATE TABLE tenancy_quotas (
  tenant_id     BIGINT NOT NULL REFERENCES tenancy_tenants,
  metric        TEXT COLLATE "C" NOT NULL,
  used          BIGINT CHECK (used >= 0),
  own_limit     BIGINT CHECK (own_limit >= 0),
  resets        BIGINT NOT NULL DEFAULT 0,
  last_reset_at BIGINT,
  updated_at    BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, metric)
);
CREATE TABLE tenancy_quota_resets (
  tenant_id   BIGINT NOT NULL,
  metric      TEXT COLLATE "C" NOT NULL,
  number      BIGINT NOT NULL CHECK (number > 0),
  used_before BIGINT NOT NULL,
  principal   TEXT NOT NULL,
  reason      TEXT NOT NULL,
  created_at  BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, metric, number),
  FOREIGN KEY (tenant_id, metric) REFERENCES tenancy_quotas
);
)" + secure_rows("tenancy_quotas") + secure_rows("tenancy_quota_resets")},
      Migration{2, "erased tenants",
                R"(
ALTER TABLE tenancy_tenants ADD COLUMN erased_at BIGINT;
)"},
      // By it the application vouches for a tenant whose query is to run. Whoever runs queries
      // cannot read it.
      Migration{3, "secret of queries", R"(
CREATE TABLE tenancy_query_secrets (
  id     BIGINT PRIMARY KEY CHECK (id = 1),
  secret BYTEA NOT NULL CHECK (length(secret) = 32)
);
INSERT INTO tenancy_query_secrets (id, secret)
SELECT 1, sha256(string_agg(uuid_send(gen_random_uuid()), ''::bytea)) FROM generate_series(1, 4);
)"},
  };
}

}  // namespace tenancy::inline v0::detail
