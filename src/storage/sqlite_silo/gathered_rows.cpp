#include "storage/sqlite_silo/gathered_rows.hpp"

#include <optional>
#include <utility>
#include <vector>

#include "storage/sqlite/database_file.hpp"

namespace tenancy::inline v0::detail::silo {
namespace {

using sqlite::Connection;
using sqlite::Watch;
using sqlite::WatchScope;

constexpr StaticSql begin_gathering_sql{"BEGIN IMMEDIATE"};
constexpr StaticSql end_gathering_sql{"COMMIT"};
constexpr StaticSql give_gathering_up_sql{"ROLLBACK"};
/// Statements over all tenants' rows keep to those of tenants that there are.
constexpr std::string_view gathered_tenants_sql =
    "CREATE TABLE tenancy_tenants (tenant_id INTEGER PRIMARY KEY)";
constexpr StaticSql gathered_tenant_sql{"INSERT INTO tenancy_tenants (tenant_id) VALUES (?1)"};

std::string in_quotes(std::string_view text, char quote) {
  std::string quoted{quote};
  for (const char c : text) {
    quoted += c;
    if (c == quote) {
      quoted += c;
    }
  }
  return quoted += quote;
}

struct Definition {
  std::string sql;  ///< As it was created; of a view, empty.
  std::vector<std::string> columns;
};

Result<Definition> read_definition(ControlSession& session, std::string_view table) {
  Definition definition;
  bool is_there = false;
  const std::string name = in_quotes(table, '\'');
  BOOST_OUTCOME_TRY(
      session.look_up("SELECT type, sql FROM sqlite_schema WHERE type IN ('table', 'view') AND "
                      "lower(name) = lower(" +
                          name + ")",
                      [&](const Statement& row) {
                        is_there = true;
                        if (row.text(0) == "table") {
                          definition.sql = row.text(1).value_or("");
                        }
                      }));
  if (!is_there) {
    return Error{errc::invalid_mapping, "there is no table " + std::string{table}};
  }
  // Computed columns compute themselves.
  BOOST_OUTCOME_TRY(session.look_up(
      "SELECT name FROM pragma_table_xinfo(" + name + ") WHERE hidden = 0 ORDER BY cid",
      [&](const Statement& row) { definition.columns.emplace_back(row.text(0).value_or("")); }));
  return definition;
}

std::string list(const std::vector<std::string>& columns) {
  std::string text;
  for (const std::string& column : columns) {
    text += (text.empty() ? "" : ", ") + in_quotes(column, '"');
  }
  return text;
}

Result<void> note_tenant(Connection& connection, TenantId tenant) {
  const sqlite::ControlAccess access{connection};
  BOOST_OUTCOME_TRY(auto* const statement, connection.prepare(gathered_tenant_sql));
  const StatementLease lease{*statement};
  lease->bind_int64(1, tenant.value());
  BOOST_OUTCOME_TRY(lease->step());
  return success();
}

}  // namespace

Result<std::unique_ptr<GatheredRows>> GatheredRows::create(const std::filesystem::path& beside,
                                                           sqlite::SqliteStore& control,
                                                           std::string_view table,
                                                           const CallOptions& options,
                                                           const CallLimits& limits) {
  BOOST_OUTCOME_TRY(const Definition definition,
                    detail::control_read(control, options, [&](ControlSession& session) {
                      return read_definition(session, table);
                    }));
  BOOST_OUTCOME_TRY(auto folder, sqlite::TemporaryFolder::create_beside(beside, crossing_purpose));
  std::unique_ptr<GatheredRows> rows{new GatheredRows{std::move(folder)}};
  const auto file = rows->folder_.path() / "rows.db";
  BOOST_OUTCOME_TRY(sqlite::create_database_file(file, sqlite::Durability::none));
  BOOST_OUTCOME_TRY(rows->connection_,
                    Connection::open(file, sqlite::ConnectionMode::read_write,
                                     {.durability = sqlite::Durability::none}, limits));
  Connection& connection = *rows->connection_;
  const WatchScope watched{connection.watch(), limits, Watch::unlimited, true};
  BOOST_OUTCOME_TRY(connection.stop_enforcing_references());
  const std::string columns = list(definition.columns);
  BOOST_OUTCOME_TRY(connection.run_script(
      definition.sql.empty() ? "CREATE TABLE " + in_quotes(table, '"') + " (" + columns + ")"
                             : definition.sql,
      ScriptOwner::host));
  BOOST_OUTCOME_TRY(connection.run_script(std::string{gathered_tenants_sql}, ScriptOwner::library));
  rows->columns_ = static_cast<int>(definition.columns.size());
  rows->select_ = "SELECT " + columns + " FROM " + in_quotes(table, '"') + " WHERE tenant_id = ";
  rows->insert_ = "INSERT INTO " + in_quotes(table, '"') + " (" + columns + ") VALUES (?1";
  for (int column = 2; column <= rows->columns_; ++column) {
    rows->insert_ += ", ?" + std::to_string(column);
  }
  rows->insert_ += ")";
  return rows;
}

Result<void> GatheredRows::add(sqlite::SqliteStore& file, TenantId tenant,
                               const CallOptions& options, const CallLimits& limits) {
  Connection& connection = *connection_;
  const WatchScope watched{connection.watch(), limits, Watch::unlimited, true};
  BOOST_OUTCOME_TRY(connection.run(begin_gathering_sql));
  const std::string select = select_ + std::to_string(tenant.value());
  Result<void> copied = success();
  std::vector<ValueView> values(static_cast<std::size_t>(columns_));
  const auto copy = [&](const Statement& row) -> Result<void> {
    row.read_columns(values);
    const auto write = [&] { return insert_; };
    BOOST_OUTCOME_TRY(auto* const statement, connection.prepare(ShapedSql{insert_, write}));
    const StatementLease lease{*statement};
    lease->bind_rest(1, values);
    BOOST_OUTCOME_TRY(lease->step());
    return success();
  };
  auto outcome = detail::control_read(file, options, [&](ControlSession& session) {
    return session.look_up(select, [&](const Statement& row) {
      if (copied) {
        copied = copy(row);
      }
    });
  });
  if (outcome && copied) {
    copied = note_tenant(connection, tenant);
  }
  if (outcome && copied) {
    outcome = connection.run(end_gathering_sql);
  }
  if (!outcome || !copied) {
    const sqlite::WatchPause unwatched{connection.watch()};
    static_cast<void>(connection.run(give_gathering_up_sql));
  }
  return copied ? outcome : copied;
}

}  // namespace tenancy::inline v0::detail::silo
