#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "tenancy/core/call_options.hpp"
#include "tenancy/core/export.hpp"
#include "tenancy/core/key_ring.hpp"
#include "tenancy/migrate/expected_table.hpp"
#include "tenancy/migrate/migration.hpp"
#include "tenancy/migrate/migration_progress.hpp"
#include "tenancy/migrate/schema_policy.hpp"
#include "tenancy/registry/authority.hpp"
#include "tenancy/registry/registry_options.hpp"
#include "tenancy/storage/options.hpp"

namespace tenancy::inline v0 {

/// What opening a store does about its schema.
enum class SchemaMode : std::uint8_t {
  migrate,  ///< Applies the steps that are not applied yet.
  verify,   ///< Refuses a store that lacks a step or does not exist yet; writes nothing for that.
};

/// How a store is opened.
struct OpenOptions {
  /// The host's schema, all its steps from the first on, by number.
  std::vector<Migration> migrations = {};
  /// Whether steps that are not applied yet are.
  SchemaMode schema = SchemaMode::migrate;
  /// What the host says of tables, views and triggers that are not shaped as a tenant's table.
  SchemaPolicy schema_policy = {};
  /// The tables that the host maps, as `tenancy::mappings<Note, Task>()` gives them. A store whose
  /// tables are not what the mappings take them to be is refused at once, and not at the first call
  /// that fails.
  std::vector<ExpectedTable> mappings = {};
  /// Told of each step that is applied; may be empty.
  MigrationListener on_migration = nullptr;
  /// The application's keys. When empty, they are read from `FILE.keys` beside the database, which
  /// is created together with a new database and never for an existing one; put it elsewhere where
  /// backups might take both.
  std::optional<KeyRing> keys = {};
  StoreOptions store = {};
  RegistryOptions registry = {};
  /// What opening itself is held to, with all its migrations.
  CallOptions call = {};
};

/// Opens a store, creates it when there is none, and brings its schema up to date, or only looks
/// whether it is.
///
/// Units and shapes: the URL is `sqlite:FILE` (everything behind the colon is the path) or
/// `sqlite::memory:` (a temporary store that is gone when it closes; its keys too).
///
/// Before anything is created or changed, the engine, the files and what is in them are looked at;
/// docs/storage.md tells what is refused and why.
/// Errors: `invalid_url`; `invalid_argument` for options;
/// `unsupported_engine`, `duplicate_engine` for the SQLite of this process;
/// `unsafe_file`, `unsupported_filesystem`, `storage_read_only`, `cannot_open` for the files, their
/// folder and where they lie;
/// `foreign_store` for another program's database; `corrupt_store`;
/// `storage_full`, `io_error`, `busy`, `overloaded`, `deadline_exceeded`, `cancelled`;
/// `schema_mismatch` when applied steps were edited, left out or are newer than this program, when
/// a step was put before applied ones, or, with `SchemaMode::verify`, one is not applied;
/// `migration_failed`, `reference_violation`, both with the step; `unsafe_schema`, with the table
/// and what to do, when the schema does not keep tenants apart (docs/migrations.md);
/// `invalid_mapping`, with table and column and what to do, when a table is not what one of the
/// mappings takes it to be;
/// `key_ring_unavailable`, `invalid_key_ring`, also for the keys of another store.
TENANCY_API Result<Authority> open(std::string_view url, OpenOptions options = {});

}  // namespace tenancy::inline v0
