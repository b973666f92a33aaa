#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tenancy/core/export.hpp"
#include "tenancy/core/result.hpp"
#include "tenancy/registry/open.hpp"

namespace tenancy::inline v0 {

/// What a table is for.
enum class TableKind : std::uint8_t {
  tenant,        ///< Its rows belong to tenants: it has a column `tenant_id`.
  shared,        ///< The host lists it as known to all tenants.
  control,       ///< The library's own.
  unchecked,     ///< The host wants it not to be looked at.
  unclassified,  ///< None of these.
};

/// A rule of the schema.
enum class SchemaRule : std::uint8_t {
  classified_table,      ///< A table has a `tenant_id`, is listed as shared, or is the library's.
  tenant_column,         ///< `tenant_id` is a plain INTEGER NOT NULL that is always given.
  primary_key,           ///< The tenant is first in the primary key.
  unique_key,            ///< The tenant is first in every unique constraint and index.
  foreign_key,           ///< References between tenants' rows begin with the tenant on both sides.
  immediate_references,  ///< References are checked at the end of the statement.
  conflict_clause,       ///< No constraint and no trigger rolls the transaction back.
  no_autoincrement,      ///< No counter goes through the rows of all tenants.
  no_connection_state,   ///< No default and no check tells what the connection did before.
  no_virtual_table,      ///< Virtual tables keep rows of their own.
  row_security,          ///< PostgreSQL: rows are secured by the library's policy alone.
  invoker_rights,        ///< PostgreSQL: views and functions have the rights of who asks.
  listed_view,           ///< The host has listed the view, with the text that it has.
  listed_trigger,        ///< The host has listed the trigger as it is, or the library made it.
  mapped_table,          ///< A table is as the mapping in `OpenOptions::mappings` takes it to be.
  tenant_led_index,      ///< The tenant is in other indexes; a warning where it is not first.
  tenant_reference,  ///< `tenant_id` refers to a tenant, or with others to such a row. A warning.
  strict_table,      ///< The table is STRICT. A warning.
  distributable,     ///< PostgreSQL: the table can be spread by its tenant, as by Citus. A warning.
  current_policy,    ///< What the policy lists is there. A warning.
};

/// How many rules there are.
inline constexpr std::size_t schema_rule_count =
    static_cast<std::size_t>(SchemaRule::current_policy) + 1;

/// What a broken rule means for the store.
enum class Severity : std::uint8_t {
  warning,
  refused,  ///< `open` does not open the store.
};

/// What mends a finding.
enum class RemedyKind : std::uint8_t {
  sql,      ///< Statements, for a step of the schema.
  policy,   ///< A change of `OpenOptions::schema_policy`.
  mapping,  ///< A change of `OpenOptions::mappings`, in the host's code.
  by_hand,  ///< What has to come about, where the statements cannot be derived.
};

/// The names, as text; stable, for scripts.
TENANCY_API std::string_view to_string(TableKind kind) noexcept;
TENANCY_API std::string_view to_string(SchemaRule rule) noexcept;
TENANCY_API std::string_view to_string(Severity severity) noexcept;
TENANCY_API std::string_view to_string(RemedyKind kind) noexcept;

struct ClassifiedTable {
  std::string name;
  TableKind kind;
};

/// What mends a finding, to be read before it is used.
struct Remedy {
  RemedyKind kind;
  /// For `sql`, the whole of it: a table that has to be built anew is created, filled from the old
  /// one and put in its place, with its indexes, triggers and views. It puts right all that is
  /// refused of that table, so that the findings of one table may have the same remedy. Where rows
  /// do not fit the new shape it fails and, in a step of the schema, changes nothing.
  std::string text;
};

/// A rule that does not hold.
struct SchemaFinding {
  SchemaRule rule;
  Severity severity;
  std::string object;                ///< The table, view, trigger or listed name.
  std::vector<std::string> columns;  ///< Which of them, in order; none when it is about the whole.
  std::string message;               ///< What is wrong, why it matters, and what to do.
  Remedy remedy;
};

struct TENANCY_API SchemaReport {
  std::vector<ClassifiedTable> tables = {};  ///< All of them, by name.
  std::vector<SchemaFinding> findings = {};

  /// Whether `open` would open the store.
  [[nodiscard]] bool is_safe() const noexcept;

  /// The statements that mend all that SQL mends of what is refused, each once: a step of the
  /// schema, once somebody has read it. Empty where there are none.
  [[nodiscard]] std::string mending_sql() const;
};

/// Holds a store's real catalogue against the rules that keep tenants apart and against the host's
/// mappings, as `open` does, which refuses a store with `unsafe_schema` or `invalid_mapping` where
/// one does not hold. Of the options count the policy, the mappings, the call, and of the store the
/// longest wait and how its engine is checked.
///
/// Nothing is changed, and the steps of the schema are not looked at. Where there is no store yet,
/// nothing is found.
/// Errors: as `open`, for what is looked at before anything is created.
TENANCY_API Result<SchemaReport> verify_schema(std::string_view url, const OpenOptions& options);

}  // namespace tenancy::inline v0
