#include "tenancy/data/detail/keyed_sql.hpp"

#include <string>
#include <string_view>
#include <utility>

#include "data/sql_text.hpp"

namespace tenancy::inline v0::detail {
namespace {

std::string shape_of(const EntityLayout& layout, std::string_view name) {
  std::string shape;
  append_identity(shape, layout);
  shape += name;
  return shape;
}

void write_columns(SqlText& sql, const EntityLayout& layout) {
  sql << "tenant_id";
  for (const std::string_view name : layout.columns) {
    (sql << ", ").identifier(name);
  }
}

void write_where_key(SqlText& sql, const EntityLayout& layout) {
  sql << " WHERE tenant_id = ?1";
  for (const std::size_t key : layout.keys) {
    (sql << " AND ").identifier(layout.columns[key]) << " = ";
    sql.parameter();
  }
}

void write_and_version(SqlText& sql, const EntityLayout& layout) {
  (sql << " AND ").identifier(layout.version) << " = ";
  sql.parameter();
}

void write_next_version(SqlText& sql, const EntityLayout& layout, std::string_view separator) {
  if (!layout.version.empty()) {
    (sql << separator).identifier(layout.version) << " = ";
    sql.identifier(layout.table) << ".";
    sql.identifier(layout.version) << " + 1";
  }
}

void write_insert(SqlText& sql, const EntityLayout& layout, std::size_t rows) {
  (sql << "INSERT OR ABORT INTO ").identifier(layout.table) << " (";
  write_columns(sql, layout);
  if (!layout.version.empty()) {
    (sql << ", ").identifier(layout.version);
  }
  sql << ") VALUES ";
  for (std::size_t row = 0; row < rows; ++row) {
    sql << (row == 0 ? "(?1" : ", (?1");
    for (std::size_t i = 0; i < layout.columns.size(); ++i) {
      (sql << ", ").following_parameter();
    }
    sql << (layout.version.empty() ? ")" : ", 1)");
  }
}

}  // namespace

Result<StatementLease> prepare_find_versioned(Session& session, const EntityLayout& layout) {
  const auto write = [&] {
    SqlText sql;
    sql << "SELECT ";
    write_columns(sql, layout);
    (sql << ", ").identifier(layout.version) << " FROM ";
    sql.identifier(layout.table);
    write_where_key(sql, layout);
    return std::move(sql).text();
  };
  return session.prepare(ShapedSql{shape_of(layout, "find_versioned"), write});
}

Result<StatementLease> prepare_exists(Session& session, const EntityLayout& layout) {
  const auto write = [&] {
    SqlText sql;
    (sql << "SELECT tenant_id FROM ").identifier(layout.table);
    write_where_key(sql, layout);
    return std::move(sql).text();
  };
  return session.prepare(ShapedSql{shape_of(layout, "exists"), write});
}

Result<StatementLease> prepare_update_versioned(Session& session, const EntityLayout& layout,
                                                std::span<const std::size_t> updated) {
  const auto write = [&] {
    SqlText sql;
    (sql << "UPDATE OR ABORT ").identifier(layout.table) << " SET ";
    for (const std::size_t column : updated) {
      sql.identifier(layout.columns[column]) << " = ";
      sql.parameter() << ", ";
    }
    write_next_version(sql, layout, "");
    write_where_key(sql, layout);
    write_and_version(sql, layout);
    return std::move(sql).text();
  };
  return session.prepare(ShapedSql{shape_of(layout, "update_versioned"), write});
}

Result<StatementLease> prepare_erase_versioned(Session& session, const EntityLayout& layout) {
  const auto write = [&] {
    SqlText sql;
    (sql << "DELETE FROM ").identifier(layout.table);
    write_where_key(sql, layout);
    write_and_version(sql, layout);
    return std::move(sql).text();
  };
  return session.prepare(ShapedSql{shape_of(layout, "erase_versioned"), write});
}

Result<StatementLease> prepare_insert_many(Session& session, const EntityLayout& layout,
                                           std::size_t rows) {
  const auto write = [&] {
    SqlText sql;
    write_insert(sql, layout, rows);
    return std::move(sql).text();
  };
  return session.prepare(ShapedSql{shape_of(layout, "insert" + std::to_string(rows)), write});
}

Result<StatementLease> prepare_upsert(Session& session, const EntityLayout& layout,
                                      std::span<const std::size_t> updated) {
  const auto write = [&] {
    SqlText sql;
    write_insert(sql, layout, 1);
    sql << " ON CONFLICT (tenant_id";
    for (const std::size_t key : layout.keys) {
      (sql << ", ").identifier(layout.columns[key]);
    }
    // Where there is nothing to update, the key is, so that the row counts as changed.
    sql << ") DO UPDATE SET ";
    std::string_view separator;
    for (const std::size_t column : updated.empty() ? layout.keys.first(1) : updated) {
      (sql << separator).identifier(layout.columns[column]) << " = excluded.";
      sql.identifier(layout.columns[column]);
      separator = ", ";
    }
    write_next_version(sql, layout, separator);
    return std::move(sql).text();
  };
  return session.prepare(ShapedSql{shape_of(layout, "upsert"), write});
}

Result<StatementLease> prepare_change(Session& session, const EntityLayout& layout,
                                      const ColumnChange& change) {
  const auto write = [&] {
    SqlText sql;
    (sql << "UPDATE OR ABORT ").identifier(layout.table) << " SET ";
    std::string_view separator;
    for (const std::size_t column : change.changed) {
      (sql << separator).identifier(layout.columns[column]) << " = ";
      if (change.has_flags) {
        sql << "CASE WHEN ";
        sql.parameter() << " THEN ";
        sql.parameter() << " ELSE ";
        sql.identifier(layout.columns[column]) << " END";
      } else {
        sql.parameter();
      }
      separator = ", ";
    }
    for (const std::size_t column : change.times) {
      (sql << separator).identifier(layout.columns[column]) << " = ";
      sql.parameter();
      separator = ", ";
    }
    write_next_version(sql, layout, separator);
    write_where_key(sql, layout);
    if (change.checks_version) {
      write_and_version(sql, layout);
    }
    return std::move(sql).text();
  };
  std::string name = change.checks_version ? "change_versioned" : "change";
  name += change.has_flags ? "" : std::to_string(change.changed.front());
  return session.prepare(ShapedSql{shape_of(layout, name), write});
}

}  // namespace tenancy::inline v0::detail
