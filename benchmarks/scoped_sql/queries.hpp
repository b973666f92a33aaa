#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tenancy_bench {

/// A query as a tenant writes it, and by hand over the base tables with the tenant as `?2`.
struct ScopedCase {
  std::string_view name;
  std::string_view scoped;
  std::string_view by_hand;
  std::string_view key;  ///< What its parameter is made of, with a number behind it.
  std::size_t keys;
};

inline constexpr ScopedCase scoped_cases[] = {
    {"point",
     "SELECT id, project_name, status, url, created_at, updated_at FROM deployments "
     "WHERE id = ?1",
     "SELECT id, project_name, status, url, created_at, updated_at FROM deployments "
     "WHERE tenant_id = ?2 AND id = ?1",
     "dep_", 1000},
    {"list_50",
     "SELECT id, project_name, status, url, created_at, updated_at FROM deployments "
     "WHERE id >= ?1 ORDER BY created_at DESC LIMIT 50",
     "SELECT id, project_name, status, url, created_at, updated_at FROM deployments "
     "WHERE tenant_id = ?2 AND id >= ?1 ORDER BY created_at DESC LIMIT 50",
     "dep_", 900},
    {"join_of_three",
     "SELECT d.project_name, w.name, e.status, e.started_at FROM executions e "
     "JOIN workflows w ON w.id = e.workflow_id JOIN deployments d ON d.id = w.deployment_id "
     "WHERE e.workflow_id = ?1",
     "SELECT d.project_name, w.name, e.status, e.started_at FROM executions e "
     "JOIN workflows w ON w.tenant_id = ?2 AND w.id = e.workflow_id "
     "JOIN deployments d ON d.tenant_id = ?2 AND d.id = w.deployment_id "
     "WHERE e.tenant_id = ?2 AND e.workflow_id = ?1",
     "wf_", 200},
    {"aggregate",
     "SELECT status, count(*), min(started_at), max(started_at) FROM executions "
     "WHERE workflow_id >= ?1 GROUP BY status ORDER BY status",
     "SELECT status, count(*), min(started_at), max(started_at) FROM executions "
     "WHERE tenant_id = ?2 AND workflow_id >= ?1 GROUP BY status ORDER BY status",
     "wf_", 200},
};

/// The parameter of the n-th run.
inline std::string key_of(const ScopedCase& query, std::size_t number) {
  std::string digits = std::to_string(number * 7919 % query.keys);
  digits.insert(0, 6 - digits.size(), '0');
  return std::string{query.key} + digits;
}

/// A text that nobody has prepared yet.
inline std::string fresh(std::string_view text, std::size_t number) {
  return std::string{text} + " -- " + std::to_string(number);
}

}  // namespace tenancy_bench
