#pragma once

#include <cstdint>
#include <optional>
#include <string>
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
#include "tenancy/storage/store_kind.hpp"

namespace tenancy::inline v0 {

/// What opening a store does about its schema.
enum class SchemaMode : std::uint8_t {
  migrate,  ///< Applies the steps that are not applied yet; on PostgreSQL only with `owner_url`.
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
  /// Told of each step that is applied before the call returns, and never later; may be empty. Of a
  /// silo, `open` applies them to the control file, and `migrate` to all tenants' files as well.
  MigrationListener on_migration = nullptr;
  /// The application's keys. When empty, they are read from `FILE.keys` beside the database, or
  /// from `DIR/keys` of a silo, which is created together with a new database and never for an
  /// existing one; put it elsewhere where backups might take both. A store on PostgreSQL has no
  /// place for them and is not opened without.
  std::optional<KeyRing> keys = {};
  /// What URLs may name beside SQLite: `{tenancy::postgres::store_kind()}`.
  std::vector<StoreKind> kinds = {};
  /// Of PostgreSQL, the URL by whose role the steps of the schema are applied; without it
  /// `tenancy::migrate` applies them before the store is opened. Other kinds have none.
  std::string owner_url = {};
  StoreOptions store = {};
  RegistryOptions registry = {};
  /// What opening itself is held to, with all its migrations.
  CallOptions call = {};
};

/// Opens a store, creates it when there is none, and brings its schema up to date, or only looks
/// whether it is. A database on PostgreSQL, and its roles, are made before
/// (`tenancy::postgres::set_up`).
///
/// Units and shapes: the URL is `sqlite:FILE` (everything behind the colon is the path),
/// `sqlite::memory:` (a temporary store that is gone when it closes; its keys too),
/// `sqlite-silo:DIR` (a folder with a file per tenant; docs/silo.md) or one of a kind in
/// `OpenOptions::kinds`, such as `postgresql://USER@HOST/DATABASE` (docs/postgresql.md).
///
/// Before anything is created or changed, the engine, the files and what is in them are looked at;
/// docs/storage.md tells what is refused and why.
/// Errors: `invalid_url`; `invalid_argument` for options;
/// `unsupported_engine`, `duplicate_engine` for the SQLite of this process;
/// `unsafe_file`, `unsupported_filesystem`, `storage_read_only`, `cannot_open` for the files, their
/// folder and where they lie;
/// on PostgreSQL `unreachable` for a server that does not answer, `cannot_open` for one that
/// refuses the role, its password or the database, `unsupported_engine` for one that is too old or
/// behind a pooler, `unsafe_role` for a role that may do more than a store's may, that of tenants'
/// queries too, and `transaction_lost`;
/// `foreign_store` for another program's database; `corrupt_store`;
/// `storage_full`, `io_error`, `busy`, `overloaded`, `deadline_exceeded`, `cancelled`;
/// `schema_mismatch` when applied steps were edited, left out or are newer than this program, when
/// a step was put before applied ones, or, with `SchemaMode::verify` and on PostgreSQL without
/// `owner_url`, one is not applied;
/// `migration_failed`, `reference_violation`, both with the step; `unsafe_schema`, with the table
/// and what to do, when the schema does not keep tenants apart (docs/migrations.md);
/// `invalid_mapping`, with table and column and what to do, when a table is not what one of the
/// mappings takes it to be;
/// `key_ring_unavailable`, on PostgreSQL when there are none in the options; `invalid_key_ring`,
/// also for the keys of another store.
TENANCY_API Result<Authority> open(std::string_view url, OpenOptions options = {});

}  // namespace tenancy::inline v0
