#pragma once

#include <string>
#include <string_view>

namespace tenancy::inline v0::detail {

// Row-level security on PostgreSQL. Each transaction sets `tenancy.tenant` for itself; the policy
// of every tenants' table lets it see and write that tenant's rows and no others. Whatever reads
// all tenants' rows says so by `tenancy.crossing`, in a transaction that cannot write.
//
// Source: https://www.postgresql.org/docs/15/ddl-rowsecurity.html

inline constexpr std::string_view row_policy_name = "tenancy_rows";

/// The functions that policies ask, with what they are made of.
inline constexpr std::string_view tenant_function = "tenancy_tenant";
inline constexpr std::string_view crossing_function = "tenancy_crossing";

/// Their bodies, as the catalogue keeps them. Each is one expression, so that the planner puts it
/// in the place of the call. A setting that is not there, empty, or no id of a tenant is NULL,
/// which no row's tenant equals.
inline constexpr std::string_view tenant_function_body =
    "SELECT CASE"
    " WHEN translate(current_setting('tenancy.tenant', true), '0123456789', '') <> '' THEN NULL"
    " WHEN length(current_setting('tenancy.tenant', true)) BETWEEN 1 AND 18"
    " THEN current_setting('tenancy.tenant', true)::bigint"
    " WHEN length(current_setting('tenancy.tenant', true)) = 19"
    " AND current_setting('tenancy.tenant', true) COLLATE \"C\" <= '9223372036854775807'"
    " THEN current_setting('tenancy.tenant', true)::bigint END";
inline constexpr std::string_view crossing_function_body =
    "SELECT coalesce(current_setting('tenancy.crossing', true) = 'on', false)"
    " AND current_setting('transaction_read_only') = 'on'";

/// Makes both.
std::string create_policy_functions();

/// Secures a table's rows; the name is quoted as it needs to be.
std::string secure_rows(std::string_view table);

/// The same for one that may have policies already, which are dropped.
std::string secure_rows_anew(std::string_view table);

/// What the policy of a secured table says, as `pg_get_expr` shows it, without white space.
inline constexpr std::string_view policy_using =
    "((tenant_id=(SELECTtenancy_tenant()AStenancy_tenant))OR"
    "(SELECTtenancy_crossing()AStenancy_crossing))";
inline constexpr std::string_view policy_check =
    "(tenant_id=(SELECTtenancy_tenant()AStenancy_tenant))";

}  // namespace tenancy::inline v0::detail
