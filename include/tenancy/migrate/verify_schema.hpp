#pragma once

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
  classified_table,      ///< A table has a `tenant_id`, or is listed as shared.
  tenant_column,         ///< `tenant_id` is a plain INTEGER NOT NULL without a default.
  primary_key,           ///< The tenant is first in the primary key.
  unique_key,            ///< The tenant is first in every unique constraint and index.
  foreign_key,           ///< References between tenants' rows begin with the tenant on both sides.
  immediate_references,  ///< References are checked at the end of the statement.
  conflict_clause,       ///< A constraint does not roll the transaction back.
  no_virtual_table,      ///< Virtual tables keep rows of their own.
  listed_view,           ///< The host has listed the view.
  listed_trigger,        ///< The host has listed the trigger, or the library made it.
  mapped_table,          ///< A table is as the mapping in `OpenOptions::mappings` takes it to be.
  tenant_led_index,      ///< The tenant is first in other indexes, too. A warning.
  tenant_reference,  ///< `tenant_id` refers to a tenant, or with others to such a row. A warning.
  strict_table,      ///< The table is STRICT. A warning.
  current_policy,    ///< What the policy lists is there. A warning.
};

/// What a broken rule means for the store.
enum class Severity : std::uint8_t {
  warning,
  refused,  ///< `open` does not open the store.
};

/// The names, as text; stable, for scripts.
TENANCY_API std::string_view to_string(TableKind kind) noexcept;
TENANCY_API std::string_view to_string(SchemaRule rule) noexcept;
TENANCY_API std::string_view to_string(Severity severity) noexcept;

struct ClassifiedTable {
  std::string name;
  TableKind kind;
};

/// A rule that does not hold.
struct SchemaFinding {
  SchemaRule rule;
  Severity severity;
  std::string object;   ///< The table, view, trigger or listed name.
  std::string message;  ///< What is wrong, with columns and indexes, and what to do.
};

struct TENANCY_API SchemaReport {
  std::vector<ClassifiedTable> tables = {};  ///< All of them, by name.
  std::vector<SchemaFinding> findings = {};

  /// Whether `open` would open the store.
  [[nodiscard]] bool is_safe() const noexcept;
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
