#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "tenancy/core/call_options.hpp"
#include "tenancy/core/cross_tenant_context.hpp"
#include "tenancy/core/export.hpp"
#include "tenancy/core/result.hpp"
#include "tenancy/core/tenant_id.hpp"
#include "tenancy/registry/tenant_erasure.hpp"
#include "tenancy/storage/observer.hpp"
#include "tenancy/storage/vacuum_report.hpp"

namespace tenancy::inline v0 {

namespace detail {
class StoreBackend;
}

/// How far an analysis is; of a store with a file per tenant, in one of its files after the other.
struct AnalysisProgress {
  std::string_view table;  ///< That has been analysed; valid during the call.
  std::uint64_t done;
  std::uint64_t total;
};

struct AnalysisOptions {
  CallOptions call = {};
  /// Told after each table, on the caller's thread, outside of all transactions; may be empty. What
  /// it throws ends the analysis and goes on to the caller.
  std::function<void(const AnalysisProgress&)> progress = nullptr;
};

/// Work on the whole store that needs no tenant, done with the permission to cross them. Each
/// operation has its record committed before it begins; without the record it does not.
///
/// Isolation: gives out sizes and findings, no stored value.
/// Ownership: shares the store and borrows the permission.
/// Thread safety: thread-safe.
/// Errors: beside those named, each call gives `foreign_context` for another store's permission;
/// `crossing_not_recorded`; `cancelled`, `deadline_exceeded`, `busy`, `overloaded`, `io_error`,
/// `storage_full`, `forked_process`. On PostgreSQL all but `erase_tenant` give `not_supported`;
/// that one gives `unreachable` and `transaction_lost`, too.
class TENANCY_API Maintenance {
 public:
  /// Finds out how many rows the values of indexes stand for, so that SQLite chooses better among
  /// them. It goes table by table, each in a short write of its own that looks at a sample.
  ///
  /// The figures lie in `sqlite_stat1`, and are over all tenants: how many rows a table holds, and
  /// how many of them a tenant has on the average. A tenant's statements cannot read them.
  /// Connections that are open use them from when they next read the schema, at the latest when the
  /// store is opened again.
  Result<void> analyze(const AnalysisOptions& options = {}) const;

  /// Whether every page, index and reference of the store is in order, on a snapshot, while others
  /// read and write. The snapshot keeps what they write in the write-ahead log meanwhile.
  /// Errors: `corrupt_store` with the first finding, which names tables, no values.
  /// Complexity: reads the whole store.
  Result<void> check(const CallOptions& options = {}) const;

  /// Moves the write-ahead log into the database and empties it, while writers wait. Readers of old
  /// snapshots are waited for as long as a call may wait; if they stay, as much as can be is moved,
  /// and `CheckpointReport::complete` is false.
  /// Errors: `invalid_argument` when the log is a replicator's (`Checkpoints::external`).
  Result<CheckpointReport> checkpoint(const CallOptions& options = {}) const;

  /// Writes the database anew without what is free in it, so that the file shrinks with the next
  /// checkpoint. Writers wait all the while, and are refused with `busy` after their longest wait;
  /// readers go on. A stop is noticed within milliseconds, and leaves the store as it was.
  /// Errors: `storage_full`: it takes room for the whole of the store twice over.
  /// Complexity: reads and writes the whole store.
  Result<VacuumReport> vacuum(const CallOptions& options = {}) const;

  /// Deletes for good what belongs to a tenant that is archived: the rows of every table with a
  /// `tenant_id`, its counts and limits, its identifiers and its keys; of a store with a file per
  /// tenant, the file. Its id and slug stay taken, with `Tenant::erased_at`, and so do the records
  /// of crossings and impersonations. What nobody could read before is not read by anybody now.
  ///
  /// It goes on in writes of `ErasureOptions::batch` rows. What ends it leaves the tenant archived
  /// with the rows that are left: call it again. A tenant that was erased has no rows left to be
  /// deleted, which is no error.
  ///
  /// Backups and the server's or file system's free space keep what was deleted until they are
  /// written over. Virtual tables are the host's to empty.
  /// Errors: `not_found`; `invalid_transition` for a tenant that is not archived;
  /// `invalid_argument` for the options; `reference_violation` where rows of others, which the
  /// schema's rules allow for none, or of the tenant's own in a circle, refer to what is to go.
  /// Complexity: reads the rows of the tenant.
  Result<ErasureReport> erase_tenant(TenantId tenant, const ErasureOptions& options = {}) const;

 private:
  friend class Authority;

  Maintenance(std::shared_ptr<detail::StoreBackend> backend,
              const CrossTenantContext& crossing) noexcept
      : backend_{std::move(backend)}, crossing_{&crossing} {}

  [[nodiscard]] Result<void> record(std::string_view what, const CallOptions& options) const;

  std::shared_ptr<detail::StoreBackend> backend_;
  const CrossTenantContext* crossing_;
};

}  // namespace tenancy::inline v0
