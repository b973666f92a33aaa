#include <algorithm>
#include <string>

#include "migrate/query_views.hpp"
#include "migrate/read_catalogue.hpp"
#include "migrate/row_policy.hpp"
#include "migrate/table_kind.hpp"

namespace tenancy::inline v0::detail {
namespace {

// All of the schema that the connection works in. The engine's functions and tables are named with
// theirs, whatever else is called so; `unnest` of several arrays is part of the language.

/// What a default says that takes its value from a sequence.
#define TENANCY_COUNTS "'\\m(nextval|currval|lastval)\\('"

/// The domains of a table's columns, and those that they stand on, as `t`.
#define TENANCY_DOMAINS                                                                   \
  "(WITH RECURSIVE domains (oid) AS (SELECT a.atttypid FROM pg_catalog.pg_attribute a "   \
  "WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "                     \
  "UNION SELECT b.typbasetype FROM domains JOIN pg_catalog.pg_type b USING (oid) "        \
  "WHERE b.typtype = 'd') SELECT y.* FROM domains JOIN pg_catalog.pg_type y USING (oid) " \
  "WHERE y.typtype = 'd') AS t"

constexpr std::string_view postgres_tables_sql =
    "SELECT c.relname, '', c.relkind = 'f', true, "
    "c.relrowsecurity AND c.relforcerowsecurity, "
    "(SELECT count(*) FROM pg_catalog.pg_policy p WHERE p.polrelid = c.oid "
    "AND (p.polpermissive OR p.polname <> 'tenancy_queries')), "
    "(SELECT p.polcmd::text || p.polpermissive::text || p.polroles::text "
    "|| pg_catalog.regexp_replace(coalesce(pg_catalog.pg_get_expr(p.polqual, p.polrelid), '') || "
    "'|' || "
    "coalesce(pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid), ''), '\\s', '', 'g') "
    "FROM pg_catalog.pg_policy p WHERE p.polrelid = c.oid "
    "AND (p.polpermissive OR p.polname <> 'tenancy_queries') ORDER BY p.polname LIMIT 1), "
    "EXISTS (SELECT FROM pg_catalog.pg_inherits h "
    "JOIN pg_catalog.pg_class child ON child.oid = h.inhrelid "
    "JOIN pg_catalog.pg_class parent ON parent.oid = h.inhparent "
    "WHERE c.oid IN (h.inhrelid, h.inhparent) "
    "AND (NOT child.relispartition OR child.relnamespace <> parent.relnamespace)), "
    "(SELECT coalesce(pg_catalog.string_agg(e.text, ' ; '), '') FROM (SELECT "
    "pg_catalog.pg_get_expr(d.adbin, d.adrelid) "
    "FROM pg_catalog.pg_attrdef d WHERE d.adrelid = c.oid AND pg_catalog.pg_get_expr(d.adbin, "
    "d.adrelid) "
    "!~ " TENANCY_COUNTS
    " UNION ALL SELECT pg_catalog.pg_get_constraintdef(k.oid) FROM pg_catalog.pg_constraint k "
    "WHERE k.conrelid = c.oid AND k.contype = 'c' "
    "UNION ALL SELECT coalesce(t.typdefault, '') || ' ; ' || coalesce(("
    "SELECT pg_catalog.string_agg(pg_catalog.pg_get_constraintdef(k.oid), ' ; ') FROM "
    "pg_catalog.pg_constraint k "
    "WHERE k.contypid = t.oid), '') FROM " TENANCY_DOMAINS
    " WHERE coalesce(t.typdefault, '') "
    "!~ " TENANCY_COUNTS
    ") AS e (text)) "
    "FROM pg_catalog.pg_class c WHERE c.relnamespace = "
    "pg_catalog.to_regnamespace(pg_catalog.current_schema()) "
    "AND c.relkind IN ('r', 'p', 'f')";
constexpr std::string_view postgres_columns_sql =
    "SELECT c.relname, a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull, "
    "a.atthasdef AND a.attgenerated = '' OR a.attidentity <> '', "
    "a.attgenerated <> '' OR a.attidentity = 'a', "
    "coalesce((SELECT pg_catalog.array_position(i.indkey::int2[], a.attnum) + 1 FROM "
    "pg_catalog.pg_index i "
    "WHERE i.indrelid = c.oid AND i.indisprimary), 0), "
    "a.attidentity <> '' OR coalesce((SELECT pg_catalog.pg_get_expr(d.adbin, d.adrelid) "
    "~ " TENANCY_COUNTS
    " FROM pg_catalog.pg_attrdef d WHERE d.adrelid = c.oid AND d.adnum = a.attnum), "
    "(SELECT t.typdefault ~ " TENANCY_COUNTS
    " FROM pg_catalog.pg_type t WHERE t.oid = a.atttypid AND t.typtype = 'd'), false) "
    "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid "
    "WHERE c.relnamespace = pg_catalog.to_regnamespace(pg_catalog.current_schema()) AND c.relkind "
    "IN ('r', 'p', 'f') "
    "AND a.attnum > 0 AND NOT a.attisdropped ORDER BY c.oid, a.attnum";
constexpr std::string_view postgres_indexes_sql =
    "SELECT c.relname, x.relname, i.indisunique, i.indisprimary, i.indpred IS NOT NULL, "
    "coalesce(a.attname, ''), "
    "CASE WHEN n.conindid IS NULL THEN pg_catalog.pg_get_indexdef(i.indexrelid) ELSE '' END, "
    "i.indisexclusion AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint e "
    "CROSS JOIN LATERAL unnest(e.conkey, e.conexclop) AS m (attnum, op) "
    "JOIN pg_catalog.pg_attribute b ON b.attrelid = c.oid AND b.attnum = m.attnum "
    "JOIN pg_catalog.pg_operator o ON o.oid = m.op "
    "WHERE e.conindid = i.indexrelid AND e.contype = 'x' AND b.attname = 'tenant_id' "
    "AND o.oprname = '=' AND o.oprnamespace = 'pg_catalog'::regnamespace) "
    "FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indrelid "
    "JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid "
    "CROSS JOIN LATERAL pg_catalog.unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, place) "
    "LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum "
    "AND k.attnum > 0 "
    "LEFT JOIN (SELECT DISTINCT conindid FROM pg_catalog.pg_constraint "
    "WHERE contype IN ('p', 'u', 'x')) n ON n.conindid = i.indexrelid "
    "WHERE c.relnamespace = pg_catalog.to_regnamespace(pg_catalog.current_schema()) AND c.relkind "
    "IN ('r', 'p') "
    "AND k.place <= i.indnkeyatts ORDER BY c.oid, i.indexrelid, k.place";
constexpr std::string_view postgres_references_sql =
    "SELECT c.relname, n.oid::bigint, CASE WHEN p.relnamespace = c.relnamespace "
    "THEN p.relname::text ELSE p.oid::regclass::text END, n.confupdtype::text, "
    "n.confdeltype::text, "
    "f.attname, t.attname, n.condeferred "
    "FROM pg_catalog.pg_constraint n JOIN pg_catalog.pg_class c ON c.oid = n.conrelid "
    "JOIN pg_catalog.pg_class p ON p.oid = n.confrelid "
    "CROSS JOIN LATERAL unnest(n.conkey, n.confkey) WITH ORDINALITY AS k (own, other, "
    "place) "
    "JOIN pg_catalog.pg_attribute f ON f.attrelid = c.oid AND f.attnum = k.own "
    "JOIN pg_catalog.pg_attribute t ON t.attrelid = p.oid AND t.attnum = k.other "
    "WHERE n.contype = 'f' AND c.relnamespace = "
    "pg_catalog.to_regnamespace(pg_catalog.current_schema()) "
    "ORDER BY c.oid, n.oid, k.place";
#undef TENANCY_COUNTS
#undef TENANCY_DOMAINS

#define TENANCY_HAS_OWNERS_RIGHTS                                                           \
  "c.relkind = 'm' OR NOT coalesce(c.reloptions::text[] && ARRAY['security_invoker=true', " \
  "'security_invoker=on', 'security_invoker=1', 'security_invoker=yes'], false) "

/// Views, then those with another's rights that stand elsewhere over the schema's tables and that
/// this role may use, then tables of tenants' rows elsewhere that it may use and nothing secures,
/// then triggers with the functions that they call, then rules, which put other statements in the
/// place of those that are sent, then functions with their owner's rights, wherever they are.
///
/// What a reference does to the rows that refer (CASCADE, SET NULL, SET DEFAULT), it does as the
/// table's owner and past the policies: so run triggers before it, and rules.
constexpr std::string_view postgres_objects_sql =
    "WITH RECURSIVE over_tables (oid) AS (SELECT oid FROM pg_catalog.pg_class "
    "WHERE relnamespace = pg_catalog.to_regnamespace(pg_catalog.current_schema()) AND relkind IN "
    "('r', 'p') "
    "UNION SELECT w.ev_class FROM over_tables o JOIN pg_catalog.pg_depend d ON d.refobjid = o.oid "
    "AND d.refclassid = 'pg_catalog.pg_class'::regclass "
    "AND d.classid = 'pg_catalog.pg_rewrite'::regclass "
    "JOIN pg_catalog.pg_rewrite w ON w.oid = d.objid) "
    "SELECT 'view', c.relname::text AS name, '', "
    "pg_catalog.pg_get_viewdef(c.oid), " TENANCY_HAS_OWNERS_RIGHTS
    ", '' FROM pg_catalog.pg_class c WHERE c.relnamespace = "
    "pg_catalog.to_regnamespace(pg_catalog.current_schema()) "
    "AND c.relkind IN ('v', 'm') "
    "UNION ALL "
    "SELECT 'view', c.relname::text, '', pg_catalog.pg_get_viewdef(c.oid), true, "
    "pg_catalog.quote_ident(n.nspname) "
    "FROM over_tables o JOIN pg_catalog.pg_class c USING (oid) "
    "JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname NOT IN (pg_catalog.current_schema(), 'tenancy_queries') AND c.relkind IN "
    "('v', 'm') "
    "AND (" TENANCY_HAS_OWNERS_RIGHTS
    ") AND NOT pg_catalog.pg_has_role(current_user, c.relowner, 'MEMBER') "
    "AND EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE (pg_catalog.pg_has_role(current_user, "
    "r.oid, "
    "'MEMBER') OR pg_catalog.pg_has_role(session_user, r.oid, 'MEMBER')) "
    "AND (pg_catalog.has_any_column_privilege(r.oid, c.oid, 'SELECT, INSERT, UPDATE') "
    "OR pg_catalog.has_table_privilege(r.oid, c.oid, 'DELETE'))) "
    "UNION ALL "
    "SELECT 'table', c.relname::text, '', '', true, pg_catalog.quote_ident(n.nspname) "
    "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
    "WHERE c.relkind IN ('r', 'p', 'f') AND NOT c.relrowsecurity "
    "AND n.nspname NOT IN (pg_catalog.current_schema(), 'tenancy_queries', 'information_schema') "
    "AND n.nspname NOT LIKE 'pg\\_%' "
    "AND EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid "
    "AND a.attname = 'tenant_id') "
    "AND NOT pg_catalog.pg_has_role(current_user, c.relowner, 'MEMBER') "
    "AND EXISTS (SELECT FROM pg_catalog.pg_roles r WHERE (pg_catalog.pg_has_role(current_user, "
    "r.oid, "
    "'MEMBER') OR pg_catalog.pg_has_role(session_user, r.oid, 'MEMBER')) "
    "AND pg_catalog.has_schema_privilege(r.oid, n.oid, 'USAGE') "
    "AND (pg_catalog.has_any_column_privilege(r.oid, c.oid, 'SELECT, INSERT, UPDATE') "
    "OR pg_catalog.has_table_privilege(r.oid, c.oid, 'DELETE'))) "
    "UNION ALL "
    "SELECT 'trigger', t.tgname::text, c.relname::text, pg_catalog.pg_get_triggerdef(t.oid, true) "
    "|| ' ' || "
    "p.prosrc || coalesce(' ' || p.proconfig::text, ''), "
    "(t.tgtype & 2) <> 0 AND EXISTS (SELECT FROM pg_catalog.pg_constraint k "
    "WHERE k.conrelid = c.oid AND k.contype = 'f' AND ((t.tgtype & 8) <> 0 AND k.confdeltype = 'c' "
    "OR (t.tgtype & 16) <> 0 AND (k.confdeltype IN ('n', 'd') "
    "OR k.confupdtype IN ('c', 'n', 'd')))), '' "
    "FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid "
    "JOIN pg_catalog.pg_proc p ON p.oid = t.tgfoid "
    "WHERE NOT t.tgisinternal AND c.relnamespace = "
    "pg_catalog.to_regnamespace(pg_catalog.current_schema()) "
    "UNION ALL "
    "SELECT 'rule', r.rulename, c.relname, pg_catalog.pg_get_ruledef(r.oid), "
    "EXISTS (SELECT FROM pg_catalog.pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'f' "
    "AND (k.confdeltype IN ('c', 'n', 'd') OR k.confupdtype IN ('c', 'n', 'd'))), '' "
    "FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_class c ON c.oid = r.ev_class "
    "WHERE r.rulename <> '_RETURN' AND c.relnamespace = "
    "pg_catalog.to_regnamespace(pg_catalog.current_schema()) "
    "UNION ALL "
    "SELECT 'function', p.proname, CASE WHEN n.nspname = 'tenancy_queries' AND p.proowner = "
    "n.nspowner AND p.proconfig = ARRAY['search_path=pg_catalog, pg_temp'] THEN p.prosrc ELSE '' "
    "END, pg_catalog.pg_get_functiondef(p.oid), true, CASE WHEN n.nspname = "
    "pg_catalog.current_schema() THEN '' "
    "ELSE pg_catalog.quote_ident(n.nspname) END "
    "FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace "
    "WHERE p.prosecdef AND n.nspname NOT IN ('pg_catalog', 'information_schema') "
    "ORDER BY name";

#undef TENANCY_HAS_OWNERS_RIGHTS

constexpr std::string_view postgres_functions_sql =
    "SELECT p.proname, p.prosrc, p.provolatile = 's' AND NOT p.prosecdef AND p.proconfig IS NULL "
    "AND p.pronargs = 0 FROM pg_catalog.pg_proc p "
    "WHERE p.pronamespace = pg_catalog.to_regnamespace(pg_catalog.current_schema()) "
    "AND p.proname IN ('tenancy_tenant', 'tenancy_crossing')";

std::string action_of(std::string_view letter) {
  if (letter == "c") {
    return "CASCADE";
  }
  if (letter == "n") {
    return "SET NULL";
  }
  if (letter == "d") {
    return "SET DEFAULT";
  }
  return letter == "r" ? "RESTRICT" : "NO ACTION";
}

/// What the one policy of a secured table is: for all commands, permissive, of all roles.
std::string expected_policy() {
  return "*true{0}" + std::string{policy_using} + "|" + std::string{policy_check};
}

/// A column's name. One that only its case tells from the tenant's is another column here, and
/// called so as it is written.
std::string column_of(const Statement& row, int column) {
  auto name = text_of(row, column);
  return is_tenant_column(name) && name != tenant_column ? "\"" + name + "\"" : name;
}

Result<void> read_tables(ControlSession& session, std::vector<CatalogueTable>& tables) {
  const std::string policy = expected_policy();
  BOOST_OUTCOME_TRY(session.look_up(postgres_tables_sql, [&](const Statement& row) {
    CatalogueTable table{text_of(row, 0), text_of(row, 1), flag_of(row, 2), flag_of(row, 3)};
    table.is_secured =
        flag_of(row, 4) && row.int64(5) == std::int64_t{1} && text_of(row, 6) == policy;
    table.inherits = flag_of(row, 7);
    table.expressions = text_of(row, 8);
    tables.push_back(std::move(table));
  }));
  std::ranges::sort(tables, {}, &CatalogueTable::name);
  const auto of_table = [&](const Statement& row) { return find_table(tables, text_of(row, 0)); };
  BOOST_OUTCOME_TRY(session.look_up(postgres_columns_sql, [&](const Statement& row) {
    if (auto* const table = of_table(row)) {
      table->columns.push_back({column_of(row, 1), text_of(row, 2), flag_of(row, 3),
                                flag_of(row, 4), flag_of(row, 5),
                                static_cast<int>(row.int64(6).value_or(0)), flag_of(row, 7)});
    }
  }));
  BOOST_OUTCOME_TRY(session.look_up(postgres_indexes_sql, [&](const Statement& row) {
    if (auto* const table = of_table(row)) {
      const auto name = text_of(row, 1);
      if (table->indexes.empty() || table->indexes.back().name != name) {
        table->indexes.push_back({name,
                                  flag_of(row, 2),
                                  flag_of(row, 3),
                                  flag_of(row, 4),
                                  text_of(row, 6),
                                  {},
                                  flag_of(row, 7)});
      }
      table->indexes.back().columns.push_back(column_of(row, 5));
    }
  }));
  std::int64_t last_id = -1;
  return session.look_up(postgres_references_sql, [&](const Statement& row) {
    auto* const table = of_table(row);
    const auto id = row.int64(1).value_or(0);
    if (table == nullptr) {
      return;
    }
    if (id != last_id) {
      table->references.push_back({text_of(row, 2),
                                   action_of(row.text(3).value_or("")),
                                   action_of(row.text(4).value_or("")),
                                   {},
                                   flag_of(row, 7)});
    }
    last_id = id;
    table->references.back().pairs.push_back({column_of(row, 5), column_of(row, 6)});
  });
}

}  // namespace

Result<Catalogue> read_postgres_catalogue(ControlSession& session) {
  Catalogue catalogue{.dialect = Dialect::postgresql};
  BOOST_OUTCOME_TRY(read_tables(session, catalogue.tables));
  std::string tables;
  BOOST_OUTCOME_TRY(session.look_up("SELECT pg_catalog.quote_ident(pg_catalog.current_schema())",
                                    [&](const Statement& row) { tables = text_of(row, 0); }));
  BOOST_OUTCOME_TRY(session.look_up(postgres_objects_sql, [&](const Statement& row) {
    const auto what = text_of(row, 0);
    if (what == "function" && !text_of(row, 2).empty() &&
        text_of(row, 2) == query_function_body(text_of(row, 1), tables)) {
      return;  // One of the library's own, which says whose rows tenants' queries see.
    }
    catalogue.views_and_triggers.push_back(
        {what == "view", text_of(row, 1), what == "function" ? std::string{} : text_of(row, 2),
         text_of(row, 3), flag_of(row, 4), what == "function", text_of(row, 5), what == "table"});
  }));
  int sound = 0;
  BOOST_OUTCOME_TRY(session.look_up(postgres_functions_sql, [&](const Statement& row) {
    const auto body =
        text_of(row, 0) == tenant_function ? tenant_function_body : crossing_function_body;
    sound += text_of(row, 1) == body && flag_of(row, 2) ? 1 : 0;
  }));
  catalogue.has_policy_functions = sound == 2;
  return catalogue;
}

}  // namespace tenancy::inline v0::detail
