#pragma once

#include "tenancy/migrate/migration_status.hpp"
#include "tenancy/registry/open.hpp"
#include "tenancy/storage/detail/store_opener.hpp"

namespace tenancy::inline v0::detail {

/// How the steps stand in a store that is looked at; with null, in one that does not exist yet.
Result<MigrationReport> migration_status(StoreInspection* inspection, Dialect dialect,
                                         const OpenOptions& options);

/// Errors: `schema_mismatch` unless the store is there and up to date; nothing is changed.
Result<void> verify_migrations(const StoreOpener& opener, std::string_view url,
                               const OpenOptions& options);

}  // namespace tenancy::inline v0::detail
