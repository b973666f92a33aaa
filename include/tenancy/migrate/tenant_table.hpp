#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "tenancy/core/export.hpp"
#include "tenancy/core/result.hpp"
#include "tenancy/storage/dialect.hpp"

namespace tenancy::inline v0 {

/// What a column holds.
enum class ColumnType : std::uint8_t {
  text,
  integer,
  real,
  blob,
  boolean,    ///< 0 or 1.
  timestamp,  ///< Microseconds since 1970, as `Timestamp` is stored.
  json,       ///< A text; that it is JSON is up to who writes it.
};

/// A column beside `tenant_id`, which every tenant's table has.
struct TableColumn {
  std::string name;
  ColumnType type;
  bool is_nullable = false;
  /// What a row gets that does not give a value; nothing, unless set.
  std::variant<std::monostate, bool, std::int64_t, double, std::string> default_value = {};
  /// An SQL expression that must not be false, besides what the type asks for; none when empty.
  std::string check = {};
};

/// What becomes of rows whose parent is deleted.
enum class OnDelete : std::uint8_t {
  refuse,   ///< They keep it from being deleted.
  cascade,  ///< They are deleted, too.
};

/// A reference to another tenants' table, within the tenant: `tenant_id` stands before the columns
/// on both sides.
struct TenantReference {
  std::vector<std::string> columns;
  std::string table;
  /// Part of what is unique there, without `tenant_id`; named as here when empty.
  std::vector<std::string> to = {};
  OnDelete on_delete = OnDelete::refuse;
};

/// A reference to a shared table, which has no `tenant_id`.
struct SharedReference {
  std::vector<std::string> columns;
  std::string table;
  std::vector<std::string> to = {};  ///< Named as here when empty.
  OnDelete on_delete = OnDelete::refuse;
};

/// An index that is not unique.
struct TableIndex {
  std::vector<std::string> columns;  ///< Behind `tenant_id`.
  std::string name = {};             ///< `TABLE_by_COLUMN_COLUMN` when empty.
};

/// A table whose rows belong to tenants. `tenant_id` is added, and stands first, everywhere.
///
/// Names are lower case letters, digits and underscores, begin with a letter, have at most 63
/// bytes, and begin neither with `tenancy_` nor with `sqlite_`. Reserved words may be used.
struct TenantTable {
  std::string name;
  std::vector<TableColumn> columns;
  std::vector<std::string> key;  ///< What tells rows of one tenant apart; not nullable.
  std::vector<std::vector<std::string>> unique = {};
  std::vector<TenantReference> references = {};
  std::vector<SharedReference> shared_references = {};
  std::vector<TableIndex> indexes = {};
  /// Adds a trigger `TABLE_updated_at` that sets the column `updated_at` whenever a row is changed
  /// and the change leaves it alone, for tables that others write to with SQL. Repositories set it
  /// themselves, which costs much less.
  bool has_updated_at_trigger = false;
};

/// The SQL that creates the table, for `Migration::sql`. It is the same text, byte for byte, in
/// this and all later versions of the library, since it enters the step's checksum.
///
/// Isolation: what it makes passes `verify_schema`. A `check` is the host's own SQL and is not
/// looked at beyond its quotes and parentheses. On PostgreSQL the rows are secured by the library's
/// policy, and texts sort by their bytes.
/// Errors: `invalid_argument`, with the name that is wrong.
TENANCY_API Result<std::string> create_tenant_table(const TenantTable& table, Dialect dialect);

}  // namespace tenancy::inline v0
