#include "raw_rows.hpp"

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>
#include <sqlite3.h>

namespace tenancy::inline v0::testing::detail {
namespace {

constexpr int patience_ms = 5000;

struct RawTable {
  std::string name;
  /// Of those that `SELECT *` gives, without `tenant_id`.
  std::string columns;
  bool of_tenants = false;
};

std::vector<RawTable> tables_of(SQLite::Database& database) {
  std::vector<RawTable> tables;
  SQLite::Statement names{database,
                          "SELECT name FROM sqlite_schema WHERE type = 'table' AND "
                          "name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND "
                          "name NOT LIKE 'tenancy\\_%' ESCAPE '\\' ORDER BY name"};
  while (names.executeStep()) {
    RawTable table{.name = names.getColumn(0).getString(), .columns = {}};
    SQLite::Statement columns{database,
                              "SELECT name, lower(name) = 'tenant_id' FROM pragma_table_xinfo(?) "
                              "WHERE hidden <> 1 ORDER BY cid"};
    columns.bind(1, table.name);
    while (columns.executeStep()) {
      if (columns.getColumn(1).getInt() != 0) {
        table.of_tenants = true;
      } else {
        table.columns +=
            (table.columns.empty() ? "" : ", ") + quoted_name(columns.getColumn(0).getString());
      }
    }
    tables.push_back(std::move(table));
  }
  return tables;
}

tenancy::detail::ValueView view_of(const SQLite::Column& column) {
  using tenancy::detail::ValueView;
  const auto bytes = static_cast<std::size_t>(column.getBytes());
  switch (column.getType()) {
    case SQLITE_INTEGER:
      return ValueView::int64(column.getInt64());
    case SQLITE_FLOAT:
      return ValueView::real(column.getDouble());
    case SQLITE_TEXT: {
      const char* const text = column.getText();
      return ValueView::text({text, bytes});
    }
    case SQLITE_BLOB:
      return ValueView::blob({static_cast<const std::byte*>(column.getBlob()), bytes});
    default:
      return ValueView::null();
  }
}

std::multiset<std::string> rows_of(SQLite::Database& database, const RawTable& table,
                                   TenantId tenant, Whose whose) {
  std::string sql = "SELECT ";
  sql += whose == Whose::the_tenants ? table.columns : "*";
  sql += " FROM " + quoted_name(table.name);
  if (table.of_tenants) {
    sql += whose == Whose::the_tenants ? " WHERE tenant_id = ?" : " WHERE tenant_id IS NOT ?";
  }
  SQLite::Statement select{database, sql};
  if (table.of_tenants) {
    select.bind(1, tenant.value());
  }
  std::multiset<std::string> rows;
  while (select.executeStep()) {
    std::string row;
    for (int column = 0; column < select.getColumnCount(); ++column) {
      row += stored_text(view_of(select.getColumn(column)));
    }
    rows.insert(std::move(row));
  }
  return rows;
}

}  // namespace

Result<TableRows> raw_rows(const std::filesystem::path& file, TenantId tenant, Whose whose) {
  try {
    SQLite::Database database{file.string(), SQLite::OPEN_READONLY, patience_ms};
    // One snapshot for all tables.
    const SQLite::Transaction transaction{database};
    TableRows rows;
    for (const RawTable& table : tables_of(database)) {
      const bool has_some = !table.columns.empty() || whose == Whose::all_others;
      if (has_some && (table.of_tenants || whose == Whose::all_others)) {
        rows.emplace(table.name, rows_of(database, table, tenant, whose));
      }
    }
    return rows;
  } catch (const SQLite::Exception& failure) {
    return Error{errc::corrupt_store,
                 std::string{"a look at the rows past the library: "} + failure.what()};
  }
}

std::string quoted_name(std::string_view name) {
  std::string quoted{'"'};
  for (const char letter : name) {
    quoted.append(letter == '"' ? 2 : 1, letter);
  }
  return quoted += '"';
}

}  // namespace tenancy::inline v0::testing::detail
