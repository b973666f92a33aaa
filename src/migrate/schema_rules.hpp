#pragma once

#include <span>

#include "tenancy/migrate/expected_table.hpp"
#include "tenancy/migrate/schema_policy.hpp"
#include "tenancy/migrate/verify_schema.hpp"

#include "migrate/catalogue.hpp"

namespace tenancy::inline v0::detail {

/// Holds a catalogue against the rules, and the mappings.
SchemaReport judge_schema(const Catalogue& catalogue, const SchemaPolicy& policy,
                          std::span<const ExpectedTable> mappings = {});

/// Reads the catalogue and holds it against the rules and the mappings of the options.
Result<SchemaReport> verify_schema(ControlSession& session, const OpenOptions& options);

/// Errors: `unsafe_schema`, or else `invalid_mapping`, with the first finding and how many there
/// are.
Result<void> require_safe_schema(StoreBackend& store, const OpenOptions& options);

}  // namespace tenancy::inline v0::detail
