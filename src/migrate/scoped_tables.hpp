#pragma once

#include "tenancy/migrate/schema_policy.hpp"
#include "tenancy/storage/detail/scoped_schema.hpp"

namespace tenancy::inline v0::detail {

/// What tenants' own queries see of a store: the tables of tenants and the shared ones that keep to
/// all rules of the schema.
///
/// Isolation: a table with an index that does not begin with the tenant is not among them. With it
/// SQLite may look at rows of other tenants before it knows whose they are, and then a condition
/// that fails for some values tells of them.
/// Errors: those of reading the catalogue.
Result<ScopedSchema> read_scoped_schema(ControlSession& session, const SchemaPolicy& policy);

}  // namespace tenancy::inline v0::detail
