#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tenancy/storage/dialect.hpp"

namespace tenancy::inline v0 {

/// A step's text for one dialect.
struct DialectSql {
  Dialect dialect;
  std::string sql;          ///< One or more statements; no BEGIN, COMMIT or ROLLBACK.
  std::string source = {};  ///< The file that it came from; empty when it came from code.
};

/// One step in the life of the host's schema. Steps have positive numbers that grow, counted or
/// made of the time (`20261121093000`). A step that has been applied anywhere is never edited, left
/// out or put before others: a change is a further step, with a number above all that exist.
///
/// Each step runs in a transaction together with the record that it ran. It cannot end that
/// transaction, change settings of the connection, make temporary objects or touch the library's
/// tables. References are checked at its end and not row by row, so that a table can be rebuilt.
///
/// Isolation: a tenant's table has the tenant first in its primary key and in every unique and
/// foreign key; `create_tenant_table` writes such tables, and `open` refuses others:
///
///     CREATE TABLE notes (
///       tenant_id INTEGER NOT NULL REFERENCES tenancy_tenants,
///       id        TEXT NOT NULL,
///       body      TEXT NOT NULL,
///       PRIMARY KEY (tenant_id, id)
///     ) STRICT, WITHOUT ROWID
struct Migration {
  std::int64_t version;
  std::string name;      ///< What it does, for people; 1 to 100 bytes.
  std::string sql = {};  ///< Its text for every dialect; no BEGIN, COMMIT or ROLLBACK.
  /// In the place of `sql`, a text for each dialect that it can run on.
  std::vector<DialectSql> dialects = {};
  std::string source = {};  ///< The file that `sql` came from; empty when it came from code.
};

}  // namespace tenancy::inline v0
