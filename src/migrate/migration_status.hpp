#pragma once

#include "tenancy/migrate/migration_status.hpp"
#include "tenancy/registry/open.hpp"

#include "registry/store_url.hpp"
#include "storage/sqlite/inspection.hpp"

namespace tenancy::inline v0::detail {

/// How the steps stand in a store that is looked at; with null, in one that does not exist yet.
Result<MigrationReport> migration_status(sqlite::Inspection* inspection,
                                         const OpenOptions& options);

/// Null where there is no store yet.
Result<std::unique_ptr<sqlite::Inspection>> inspect_store(const StoreUrl& url,
                                                          const OpenOptions& options);

/// Errors: `schema_mismatch` unless the store is there and up to date; nothing is changed.
Result<void> verify_migrations(const StoreUrl& url, const OpenOptions& options);

}  // namespace tenancy::inline v0::detail
