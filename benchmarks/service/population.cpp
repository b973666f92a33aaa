#include "service/population.hpp"

#include <array>
#include <memory>
#include <string_view>
#include <utility>

#include <sodium.h>
#include <sqlite3.h>

#include "tenancy/data/repository.hpp"
#include "tenancy/registry/open.hpp"

#include "give_up.hpp"
#include "must.hpp"
#include "service/deployment.hpp"
#include "service/schema.hpp"
#include "service/workflow.hpp"

namespace tenancy_bench {
namespace {

using tenancy::Repository;
using tenancy::WriteTransaction;

std::vector<tenantd::Deployment> some_deployments() {
  using enum tenantd::DeploymentStatus;
  constexpr std::array statuses{pending, active, active, failed, stopped};
  std::vector<tenantd::Deployment> rows(deployments_per_customer);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::string number = std::to_string(10'000 + i);
    rows[i].project_name = "project-" + number;
    rows[i].status = statuses[i % statuses.size()];
    rows[i].url = "https://project-" + number + ".customer.example";
  }
  return rows;
}

std::vector<tenantd::Workflow> some_workflows() {
  const nlohmann::json definition = {{"nodes", {{{"name", "Start"}, {"every", "1h"}}}}};
  std::vector<tenantd::Workflow> rows(workflows_per_customer);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i].name = "workflow-" + std::to_string(i);
    rows[i].status = tenantd::WorkflowStatus::active;
    rows[i].definition = tenantd::ObjectText{definition};
  }
  return rows;
}

class RawConnection {
 public:
  RawConnection(const std::filesystem::path& file, int flags) {
    sqlite3* raw = nullptr;
    const int code = sqlite3_open_v2(file.c_str(), &raw, flags, nullptr);
    connection_.reset(raw);
    check(code);
  }

  void run(const std::string& script) const {
    check(sqlite3_exec(connection_.get(), script.c_str(), nullptr, nullptr, nullptr));
  }

  [[nodiscard]] std::size_t number(const char* query) const {
    sqlite3_stmt* raw = nullptr;
    check(sqlite3_prepare_v2(connection_.get(), query, -1, &raw, nullptr));
    const std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)> statement{raw,
                                                                               &sqlite3_finalize};
    if (sqlite3_step(raw) != SQLITE_ROW) {
      check(sqlite3_errcode(connection_.get()));
    }
    return static_cast<std::size_t>(sqlite3_column_int64(raw, 0));
  }

 private:
  void check(int code) const {
    if (code != SQLITE_OK) {
      give_up(std::string{"sqlite3: "} + sqlite3_errmsg(connection_.get()));
    }
  }

  std::unique_ptr<sqlite3, decltype(&sqlite3_close)> connection_{nullptr, &sqlite3_close};
};

/// As a blob of SQL.
std::string sha256(std::string_view text) {
  std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
  crypto_hash_sha256(hash.data(), reinterpret_cast<const unsigned char*>(text.data()),  // NOLINT
                     text.size());
  std::array<char, 2 * hash.size() + 1> hex{};
  sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
  return "x'" + std::string{hex.data()} + "'";
}

}  // namespace

std::vector<Customer> make_service_store(const std::filesystem::path& file) {
  tenancy::OpenOptions options;
  options.migrations = must(tenantd::migrations());
  options.mappings = tenantd::mappings();
  const auto authority = must(tenancy::open("sqlite:" + file.string(), std::move(options)));
  const auto registry = authority.registry();
  std::vector<Customer> customers;
  for (std::size_t i = 0; i < customer_count; ++i) {
    const std::string slug = "customer-" + std::to_string(i);
    const auto tenant = must(registry.create({.slug = slug, .name = slug}));
    const auto issued = must(registry.issue_key(tenant.id, {.name = "benchmark"}));
    const auto context = must(authority.enter(tenant.id));
    const auto rows = must(authority.store().write(context, [](WriteTransaction& transaction) {
      check(Repository<tenantd::Workflow>{transaction}.insert_many(some_workflows()));
      return Repository<tenantd::Deployment>{transaction}.insert_many(some_deployments());
    }));
    Customer customer{tenant.id.to_string(), std::string{issued.text.unsafe_text()}, {}};
    for (const tenantd::Deployment& row : rows) {
      customer.deployments.push_back(row.id);
    }
    customers.push_back(std::move(customer));
  }
  return customers;
}

void make_peer_store(const std::filesystem::path& file, const std::filesystem::path& service_store,
                     const std::vector<Customer>& customers) {
  const RawConnection peer{file, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE};
  peer.run("PRAGMA journal_mode = WAL; ATTACH '" + service_store.string() + "' AS service;");
  peer.run(R"sql(
BEGIN;
CREATE TABLE main.tenants (
  id     INTEGER PRIMARY KEY,
  slug   TEXT NOT NULL UNIQUE,
  name   TEXT NOT NULL,
  status TEXT NOT NULL
) STRICT;
INSERT INTO main.tenants SELECT row_number() OVER (ORDER BY created_at, tenant_id), slug, name, status
FROM service.tenancy_tenants;
CREATE TABLE main.api_keys (
  hash      BLOB PRIMARY KEY,
  tenant_id INTEGER NOT NULL REFERENCES tenants
) STRICT, WITHOUT ROWID;
CREATE TABLE main.deployments (
  tenant_id    INTEGER NOT NULL REFERENCES tenants,
  id           TEXT NOT NULL,
  project_name TEXT NOT NULL,
  status       TEXT NOT NULL CHECK (status IN ('pending', 'active', 'failed', 'stopped')),
  url          TEXT,
  created_at   INTEGER NOT NULL,
  updated_at   INTEGER NOT NULL,
  row_version  INTEGER NOT NULL DEFAULT 1,
  PRIMARY KEY (tenant_id, id)
) STRICT, WITHOUT ROWID;
INSERT INTO main.deployments
SELECT t.id, d.id, project_name, d.status, url, d.created_at, d.updated_at, row_version
FROM service.deployments AS d JOIN service.tenancy_tenants AS s USING (tenant_id)
JOIN main.tenants AS t ON t.slug = s.slug ORDER BY 1, 2;
CREATE INDEX main.deployments_by_creation ON deployments (tenant_id, created_at DESC);
CREATE INDEX main.deployments_by_status ON deployments (tenant_id, status);
CREATE INDEX main.deployments_by_project_name ON deployments (tenant_id, project_name);
CREATE INDEX main.deployments_by_change ON deployments (tenant_id, updated_at);
)sql");
  for (std::size_t i = 0; i < customers.size(); ++i) {
    peer.run("INSERT INTO main.api_keys SELECT " + sha256(customers[i].key) +
             ", id FROM main.tenants WHERE slug = 'customer-" + std::to_string(i) + "'");
  }
  peer.run("COMMIT; DETACH service; PRAGMA wal_checkpoint(TRUNCATE)");
}

std::size_t count_deployments(const std::filesystem::path& file) {
  const RawConnection connection{file, SQLITE_OPEN_READWRITE};
  return connection.number("SELECT count(*) FROM deployments");
}

}  // namespace tenancy_bench
