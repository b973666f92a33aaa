#include "scoped_sql/data_set.hpp"

#include <cstdlib>
#include <iostream>
#include <string>
#include <utility>

#include <sqlite3.h>

#include "tenancy/registry/open.hpp"

#include "must.hpp"

namespace tenancy_bench {
namespace {

tenancy::Authority open(const std::filesystem::path& file) {
  const std::vector<tenancy::Migration> steps{
      {1, "tables",
       "CREATE TABLE deployments (tenant_id INTEGER NOT NULL REFERENCES tenancy_tenants, "
       "id TEXT NOT NULL, project_name TEXT NOT NULL, status TEXT NOT NULL, url TEXT, "
       "created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, "
       "PRIMARY KEY (tenant_id, id)) STRICT, WITHOUT ROWID;"
       "CREATE INDEX deployments_by_time ON deployments (tenant_id, created_at DESC);"
       "CREATE TABLE workflows (tenant_id INTEGER NOT NULL REFERENCES tenancy_tenants, "
       "id TEXT NOT NULL, name TEXT NOT NULL, deployment_id TEXT NOT NULL, "
       "PRIMARY KEY (tenant_id, id)) STRICT, WITHOUT ROWID;"
       "CREATE TABLE executions (tenant_id INTEGER NOT NULL REFERENCES tenancy_tenants, "
       "id TEXT NOT NULL, workflow_id TEXT NOT NULL, status TEXT NOT NULL, "
       "started_at INTEGER NOT NULL, PRIMARY KEY (tenant_id, id)) STRICT, WITHOUT ROWID;"
       "CREATE INDEX executions_by_workflow ON executions (tenant_id, workflow_id)"}};
  return must(tenancy::open(
      "sqlite:" + file.string(),
      // Few enough prepared queries for the cases that prepare theirs each time.
      {.migrations = steps, .store = {.scoped_sql = {.connections = 1, .statements = 16}}}));
}

void run(sqlite3* connection, const std::string& sql) {
  if (sqlite3_exec(connection, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    std::cerr << "sqlite3: " << sqlite3_errmsg(connection) << '\n';
    std::exit(EXIT_FAILURE);
  }
}

}  // namespace

ScopedDataSet::ScopedDataSet(std::filesystem::path file)
    : file_{std::move(file)}, authority_{open(file_)} {
  const auto registry = authority_.registry();
  const tenancy::PageRequest everyone{.limit = tenant_count + 1,
                                      .order = tenancy::Order::oldest_first};
  const bool is_new = must(registry.list(everyone)).items.empty();
  for (std::size_t i = 0; is_new && i < tenant_count; ++i) {
    check(registry.create({"tenant-" + std::to_string(i), "Tenant " + std::to_string(i)}));
  }
  for (const auto& tenant : must(registry.list(everyone)).items) {
    tenants_.push_back(must(authority_.enter(tenant.id)));
  }
  if (is_new) {
    fill();
  }
}

void ScopedDataSet::fill() const {
  sqlite3* connection = nullptr;
  sqlite3_open(file_.c_str(), &connection);
  const auto series = [](std::size_t count) {
    return "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < " +
           std::to_string(count - 1) + ") ";
  };
  run(connection, "BEGIN IMMEDIATE");
  for (const auto& context : tenants_) {
    const auto tenant = std::to_string(context.tenant().value());
    run(connection, series(deployments) + "INSERT INTO deployments SELECT " + tenant +
                        ", printf('dep_%06d', i), 'project ' || i, iif(i % 3, 'active', 'failed'), "
                        "'https://example.com/' || i, i * 1000, i * 1000 FROM n");
    run(connection, series(workflows) + "INSERT INTO workflows SELECT " + tenant +
                        ", printf('wf_%06d', i), 'workflow ' || i, printf('dep_%06d', i) FROM n");
    run(connection, series(executions) + "INSERT INTO executions SELECT " + tenant +
                        ", printf('ex_%06d', i), printf('wf_%06d', i % " +
                        std::to_string(workflows) +
                        "), iif(i % 7, 'succeeded', 'failed'), i * 1000 FROM n");
  }
  run(connection, "COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
  sqlite3_close(connection);
}

}  // namespace tenancy_bench
