#pragma once

#include <string>
#include <string_view>

#include "tenancy/migrate/schema_policy.hpp"
#include "tenancy/storage/detail/scoped_schema.hpp"

#include "storage/backend.hpp"

namespace tenancy::inline v0::detail {

// What queries that tenants write see of a store on PostgreSQL: a schema of views, one for each
// table, and the function that says whose rows they show. The role that runs such queries has
// rights on nothing else. docs/scoped-sql.md says how it holds.

/// The schema. Whoever sets the database up makes it, for the owner; without it there are no such
/// queries.
inline constexpr std::string_view query_schema = "tenancy_queries";

/// Makes it all anew where it differs from what it should be, in the owner's transaction; does
/// nothing without the schema.
/// Errors: `schema_mismatch` for a schema that holds something else; those of the store.
Result<void> settle_query_views(ControlSession& session, const SchemaPolicy& policy);

/// Drops the views, which would keep their tables from being changed. Whether there were any.
Result<bool> drop_query_views(ControlSession& session);

/// Looks that it is all there as it should be for these tables.
/// Errors: `not_supported` without the schema; `schema_mismatch`, which says to migrate.
Result<void> require_query_views(ControlSession& session, const ScopedSchema& schema);

/// What tenants' queries see of a store, on either engine.
/// Errors: of PostgreSQL those of `require_query_views`; those of reading the catalogue.
Result<ScopedSchema> read_visible_schema(ControlSession& session, const SchemaPolicy& policy);

/// The body of one of the library's functions in it, by name; empty for another's. `tables` is the
/// schema of the library's tables, quoted as the catalogue does.
std::string query_function_body(std::string_view name, std::string_view tables);

}  // namespace tenancy::inline v0::detail
