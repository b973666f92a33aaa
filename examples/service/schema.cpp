#include "service/schema.hpp"

#include <utility>

#include "tenancy/data/mappings.hpp"
#include "tenancy/migrate/tenant_table.hpp"

#include "service/deployment.hpp"
#include "service/execution.hpp"
#include "service/remembered_answer.hpp"
#include "service/workflow.hpp"

namespace tenantd {
namespace {

using tenancy::Dialect;
using tenancy::Migration;
using tenancy::Result;
using tenancy::TenantTable;

// Steps that were applied anywhere stay as they are, each letter of them: a change is a further
// step.

/// A step whose text is another on each engine.
Migration in_both(std::int64_t version, std::string name, std::string sqlite,
                  std::string postgresql) {
  return {.version = version,
          .name = std::move(name),
          .dialects = {{Dialect::sqlite, std::move(sqlite)},
                       {Dialect::postgresql, std::move(postgresql)}}};
}

Result<Migration> create_deployments() {
  using enum tenancy::ColumnType;
  constexpr const char* sqlite = R"sql(
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
)sql";
  const TenantTable table{
      .name = "deployments",
      .columns = {{.name = "id", .type = text},
                  {.name = "project_name", .type = text},
                  {.name = "status",
                   .type = text,
                   .check = "status IN ('pending', 'active', 'failed', 'stopped')"},
                  {.name = "url", .type = text, .is_nullable = true},
                  {.name = "created_at", .type = timestamp},
                  {.name = "updated_at", .type = timestamp}},
      .key = {"id"},
      .indexes = {{.columns = {"created_at"}, .name = "deployments_by_creation"}}};
  BOOST_OUTCOME_TRY(auto postgresql, create_tenant_table(table, Dialect::postgresql));
  return in_both(1, "create deployments", sqlite, std::move(postgresql));
}

/// For ETags, filters and orders.
Migration version_deployments() {
  return in_both(2, "version deployments", R"sql(
ALTER TABLE deployments ADD COLUMN row_version INTEGER NOT NULL DEFAULT 1;
CREATE INDEX deployments_by_status ON deployments (tenant_id, status);
CREATE INDEX deployments_by_project_name ON deployments (tenant_id, project_name);
CREATE INDEX deployments_by_change ON deployments (tenant_id, updated_at);
)sql",
                 R"sql(
ALTER TABLE deployments ADD COLUMN row_version BIGINT NOT NULL DEFAULT 1;
CREATE INDEX deployments_by_status ON deployments (tenant_id, status);
CREATE INDEX deployments_by_project_name ON deployments (tenant_id, project_name);
CREATE INDEX deployments_by_change ON deployments (tenant_id, updated_at);
)sql");
}

Result<Migration> create(std::int64_t version, const TenantTable& table) {
  BOOST_OUTCOME_TRY(auto sqlite, create_tenant_table(table, Dialect::sqlite));
  BOOST_OUTCOME_TRY(auto postgresql, create_tenant_table(table, Dialect::postgresql));
  return in_both(version, "create " + table.name, std::move(sqlite), std::move(postgresql));
}

Result<Migration> create_workflows() {
  using enum tenancy::ColumnType;
  return create(
      3, {.name = "workflows",
          .columns = {{.name = "id", .type = text},
                      {.name = "name", .type = text},
                      {.name = "status",
                       .type = text,
                       .check = "status IN ('draft', 'active', 'paused', 'archived')"},
                      {.name = "definition", .type = json, .default_value = std::string{"{}"}},
                      {.name = "created_at", .type = timestamp},
                      {.name = "updated_at", .type = timestamp},
                      {.name = "row_version", .type = integer, .default_value = std::int64_t{1}}},
          .key = {"id"},
          .unique = {{"name"}},
          .indexes = {{{"status"}}, {{"created_at"}}, {{"updated_at"}}}});
}

Result<Migration> create_executions() {
  using enum tenancy::ColumnType;
  return create(
      4,
      {.name = "executions",
       .columns = {{.name = "id", .type = text},
                   {.name = "workflow_id", .type = text},
                   {.name = "status",
                    .type = text,
                    .check = "status IN ('running', 'succeeded', 'failed', 'cancelled')"},
                   {.name = "started_at", .type = timestamp},
                   {.name = "finished_at", .type = timestamp, .is_nullable = true},
                   {.name = "duration_ms", .type = integer, .is_nullable = true},
                   {.name = "error", .type = text, .is_nullable = true},
                   {.name = "row_version", .type = integer, .default_value = std::int64_t{1}}},
       .key = {"id"},
       // Runs are what limits and bills are counted by: they keep their workflow.
       .references = {{.columns = {"workflow_id"}, .table = "workflows", .to = {"id"}}},
       .indexes = {{{"workflow_id", "started_at"}}, {{"status", "started_at"}}, {{"started_at"}}}});
}

/// What was answered to writes that may come again.
Result<Migration> create_idempotency_keys() {
  using enum tenancy::ColumnType;
  return create(5, {.name = "idempotency_keys",
                    .columns = {{.name = "idempotency_key", .type = text},
                                {.name = "fingerprint", .type = blob},
                                {.name = "status", .type = integer},
                                {.name = "body", .type = text},
                                {.name = "location", .type = text, .is_nullable = true},
                                {.name = "etag", .type = text, .is_nullable = true},
                                {.name = "expires_at", .type = timestamp}},
                    .key = {"idempotency_key"},
                    .indexes = {{{"expires_at"}}}});
}

/// Each index costs every write a page, which weighs more than sorting or counting the thousand
/// rows of a tenant now and then.
Migration drop_indexes_of_deployments() {
  return {6, "drop indexes of deployments", R"sql(
DROP INDEX deployments_by_status;
DROP INDEX deployments_by_project_name;
DROP INDEX deployments_by_change;
)sql"};
}

/// By their numbers the oldest answers are found, whether they have expired or are too many.
Migration number_idempotency_keys() {
  // On PostgreSQL there are no stores from before this step.
  return in_both(7, "number idempotency keys", R"sql(
ALTER TABLE idempotency_keys ADD COLUMN number INTEGER NOT NULL DEFAULT 0;
UPDATE idempotency_keys SET number = numbered.number
FROM (SELECT tenant_id, idempotency_key,
             row_number() OVER (PARTITION BY tenant_id ORDER BY expires_at) AS number
      FROM idempotency_keys) AS numbered
WHERE idempotency_keys.tenant_id = numbered.tenant_id
  AND idempotency_keys.idempotency_key = numbered.idempotency_key;
DROP INDEX idempotency_keys_by_expires_at;
CREATE INDEX idempotency_keys_by_number ON idempotency_keys (tenant_id, number);
)sql",
                 R"sql(
ALTER TABLE idempotency_keys ADD COLUMN number BIGINT NOT NULL DEFAULT 0;
DROP INDEX idempotency_keys_by_expires_at;
CREATE INDEX idempotency_keys_by_number ON idempotency_keys (tenant_id, number);
)sql");
}

}  // namespace

Result<std::vector<Migration>> migrations() {
  BOOST_OUTCOME_TRY(auto deployments, create_deployments());
  BOOST_OUTCOME_TRY(auto workflows, create_workflows());
  BOOST_OUTCOME_TRY(auto executions, create_executions());
  BOOST_OUTCOME_TRY(auto idempotency_keys, create_idempotency_keys());
  return std::vector{std::move(deployments),      version_deployments(),
                     std::move(workflows),        std::move(executions),
                     std::move(idempotency_keys), drop_indexes_of_deployments(),
                     number_idempotency_keys()};
}

std::vector<tenancy::ExpectedTable> mappings() {
  // Not `RememberedKey`, of which no row could be inserted, and none is.
  return tenancy::mappings<Deployment, Workflow, WorkflowSummary, Execution, RememberedAnswer>();
}

}  // namespace tenantd
