#include "migrate/schema_rules.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "migrate/catalogue.hpp"
#include "migrate/mapping_rules.hpp"
#include "migrate/object_rules.hpp"
#include "migrate/row_policy.hpp"
#include "migrate/table_kind.hpp"
#include "migrate/table_mender.hpp"
#include "migrate/table_rules.hpp"

namespace tenancy::inline v0::detail {

SchemaReport judge_schema(const Catalogue& catalogue, const SchemaPolicy& policy,
                          std::span<const ExpectedTable> mappings) {
  const TableMender mender{catalogue, policy, mappings};
  SchemaReport report;
  const auto add = [&](std::vector<SchemaFinding> findings) {
    std::ranges::move(findings, std::back_inserter(report.findings));
  };
  for (const CatalogueTable& table : catalogue.tables) {
    report.tables.push_back({table.name, kind_of(table, policy)});
    add(judge_table(catalogue, policy, table, mender));
  }
  if (catalogue.dialect == Dialect::postgresql && !catalogue.has_policy_functions) {
    add({{SchemaRule::row_security,
          Severity::refused,
          std::string{tenant_function},
          {},
          "the functions that the library's policies ask, tenancy_tenant() and "
          "tenancy_crossing(), are not what the library made them: restore them",
          {RemedyKind::by_hand,
           "Restore both functions, for example from a database that the library has migrated."}}});
  }
  add(judge_views_and_triggers(catalogue, policy));
  // Behind the rules that keep tenants apart, which weigh more.
  add(judge_mappings(catalogue, mappings, mender));
  return report;
}

Result<SchemaReport> verify_schema(ControlSession& session, const OpenOptions& options) {
  BOOST_OUTCOME_TRY(const auto catalogue, Catalogue::read(session));
  return judge_schema(catalogue, options.schema_policy, options.mappings);
}

Result<void> require_safe_schema(StoreBackend& store, const OpenOptions& options) {
  BOOST_OUTCOME_TRY(const auto report,
                    control_read(store, options.call, [&](ControlSession& session) {
                      return verify_schema(session, options);
                    }));
  const auto is_refused = [](const auto& finding) { return finding.severity == Severity::refused; };
  const auto first = std::ranges::find_if(report.findings, is_refused);
  if (first == report.findings.end()) {
    return success();
  }
  const auto others = std::ranges::count_if(report.findings, is_refused) - 1;
  return Error{
      first->rule == SchemaRule::mapped_table ? errc::invalid_mapping : errc::unsafe_schema,
      first->message +
          (others == 0 ? " (tenancy::verify_schema tells how to mend it)"
                       : " (and " + std::to_string(others) +
                             " more: tenancy::verify_schema tells all, and how to mend them)")};
}

}  // namespace tenancy::inline v0::detail
