#pragma once

#include "tenancy/migrate/verify_schema.hpp"

#include "storage/backend.hpp"

namespace tenancy::inline v0::detail {

/// Reads the catalogue and holds it against the rules and the mappings of the options.
Result<SchemaReport> verify_schema(ControlSession& session, const OpenOptions& options);

/// Errors: `unsafe_schema`, or else `invalid_mapping`, with the first finding and how many there
/// are.
Result<void> require_safe_schema(StoreBackend& store, const OpenOptions& options);

}  // namespace tenancy::inline v0::detail
