#include "tenancy/migrate/verify_schema.hpp"

#include <algorithm>
#include <array>

#include "migrate/migration_status.hpp"
#include "migrate/schema_rules.hpp"

namespace tenancy::inline v0 {
namespace {

template <std::size_t Size, class Enum>
std::string_view name_in(const std::array<std::string_view, Size>& names, Enum value) noexcept {
  const auto index = static_cast<std::size_t>(value);
  TENANCY_ASSERT(index < Size, "a value that its enumeration does not have");
  return names[index];
}

}  // namespace

std::string_view to_string(TableKind kind) noexcept {
  static constexpr std::array<std::string_view, 5> names{"tenant", "shared", "control", "unchecked",
                                                         "unclassified"};
  return name_in(names, kind);
}

std::string_view to_string(SchemaRule rule) noexcept {
  static constexpr std::array<std::string_view, schema_rule_count> names{
      "classified_table",    "tenant_column",        "primary_key",     "unique_key",
      "foreign_key",         "immediate_references", "conflict_clause", "no_autoincrement",
      "no_connection_state", "no_virtual_table",     "row_security",    "invoker_rights",
      "listed_view",         "listed_trigger",       "mapped_table",    "tenant_led_index",
      "tenant_reference",    "strict_table",         "distributable",   "current_policy"};
  return name_in(names, rule);
}

std::string_view to_string(Severity severity) noexcept {
  static constexpr std::array<std::string_view, 2> names{"warning", "refused"};
  return name_in(names, severity);
}

std::string_view to_string(RemedyKind kind) noexcept {
  static constexpr std::array<std::string_view, 4> names{"sql", "policy", "mapping", "by_hand"};
  return name_in(names, kind);
}

bool SchemaReport::is_safe() const noexcept {
  return std::ranges::none_of(
      findings, [](const auto& finding) { return finding.severity == Severity::refused; });
}

std::string SchemaReport::mending_sql() const {
  std::string sql;
  for (const SchemaFinding& finding : findings) {
    const auto& text = finding.remedy.text;
    if (finding.severity == Severity::refused && finding.remedy.kind == RemedyKind::sql &&
        sql.find(text) == std::string::npos) {
      sql += text;
    }
  }
  return sql;
}

Result<SchemaReport> verify_schema(std::string_view url, const OpenOptions& options) {
  BOOST_OUTCOME_TRY(const auto* const opener, detail::find_opener(url, options.kinds));
  BOOST_OUTCOME_TRY(const auto inspection, opener->inspect(url, options.store, options.call));
  if (inspection == nullptr) {
    return SchemaReport{};
  }
  return detail::inspect(*inspection, options.call, [&](detail::ControlSession& session) {
    return detail::verify_schema(session, options);
  });
}

}  // namespace tenancy::inline v0
