#pragma once

#include <cstdint>
#include <string>

namespace tenancy::inline v0 {

/// One step in the life of the host's schema. Steps are numbered 1, 2, 3 … without gaps; a step
/// that has been applied anywhere is never edited, a change is a further step.
///
/// Each step runs in a transaction together with the record that it ran. It cannot end that
/// transaction, change settings of the connection, make temporary objects or touch the library's
/// tables. References are checked at its end and not row by row, so that a table can be rebuilt.
///
/// Isolation: the library cannot see what a table, view or trigger of the host does behind its
/// name. A tenant's table has the tenant first in its primary key and in every unique and foreign
/// key:
///
///     CREATE TABLE notes (
///       tenant_id INTEGER NOT NULL REFERENCES tenancy_tenants,
///       id        TEXT NOT NULL,
///       body      TEXT NOT NULL,
///       PRIMARY KEY (tenant_id, id)
///     ) STRICT, WITHOUT ROWID
struct Migration {
  std::uint32_t version;
  std::string name;  ///< What it does, for people; 1 to 100 bytes.
  std::string sql;   ///< One or more statements; no BEGIN, COMMIT or ROLLBACK.
};

}  // namespace tenancy::inline v0
