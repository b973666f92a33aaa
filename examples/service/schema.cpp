#include "service/deployment.hpp"

namespace tenantd {

std::vector<tenancy::Migration> migrations() {
  return {{1, "create deployments", R"sql(
CREATE TABLE deployments (
  tenant_id    INTEGER NOT NULL REFERENCES tenancy_tenants,
  id           TEXT NOT NULL,
  project_name TEXT NOT NULL,
  status       TEXT NOT NULL CHECK (status IN ('pending', 'active', 'failed', 'stopped')),
  url          TEXT,
  created_at   INTEGER NOT NULL,
  updated_at   INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX deployments_by_creation ON deployments (tenant_id, created_at DESC);
)sql"}};
}

}  // namespace tenantd
