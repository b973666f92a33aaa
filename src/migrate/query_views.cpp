#include "migrate/query_views.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <vector>

#include "migrate/read_catalogue.hpp"
#include "migrate/scoped_tables.hpp"
#include "storage/sql_tokens.hpp"

namespace tenancy::inline v0::detail {
namespace {

struct QueryFunction {
  std::string_view name;
  std::string_view types;  ///< Of its arguments.
  std::string_view arguments;
  std::string_view result;
  std::string_view volatility;
  std::string_view body;  ///< With `@` for the schema of the library's tables.
};

// What says that a transaction may see a tenant's rows is a setting, which a query that could set
// settings might set. So it holds what only those know who read the secret: a hash of it, of the
// tenant, and of this transaction on this connection, in which alone it counts.
#define TENANCY_SEAL(tenant)                                                                    \
  "encode(sha256(s.secret || int8send(" tenant                                                  \
  ") || int4send(pg_backend_pid()) || timestamptz_send(transaction_timestamp()) || s.secret), " \
  "'hex')"

constexpr std::array query_functions{
    QueryFunction{"tenancy_query_tenant", "", "", "bigint", "STABLE",
                  "DECLARE\n"
                  "  said text := current_setting('tenancy.query', true);\n"
                  "  claimed bigint;\n"
                  "BEGIN\n"
                  "  IF said IS NULL OR said !~ '^[0-9]{1,19}:[0-9a-f]{64}$' THEN\n"
                  "    RETURN NULL;\n"
                  "  END IF;\n"
                  "  claimed := split_part(said, ':', 1)::bigint;\n"
                  "  IF EXISTS (SELECT FROM @.tenancy_query_secrets s\n"
                  "             WHERE split_part(said, ':', 2) = " TENANCY_SEAL(
                      "claimed") ") THEN\n"
                                 "    RETURN claimed;\n"
                                 "  END IF;\n"
                                 "  RETURN NULL;\n"
                                 "END"},
    // Whether the session is the owner's own, perhaps by SET ROLE, and not a query's that comes
    // here through a view.
    QueryFunction{"tenancy_owner_asks", "", "", "boolean", "STABLE",
                  "BEGIN\n"
                  "  RETURN pg_has_role(session_user, current_user, 'MEMBER');\n"
                  "END"},
    QueryFunction{
        "tenancy_enter_query", "bigint,bytea,bigint,text,bigint,text,text",
        "asked bigint, proof bytea, its_epoch bigint, key text, expires bigint, time_left text, "
        "memory text",
        "void", "VOLATILE",
        "DECLARE\n"
        "  seal text;\n"
        "BEGIN\n"
        "  IF EXISTS (SELECT FROM pg_roles r WHERE r.rolname = current_user\n"
        "      AND (r.rolsuper OR r.rolbypassrls)) THEN\n"
        "    RAISE EXCEPTION 'tenancy: no policy holds the owner' USING ERRCODE = 'TY003';\n"
        "  END IF;\n"
        "  IF EXISTS (SELECT FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid\n"
        "      WHERE p.polname = 'tenancy_queries'\n"
        "      AND NOT (c.relrowsecurity AND c.relforcerowsecurity)) THEN\n"
        "    RAISE EXCEPTION 'tenancy: a table is not secured' USING ERRCODE = 'TY004';\n"
        "  END IF;\n"
        "  SELECT asked::text || ':' || " TENANCY_SEAL(
            "asked") " INTO seal\n"
                     "    FROM @.tenancy_query_secrets s\n"
                     "    WHERE proof = sha256(s.secret || int8send(asked) || s.secret);\n"
                     "  IF seal IS NULL THEN\n"
                     "    RAISE EXCEPTION 'tenancy: nobody vouches for the tenant' USING ERRCODE = "
                     "'TY002';\n"
                     "  END IF;\n"
                     "  IF NOT EXISTS (SELECT FROM @.tenancy_tenants t\n"
                     "      WHERE t.tenant_id = asked AND t.status = 'active' AND t.epoch = "
                     "its_epoch\n"
                     "      AND (key IS NULL OR EXISTS (SELECT FROM @.tenancy_api_keys k\n"
                     "        WHERE k.key_id = key AND k.tenant_id = asked AND k.revoked_at IS "
                     "NULL\n"
                     "        AND k.expires_at IS NOT DISTINCT FROM expires))) THEN\n"
                     "    RAISE EXCEPTION 'tenancy: not admitted' USING ERRCODE = 'TY001';\n"
                     "  END IF;\n"
                     "  PERFORM set_config('tenancy.tenant', asked::text, true),\n"
                     "    set_config('tenancy.query', seal, true),\n"
                     "    set_config('statement_timeout', time_left, true),\n"
                     "    set_config('work_mem', memory, true);\n"
                     "END"},
};

#undef TENANCY_SEAL

constexpr std::string_view pinned_path = "search_path=pg_catalog, pg_temp";

constexpr std::string_view is_there_sql =
    "SELECT coalesce(pg_catalog.pg_has_role(current_user, n.nspowner, 'USAGE'), false), "
    "pg_catalog.quote_ident(current_schema()), r.rolsuper OR r.rolbypassrls "
    "FROM pg_catalog.pg_namespace n "
    "JOIN pg_catalog.pg_roles r ON r.oid = n.nspowner WHERE n.nspname = 'tenancy_queries'";

#define TENANCY_WITHOUT_SPACE(text) "pg_catalog.regexp_replace(" text ", '\\s', '', 'g')"
#define TENANCY_SPELLED(name) TENANCY_WITHOUT_SPACE("pg_catalog.quote_ident(" name ")")

/// Tables with their names and columns as the catalogue quotes them, without white space: all, and
/// all but the tenant's.
constexpr std::string_view spelled_tables_sql =
    "SELECT c.relname, " TENANCY_SPELLED("c.relname") ", "
    "pg_catalog.string_agg(" TENANCY_SPELLED("a.attname") ", ',' ORDER BY a.attnum), "
    "pg_catalog.string_agg(" TENANCY_SPELLED("a.attname") ", ',' ORDER BY a.attnum) "
    "FILTER (WHERE pg_catalog.lower(a.attname) <> 'tenant_id') "
    "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid "
    "WHERE c.relnamespace = pg_catalog.to_regnamespace(current_schema()) "
    "AND c.relkind IN ('r', 'p') "
    "AND a.attnum > 0 AND NOT a.attisdropped GROUP BY c.oid, c.relname";

/// All that the schema holds, and the policies beside it: kind, name and what it is. A view's text
/// is without white space and without the alias that servers put before each column or do not.
constexpr std::string_view holdings_sql =
    "SELECT CASE WHEN c.relkind = 'v' THEN 'view' ELSE 'relation' END, "
    "c.relname::text, coalesce(c.reloptions::text, '') || (c.relowner = n.nspowner)::text || "
    "pg_catalog.replace(" TENANCY_WITHOUT_SPACE("coalesce(pg_catalog.pg_get_viewdef(c.oid), '')")
    ", 'tenancy_row.', '') "
    "FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace "
    "WHERE n.nspname = 'tenancy_queries' AND c.relkind <> 'i' "
    "UNION ALL "
    "SELECT 'function', p.oid::regprocedure::text, "
    "pg_catalog.pg_get_function_identity_arguments(p.oid) || '|' || "
    "coalesce(pg_catalog.pg_get_function_result(p.oid), '') || '|' || p.provolatile::text "
    "|| '|' || l.lanname || '|' || "
    "p.prosecdef::text || (p.proowner = n.nspowner)::text || (p.prokind = 'f')::text || '|' || "
    "coalesce(p.proconfig[1], '') || pg_catalog.cardinality(p.proconfig)::text || '|' || p.prosrc "
    "FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace "
    "JOIN pg_catalog.pg_language l ON l.oid = p.prolang WHERE n.nspname = 'tenancy_queries' "
    "UNION ALL "
    "SELECT 'policy', c.relname::text, p.polpermissive::text || p.polcmd::text || "
    "(p.polroles OPERATOR(pg_catalog.=) ARRAY[n.nspowner])::text || "
    TENANCY_WITHOUT_SPACE("coalesce(pg_catalog.pg_get_expr(p.polqual, p.polrelid), '')")
    " FROM pg_catalog.pg_policy p JOIN pg_catalog.pg_class c ON c.oid = p.polrelid "
    "JOIN pg_catalog.pg_namespace n ON n.nspname = 'tenancy_queries' "
    "WHERE p.polname = 'tenancy_queries' "
    "AND c.relnamespace = pg_catalog.to_regnamespace(current_schema())";

#undef TENANCY_SPELLED
#undef TENANCY_WITHOUT_SPACE

/// Kind, a space and name; and what it is.
using Holdings = std::map<std::string, std::string>;

std::string with_tables(std::string_view body, std::string_view tables) {
  std::string text;
  for (const char letter : body) {
    if (letter == '@') {
      text += tables;
    } else {
      text += letter;
    }
  }
  return text;
}

std::string qualified(std::string_view name) {
  return std::string{query_schema} + "." + sql_name(name);
}

struct Place {
  bool is_there = false;
  bool is_owned = false;
  bool is_owner_held = false;  ///< By row-level security.
  std::string tables;          ///< The schema of the store's tables, quoted.
};

Result<Place> find_place(ControlSession& session) {
  Place place;
  BOOST_OUTCOME_TRY(session.look_up(is_there_sql, [&](const Statement& row) {
    place = {true, flag_of(row, 0), !flag_of(row, 2), text_of(row, 1)};
  }));
  return place;
}

Result<Holdings> read_holdings(ControlSession& session) {
  Holdings holdings;
  BOOST_OUTCOME_TRY(session.look_up(holdings_sql, [&](const Statement& row) {
    holdings.emplace(text_of(row, 0) + " " + text_of(row, 1), text_of(row, 2));
  }));
  return holdings;
}

struct SpelledTable {
  std::string name;
  std::string all;
  std::string own;
};

Result<std::map<std::string, SpelledTable>> read_spelled_tables(ControlSession& session) {
  std::map<std::string, SpelledTable> tables;
  BOOST_OUTCOME_TRY(session.look_up(spelled_tables_sql, [&](const Statement& row) {
    tables.emplace(text_of(row, 0),
                   SpelledTable{text_of(row, 1), text_of(row, 2), text_of(row, 3)});
  }));
  return tables;
}

/// What the schema is to hold.
Result<Holdings> expected_holdings(ControlSession& session, const ScopedSchema& schema,
                                   std::string_view tables) {
  Holdings expected;
  for (const QueryFunction& function : query_functions) {
    expected.emplace("function " + std::string{query_schema} + "." + std::string{function.name} +
                         "(" + std::string{function.types} + ")",
                     std::string{function.arguments} + "|" + std::string{function.result} + "|" +
                         (function.volatility == "STABLE" ? "s" : "v") + "|plpgsql|truetruetrue|" +
                         std::string{pinned_path} + "1|" + with_tables(function.body, tables));
  }
  BOOST_OUTCOME_TRY(const auto spelled, read_spelled_tables(session));
  for (const ScopedTable& table : schema.tables) {
    const auto found = spelled.find(table.name);
    if (found == spelled.end()) {
      continue;
    }
    const std::string asked =
        "(SELECTtenancy_queries.tenancy_query_tenant()AStenancy_query_tenant)";
    const auto& [name, all, own] = found->second;
    expected.emplace("view " + table.name,
                     "trueSELECT" + (table.is_shared ? all : own) + "FROM" + name +
                         "tenancy_rowWHERE(" +
                         (table.is_shared ? asked + "ISNOTNULL" : "tenant_id=" + asked) + ");");
    if (!table.is_shared) {
      expected.emplace("policy " + table.name,
                       "falsertrue((tenant_id=" + asked +
                           ")OR(SELECTtenancy_queries.tenancy_owner_asks()AStenancy_owner_asks))");
    }
  }
  return expected;
}

constexpr std::string_view asked_tenant = "(SELECT tenancy_queries.tenancy_query_tenant())";

/// What a table's own policy believes of settings counts for nothing beneath a view: there rows
/// need the proof, too, whatever conditions a query has and in whatever order they are looked at.
/// The view reads as the owner, and nobody else is asked.
std::string create_policy(const ScopedTable& table, std::string_view tables) {
  return "CREATE POLICY tenancy_queries ON " + std::string{tables} + "." + sql_name(table.name) +
         " AS RESTRICTIVE FOR SELECT TO CURRENT_USER USING (tenant_id = " +
         std::string{asked_tenant} + " OR (SELECT tenancy_queries.tenancy_owner_asks()));\n";
}

/// A view of one table. No barrier: the table's own policies are one, and a view that is another
/// cannot be joined by an index.
std::string create_view(const ScopedTable& table, std::string_view tables) {
  std::string columns;
  for (const std::string& column : table.columns) {
    columns += (columns.empty() ? "" : ", ") + ("tenancy_row." + sql_name(column));
  }
  const std::string asked{asked_tenant};
  return "CREATE VIEW " + qualified(table.name) + " AS SELECT " + columns + " FROM " +
         std::string{tables} + "." + sql_name(table.name) + " AS tenancy_row WHERE " +
         (table.is_shared ? asked + " IS NOT NULL" : "tenancy_row.tenant_id = " + asked) + ";\n";
}

std::string create_function(const QueryFunction& function, std::string_view tables) {
  const std::string name = qualified(function.name);
  return "CREATE FUNCTION " + name + "(" + std::string{function.arguments} + ") RETURNS " +
         std::string{function.result} + " LANGUAGE plpgsql " + std::string{function.volatility} +
         " SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $tenancy$" +
         with_tables(function.body, tables) + "$tenancy$;\nREVOKE ALL ON FUNCTION " + name +
         " FROM PUBLIC;\n";
}

std::string drop_all(const Holdings& holdings, std::string_view kind, std::string_view tables) {
  std::string sql;
  for (const auto& [what, text] : holdings) {
    if (!what.starts_with(kind)) {
      continue;
    }
    const auto name = std::string_view{what}.substr(kind.size());
    if (kind == "view ") {
      sql += "DROP VIEW " + qualified(name) + ";\n";
    } else if (kind == "policy ") {
      sql += "DROP POLICY tenancy_queries ON " + std::string{tables} + "." + sql_name(name) + ";\n";
    } else {
      sql += "DROP ROUTINE " + std::string{name} + ";\n";
    }
  }
  return sql;
}

Error differs(const std::string& what) {
  return Error{errc::schema_mismatch,
               "what tenants' queries see (the schema tenancy_queries) is not what the store's "
               "schema calls for: " +
                   what + "; run tenancy::migrate as the owner"};
}

/// The first thing that is not as it should be; empty when there is none.
std::string first_difference(const Holdings& expected, const Holdings& found) {
  for (const auto& [what, text] : expected) {
    const auto its = found.find(what);
    if (its == found.end()) {
      return "there is no " + what;
    }
    if (its->second != text) {
      return "the " + what + " differs";
    }
  }
  const auto more = std::ranges::find_if(
      found, [&](const auto& held) { return expected.find(held.first) == expected.end(); });
  return more == found.end() ? std::string{} : "it holds a " + more->first + " besides";
}

}  // namespace

Result<void> settle_query_views(ControlSession& session, const SchemaPolicy& policy) {
  BOOST_OUTCOME_TRY(const auto place, find_place(session));
  if (!place.is_there || !place.is_owned) {
    return success();
  }
  BOOST_OUTCOME_TRY(const auto schema, read_scoped_schema(session, policy));
  BOOST_OUTCOME_TRY(const auto expected, expected_holdings(session, schema, place.tables));
  BOOST_OUTCOME_TRY(const auto found, read_holdings(session));
  if (first_difference(expected, found).empty()) {
    return success();
  }
  std::string sql;
  for (const std::string_view kind : {"view ", "policy ", "function "}) {
    sql += drop_all(found, kind, place.tables);
  }
  for (const QueryFunction& function : query_functions) {
    sql += create_function(function, place.tables);
  }
  for (const ScopedTable& table : schema.tables) {
    sql += create_view(table, place.tables);
    if (!table.is_shared) {
      sql += create_policy(table, place.tables);
    }
  }
  // The policies beneath the views are asked as whoever runs the query.
  sql += "GRANT EXECUTE ON FUNCTION " + place.tables + ".tenancy_tenant(), " + place.tables +
         ".tenancy_crossing() TO PUBLIC;\n";
  BOOST_OUTCOME_TRY(session.run_script(sql, ScriptOwner::library));
  BOOST_OUTCOME_TRY(const auto made, read_holdings(session));
  if (const auto difference = first_difference(expected, made); !difference.empty()) {
    return differs(difference);
  }
  return success();
}

Result<bool> drop_query_views(ControlSession& session) {
  BOOST_OUTCOME_TRY(const auto place, find_place(session));
  if (!place.is_there || !place.is_owned) {
    return false;
  }
  BOOST_OUTCOME_TRY(const auto found, read_holdings(session));
  const auto sql = drop_all(found, "view ", place.tables);
  if (sql.empty()) {
    return false;
  }
  BOOST_OUTCOME_TRY(session.run_script(sql, ScriptOwner::library));
  return true;
}

Result<void> require_query_views(ControlSession& session, const ScopedSchema& schema) {
  BOOST_OUTCOME_TRY(const auto place, find_place(session));
  if (!place.is_there) {
    return Error{errc::not_supported,
                 "the database is not set up for queries that tenants write: run "
                 "tenancy::postgres::set_up (tenantctl postgres init) again, and then migrate"};
  }
  if (!place.is_owner_held) {
    return Error{
        errc::unsafe_role,
        "the owner of the schema tenancy_queries, as whom its views read, is a superuser or "
        "has BYPASSRLS, so that no policy holds beneath them: take that from the role, or "
        "give the schema and the tables to another one"};
  }
  BOOST_OUTCOME_TRY(const auto expected, expected_holdings(session, schema, place.tables));
  BOOST_OUTCOME_TRY(const auto found, read_holdings(session));
  if (const auto difference = first_difference(expected, found); !difference.empty()) {
    return differs(difference);
  }
  return success();
}

Result<ScopedSchema> read_visible_schema(ControlSession& session, const SchemaPolicy& policy) {
  BOOST_OUTCOME_TRY(auto schema, read_scoped_schema(session, policy));
  if (session.dialect() == Dialect::postgresql) {
    BOOST_OUTCOME_TRY(require_query_views(session, schema));
  }
  return schema;
}

std::string query_function_body(std::string_view name, std::string_view tables) {
  const auto* const found = std::ranges::find(query_functions, name, &QueryFunction::name);
  return found == query_functions.end() ? std::string{} : with_tables(found->body, tables);
}

}  // namespace tenancy::inline v0::detail
