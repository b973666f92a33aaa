#include "storage/postgres/script.hpp"

#include <string>

namespace tenancy::inline v0::detail::postgres {
namespace {

/// What the library's objects are, and what this transaction did to their rows: equal before and
/// behind a host's script. That others refer to a table is no change of it.
constexpr std::string_view state_sql =
    "SELECT md5(pg_catalog.string_agg(line, E'\\n' ORDER BY line)) FROM ("
    "SELECT 'column ' || a.attrelid::text || a.attname || a.atttypid::text || a.attnotnull::text "
    "|| coalesce(a.attacl::text, '') || coalesce(pg_catalog.pg_get_expr(d.adbin, d.adrelid), '') "
    "FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_class c ON c.oid = a.attrelid "
    "LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum "
    "WHERE c.relname LIKE 'tenancy\\_%' AND a.attnum > 0 "
    "UNION ALL SELECT 'index ' || i.indexrelid::text || i.indisvalid::text "
    "FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indrelid "
    "WHERE c.relname LIKE 'tenancy\\_%' "
    "UNION ALL SELECT 'rewriting ' || w.oid::text || w.xmin::text FROM pg_catalog.pg_rewrite w "
    "JOIN pg_catalog.pg_class c ON c.oid = w.ev_class WHERE c.relname LIKE 'tenancy\\_%' "
    "UNION ALL SELECT 'child ' || h.inhrelid::text || h.inhparent::text "
    "FROM pg_catalog.pg_inherits h JOIN pg_catalog.pg_class c ON c.oid IN (h.inhrelid, "
    "h.inhparent) WHERE c.relname LIKE 'tenancy\\_%' "
    "UNION ALL SELECT 'table ' || c.oid::text || c.relname || c.relfilenode::text "
    "|| c.relowner::text || c.relrowsecurity::text || c.relforcerowsecurity::text "
    "|| coalesce(c.relacl::text, '') FROM pg_catalog.pg_class c WHERE c.relname LIKE 'tenancy\\_%' "
    "UNION ALL SELECT 'rule ' || n.oid::text || pg_catalog.pg_get_constraintdef(n.oid) "
    "FROM pg_catalog.pg_constraint n JOIN pg_catalog.pg_class c ON c.oid = n.conrelid "
    "WHERE c.relname LIKE 'tenancy\\_%' "
    "UNION ALL SELECT 'policy ' || p.oid::text || p.xmin::text FROM pg_catalog.pg_policy p "
    "JOIN pg_catalog.pg_class c ON c.oid = p.polrelid WHERE c.relname LIKE 'tenancy\\_%' "
    "UNION ALL SELECT 'trigger ' || t.oid::text || t.tgenabled::text FROM pg_catalog.pg_trigger t "
    "JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid "
    "WHERE c.relname LIKE 'tenancy\\_%' AND NOT t.tgisinternal "
    "UNION ALL SELECT 'function ' || f.oid::text || f.prosrc || f.prosecdef::text "
    "|| coalesce(f.proconfig::text, '') FROM pg_catalog.pg_proc f "
    "WHERE f.proname LIKE 'tenancy\\_%' "
    "UNION ALL SELECT 'rows ' || s.relid::text || s.n_tup_ins::text || s.n_tup_upd::text "
    "|| s.n_tup_del::text FROM pg_catalog.pg_stat_xact_all_tables s "
    "WHERE s.relname LIKE 'tenancy\\_%') AS lines (line)";

Result<std::string> read_state(ControlSession& session) {
  std::string state;
  BOOST_OUTCOME_TRY(
      session.look_up(state_sql, [&](const Statement& row) { state = row.text(0).value_or(""); }));
  return state;
}

/// Without them what became of rows is not known.
Result<void> require_counts(ControlSession& session) {
  bool counts = false;
  BOOST_OUTCOME_TRY(
      session.look_up("SELECT pg_catalog.current_setting('track_counts') = 'on'",
                      [&](const Statement& row) { counts = row.int64(0) == std::int64_t{1}; }));
  if (!counts) {
    return Error{errc::migration_failed,
                 "whether it changes the library's rows cannot be seen while the server counts no "
                 "changes: switch track_counts on"};
  }
  return success();
}

/// Does not occur in the text.
std::string mark_beside(std::string_view sql) {
  std::string mark = "$tenancy";
  while (sql.find(mark) != std::string_view::npos) {
    mark += "_";
  }
  return mark + "$";
}

/// A procedure without a name that runs the text.
std::string procedure_of(std::string_view sql) {
  const std::string inner = mark_beside(sql);
  const std::string call =
      "BEGIN EXECUTE " + inner + "\n" + std::string{sql} + "\n" + inner + "; END";
  const std::string outer = mark_beside(call);
  return "DO " + outer + call + outer;
}

}  // namespace

Result<void> run_script(ControlSession& session, std::string_view sql, ScriptOwner owner) {
  const bool is_hosts = owner == ScriptOwner::host;
  std::string before;
  if (is_hosts) {
    BOOST_OUTCOME_TRY(require_counts(session));
    BOOST_OUTCOME_TRY(before, read_state(session));
  }
  BOOST_OUTCOME_TRY(session.look_up(procedure_of(sql), [](const Statement& /*row*/) {}));
  if (is_hosts) {
    // What it has left for the end of the transaction is to happen before it is looked at.
    BOOST_OUTCOME_TRY(
        session.look_up("SET CONSTRAINTS ALL IMMEDIATE", [](const Statement& /*row*/) {}));
    BOOST_OUTCOME_TRY(const auto after, read_state(session));
    if (after != before) {
      return Error{errc::migration_failed,
                   "it changes the library's tables, policies or functions (tenancy_…), which are "
                   "not the host's"};
    }
  }
  return success();
}

}  // namespace tenancy::inline v0::detail::postgres
