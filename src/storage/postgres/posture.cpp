#include "storage/postgres/posture.hpp"

#include <array>
#include <optional>
#include <string>

#include "storage/postgres/transaction.hpp"

namespace tenancy::inline v0::detail::postgres {
namespace {

/// Of the role that connected and of the one that it acts as: the first is a `RESET ROLE` away.
/// Roles that it is a member of count as what it is, since it can become them.
constexpr std::string_view role_sql =
    "SELECT current_user, "
    "pg_catalog.bool_or(r.rolsuper), pg_catalog.bool_or(r.rolbypassrls), "
    "pg_catalog.bool_or(r.rolreplication), "
    "pg_catalog.bool_or(r.rolcreaterole), "
    "pg_catalog.bool_or(r.rolname IN ('pg_execute_server_program', 'pg_read_server_files', "
    "'pg_write_server_files')), "
    "pg_catalog.bool_or(r.rolname IN ('pg_read_all_data', 'pg_write_all_data', 'pg_monitor', "
    "'pg_read_all_stats') "
    "OR pg_catalog.has_any_column_privilege(r.oid, 'pg_catalog.pg_statistic'::regclass, 'SELECT') "
    "OR pg_catalog.has_any_column_privilege(r.oid, 'pg_catalog.pg_statistic_ext_data'::regclass, "
    "'SELECT')) "
    "FROM pg_catalog.pg_roles r WHERE pg_catalog.pg_has_role(current_user, r.oid, 'MEMBER') "
    "OR pg_catalog.pg_has_role(session_user, r.oid, 'MEMBER')";
constexpr std::string_view owner_sql =
    "WITH us AS (SELECT r.oid FROM pg_catalog.pg_roles r "
    "WHERE pg_catalog.pg_has_role(current_user, r.oid, 'MEMBER') "
    "OR pg_catalog.pg_has_role(session_user, r.oid, 'MEMBER')) "
    "SELECT EXISTS (SELECT FROM pg_catalog.pg_class c "
    "WHERE c.relnamespace = pg_catalog.to_regnamespace(pg_catalog.current_schema()) AND c.relkind "
    "IN ('r', 'p', 'v', "
    "'m') "
    "AND (pg_catalog.pg_has_role(current_user, c.relowner, 'MEMBER') "
    "OR pg_catalog.pg_has_role(session_user, c.relowner, 'MEMBER'))), "
    "EXISTS (SELECT FROM pg_catalog.pg_proc p "
    "WHERE p.pronamespace = pg_catalog.to_regnamespace(pg_catalog.current_schema()) "
    "AND pg_catalog.pg_has_role(session_user, p.proowner, 'MEMBER')), "
    "EXISTS (SELECT FROM us WHERE pg_catalog.has_schema_privilege(us.oid, "
    "pg_catalog.current_schema(), 'CREATE')), "
    "EXISTS (SELECT FROM us, pg_catalog.pg_class c "
    "WHERE c.relnamespace = pg_catalog.to_regnamespace(pg_catalog.current_schema()) AND c.relkind "
    "IN ('r', 'p') "
    "AND (pg_catalog.has_table_privilege(us.oid, c.oid, 'TRUNCATE, REFERENCES, TRIGGER') "
    "OR pg_catalog.has_any_column_privilege(us.oid, c.oid, 'REFERENCES')))";

/// Of the role that tenants' queries run as.
constexpr std::string_view confined_sql =
    "WITH us AS (SELECT r.* FROM pg_catalog.pg_roles r WHERE r.rolname IN (current_user, "
    "session_user)), "
    "schemas AS (SELECT n.oid, n.nspname FROM pg_catalog.pg_namespace n "
    "WHERE n.nspname NOT IN ('pg_catalog', 'information_schema')) "
    "SELECT current_user, "
    "(SELECT count(*) <> 1 OR pg_catalog.bool_or(rolsuper OR rolbypassrls OR rolreplication OR "
    "rolcreaterole "
    "OR rolcreatedb) FROM us), "
    "EXISTS (SELECT FROM pg_catalog.pg_auth_members m WHERE m.member IN (SELECT oid FROM us)), "
    "EXISTS (SELECT FROM pg_catalog.pg_class WHERE relowner IN (SELECT oid FROM us)) "
    "OR EXISTS (SELECT FROM pg_catalog.pg_proc WHERE proowner IN (SELECT oid FROM us)) "
    "OR EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspowner IN (SELECT oid FROM us)) "
    "OR EXISTS (SELECT FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database() "
    "AND datdba IN (SELECT oid FROM us)), "
    "pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE') "
    "OR pg_catalog.has_database_privilege(pg_catalog.current_database(), 'TEMP') "
    "OR EXISTS (SELECT FROM schemas s WHERE pg_catalog.has_schema_privilege(s.oid, 'CREATE')), "
    "EXISTS (SELECT FROM schemas s WHERE s.nspname <> 'tenancy_queries' "
    "AND s.nspname NOT LIKE 'pg\\_%' AND pg_catalog.has_schema_privilege(s.oid, 'USAGE')), "
    "EXISTS (SELECT FROM pg_catalog.pg_class c JOIN schemas s ON s.oid = c.relnamespace "
    "WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND (pg_catalog.has_table_privilege(c.oid, "
    "'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER') "
    "OR pg_catalog.has_any_column_privilege(c.oid, 'INSERT, UPDATE, REFERENCES') "
    "OR s.nspname <> 'tenancy_queries' AND s.nspname NOT LIKE 'pg\\_%' "
    "AND pg_catalog.has_any_column_privilege(c.oid, 'SELECT'))), "
    "EXISTS (SELECT FROM pg_catalog.pg_proc p JOIN schemas s ON s.oid = p.pronamespace "
    "WHERE p.prosecdef AND s.nspname <> 'tenancy_queries' "
    "AND pg_catalog.has_function_privilege(p.oid, 'EXECUTE')) "
    "OR EXISTS (SELECT FROM pg_catalog.pg_foreign_server f "
    "WHERE pg_catalog.has_server_privilege(f.oid, 'USAGE'))";

constexpr std::array confined_faults{
    "has powers over the server (SUPERUSER, BYPASSRLS, REPLICATION, CREATEROLE or CREATEDB), or is "
    "not the one that connected",
    "is a member of another role",
    "owns something of the database",
    "may create objects, temporary ones for example",
    "may use another schema than tenancy_queries",
    "has rights on tables, or may write through a view",
    "may call functions with their owner's rights, or use other servers",
};

constexpr std::array role_faults{
    "is a superuser, whom row-level security does not hold",
    "has BYPASSRLS, which row-level security does not hold",
    "has REPLICATION, which reads the rows of all tenants from the log",
    "has CREATEROLE, with which it makes itself a member of other roles",
    "reads files or runs programs of the server",
    "reads all data or what the server knows of it (pg_read_all_data, pg_monitor, pg_statistic), "
    "which holds values of all tenants",
};
constexpr std::array owner_faults{
    "owns tables of the schema, so that it can change their policies",
    "owns functions of the schema, so that it can change what policies ask",
    "may create objects in the schema, which others take for the schema's own",
    "has TRUNCATE, REFERENCES or TRIGGER on tables, which row-level security does not hold",
};

/// A statement that is a transaction by itself.
Result<void> look(Connection& connection, const IoLimits& limits, std::string_view sql,
                  FunctionRef<void(const Statement&)> visit) {
  Transaction transaction{connection, Transaction::Form::single, limits, enter_as_it_is};
  const auto statement = connection.statement_once(sql);
  statement->take(transaction);
  const StatementLease lease{*statement};
  while (true) {
    BOOST_OUTCOME_TRY(const bool found, statement->step());
    if (!found) {
      return success();
    }
    visit(*statement);
  }
}

Error unsafe(const std::string& role, std::string_view fault) {
  return Error{errc::unsafe_role,
               "the role '" + role + "', or one that it is a member of, " + std::string{fault} +
                   ": connect as a role that may SELECT, INSERT, UPDATE and DELETE and owns "
                   "nothing (docs/postgresql.md)"};
}

template <std::size_t Size>
const char* first_fault(const Statement& row, int first_column,
                        const std::array<const char*, Size>& faults) {
  int column = first_column;
  for (const char* const fault : faults) {
    // What cannot be read counts as a fault.
    if (row.int64(column++) != std::int64_t{0}) {
      return fault;
    }
  }
  return nullptr;
}

}  // namespace

Result<void> require_safe_role(ControlSession& session, bool may_own) {
  std::string role;
  const char* fault = "cannot be looked at";
  BOOST_OUTCOME_TRY(session.look_up(role_sql, [&](const Statement& row) {
    role = row.text(0).value_or("");
    fault = first_fault(row, 1, role_faults);
  }));
  if (fault == nullptr && !may_own) {
    fault = "cannot be looked at";
    BOOST_OUTCOME_TRY(session.look_up(
        owner_sql, [&](const Statement& row) { fault = first_fault(row, 0, owner_faults); }));
  }
  if (fault != nullptr) {
    return unsafe(role, fault);
  }
  return success();
}

Result<void> require_confined_role(Connection& connection, const IoLimits& limits) {
  std::string role;
  const char* fault = "cannot be looked at";
  BOOST_OUTCOME_TRY(look(connection, limits, confined_sql, [&](const Statement& row) {
    role = row.text(0).value_or("");
    fault = first_fault(row, 1, confined_faults);
  }));
  if (fault != nullptr) {
    return Error{errc::unsafe_role,
                 "the role '" + role + "' for tenants' queries " + fault +
                     ": connect as one that may select from the views in tenancy_queries and do "
                     "nothing else (docs/postgresql.md)"};
  }
  return success();
}

}  // namespace tenancy::inline v0::detail::postgres
