#include "tenancy/registry/maintenance.hpp"

#include <string>
#include <vector>

#include "core/context_mint.hpp"
#include "registry/tenant_erasure.hpp"
#include "storage/backend.hpp"

namespace tenancy::inline v0 {
namespace {

using detail::ControlSession;
using detail::Statement;

/// What `ANALYZE` can look at: no views, and no virtual tables.
constexpr std::string_view tables_sql =
    "SELECT s.name FROM sqlite_schema s JOIN pragma_table_list(s.name) l ON l.schema = 'main' "
    "WHERE s.type = 'table' AND l.type = 'table' AND s.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' "
    "ORDER BY s.name";
/// Rows of each index that are looked at, which makes a write of milliseconds.
constexpr std::string_view sample_sql = "PRAGMA analysis_limit = 1000";

constexpr auto ignore = [](const Statement& /*row*/) {};

std::string analysis_of(std::string_view table) {
  std::string sql = "ANALYZE main.\"";
  for (const char c : table) {
    sql += c;
    if (c == '"') {
      sql += c;
    }
  }
  return sql += '"';
}

Result<void> analyze_file(detail::StoreBackend& file, const AnalysisOptions& options) {
  std::vector<std::string> tables;
  BOOST_OUTCOME_TRY(
      detail::control_read(file, options.call, [&](ControlSession& session) -> Result<void> {
        return session.look_up(tables_sql, [&](const Statement& row) {
          tables.emplace_back(row.text(0).value_or(""));
        });
      }));
  std::uint64_t done = 0;
  for (const std::string& table : tables) {
    const std::string sql = analysis_of(table);
    BOOST_OUTCOME_TRY(
        detail::control_write(file, options.call, [&](ControlSession& session) -> Result<void> {
          BOOST_OUTCOME_TRY(session.look_up(sample_sql, ignore));
          return session.look_up(sql, ignore);
        }));
    ++done;
    if (options.progress) {
      options.progress({table, done, tables.size()});
    }
  }
  return success();
}

}  // namespace

Result<void> Maintenance::record(std::string_view what, const CallOptions& options) const {
  BOOST_OUTCOME_TRY(detail::require_same_process(*backend_));
  BOOST_OUTCOME_TRY(detail::require_own(*backend_, *crossing_));
  return detail::ContextMint::record_use(*crossing_, CrossingUse::maintenance, what,
                                         backend_->clock().now(), options);
}

Result<void> Maintenance::analyze(const AnalysisOptions& options) const {
  // The host's callback may drop the last handle.
  const auto backend = backend_;
  if (backend->dialect() != Dialect::sqlite) {
    return Error{
        errc::not_supported,
        "PostgreSQL looks at its tables itself (autovacuum), and ANALYZE is their owner's"};
  }
  BOOST_OUTCOME_TRY(record("analyze", options.call));
  return backend->visit_files(
      options.call, [&](detail::StoreBackend& file) { return analyze_file(file, options); });
}

Result<void> Maintenance::check(const CallOptions& options) const {
  BOOST_OUTCOME_TRY(record("check", options));
  return backend_->check_structure(options);
}

Result<CheckpointReport> Maintenance::checkpoint(const CallOptions& options) const {
  BOOST_OUTCOME_TRY(record("checkpoint", options));
  return backend_->checkpoint(options);
}

Result<ErasureReport> Maintenance::erase_tenant(TenantId tenant,
                                                const ErasureOptions& options) const {
  // The host's callback may drop the last handle.
  const auto backend = backend_;
  BOOST_OUTCOME_TRY(record("erase tenant " + tenant.to_string(), options.call));
  return detail::erase_tenant(*backend, tenant, options);
}

Result<VacuumReport> Maintenance::vacuum(const CallOptions& options) const {
  BOOST_OUTCOME_TRY(record("vacuum", options));
  return backend_->vacuum(options);
}

}  // namespace tenancy::inline v0
