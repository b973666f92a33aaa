#include "migrate/scoped_tables.hpp"

#include <algorithm>
#include <string_view>

#include "migrate/catalogue.hpp"
#include "migrate/schema_rules.hpp"
#include "migrate/table_kind.hpp"

namespace tenancy::inline v0::detail {
namespace {

bool is_led_by_tenant(const CatalogueIndex& index) {
  return !index.columns.empty() && is_tenant_column(index.columns.front());
}

bool is_visible(const CatalogueTable& table, TableKind kind, const SchemaReport& report) {
  if (kind != TableKind::tenant && kind != TableKind::shared) {
    return false;
  }
  if (kind == TableKind::tenant && !std::ranges::all_of(table.indexes, &is_led_by_tenant)) {
    return false;
  }
  return std::ranges::none_of(report.findings, [&](const SchemaFinding& finding) {
    return finding.severity == Severity::refused && is_same_name(finding.object, table.name);
  });
}

ScopedTable describe(const CatalogueTable& table, TableKind kind) {
  ScopedTable described{table.name, kind == TableKind::shared, {}};
  for (const CatalogueColumn& column : table.columns) {
    if (kind == TableKind::shared || !is_tenant_column(column.name)) {
      described.columns.push_back(column.name);
    }
  }
  return described;
}

}  // namespace

Result<ScopedSchema> read_scoped_schema(ControlSession& session, const SchemaPolicy& policy) {
  BOOST_OUTCOME_TRY(const auto catalogue, Catalogue::read(session));
  const auto report = judge_schema(catalogue, policy);
  ScopedSchema schema;
  for (const ClassifiedTable& classified : report.tables) {
    const auto* const table = catalogue.table(classified.name);
    if (table != nullptr && is_visible(*table, classified.kind, report)) {
      schema.tables.push_back(describe(*table, classified.kind));
    } else {
      schema.hidden.push_back(classified.name);
    }
  }
  for (const CatalogueObject& object : catalogue.views_and_triggers) {
    if (object.is_view) {
      schema.hidden.push_back(object.name);
    }
  }
  return schema;
}

}  // namespace tenancy::inline v0::detail
