#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include "tenancy/storage/options.hpp"

#include "storage/admission.hpp"
#include "storage/backend.hpp"
#include "storage/connection_pool.hpp"
#include "storage/fork_mark.hpp"
#include "storage/sqlite/async_writes.hpp"
#include "storage/sqlite/calling_write.hpp"
#include "storage/sqlite/checkpointer.hpp"
#include "storage/sqlite/open_file.hpp"
#include "storage/sqlite/origin.hpp"
#include "storage/sqlite/scoped_queries.hpp"
#include "storage/sqlite/sessions.hpp"
#include "storage/sqlite/snapshot.hpp"
#include "storage/sqlite/temporary_folder.hpp"
#include "storage/sqlite/writer.hpp"

namespace tenancy::inline v0::detail::sqlite {

/// All tenants in one SQLite file: write-ahead log, `synchronous=FULL`, a pool of readers and one
/// writer with group commit. Every transaction passes the tenant gate in its own snapshot before
/// its body runs.
class SqliteStore final : public StoreBackend, public std::enable_shared_from_this<SqliteStore> {
 public:
  struct Location {
    std::filesystem::path file;
    std::optional<TemporaryFolder> folder;  ///< Holds the file, when the store is temporary.
    /// Of the store that the file is a part of; its own otherwise.
    std::optional<Realm> realm = std::nullopt;
    Durability durability = Durability::full;
    bool may_be_made = true;  ///< Where there is none.
  };

  /// Creates the file (mode 0600) when there is none and it may. The options have passed
  /// `check_options`. The source says what tenants' own queries see: without it, nothing. Errors:
  /// `cannot_open`, `corrupt_store`, `forked_process`, and as `to_errc`.
  static Result<std::shared_ptr<SqliteStore>> open(Location location, const KeyRing& keys,
                                                   StoreOptions options, const CallOptions& call,
                                                   ScopedSchemaSource source = {});

  SqliteStore(const SqliteStore&) = delete;
  SqliteStore& operator=(const SqliteStore&) = delete;
  ~SqliteStore() override;

  Result<void> read(UnitKind kind, const TenantContext& context, const CallOptions& options,
                    TenantBody body) override;
  Result<void> write(UnitKind kind, const TenantContext& context, const CallOptions& options,
                     TenantBody body) override;
  void async_write(const TenantContext& context, const CallOptions& options,
                   std::unique_ptr<AsyncUnit> unit) override;
  Result<void> scoped_query(const TenantContext& context, const CallOptions& options,
                            const ScopedQuery& query, ScopedSink& sink) override;
  Result<std::shared_ptr<const ScopedSchema>> scoped_schema(const TenantContext& context,
                                                            const CallOptions& options) override;
  Result<void> crossing_read(std::string_view table, const CallOptions& options,
                             CrossingBody body) override;
  Result<void> control_read(const CallOptions& options, ControlBody body) override;
  Result<void> control_write(const CallOptions& options, ControlBody body) override;
  Result<void> schema_change(const CallOptions& options, ControlBody body) override;
  Result<BackupReport> backup(const std::filesystem::path& target,
                              const BackupOptions& options) override;
  Result<void> check_structure(const CallOptions& options) override;
  Result<CheckpointReport> checkpoint(const CallOptions& options) override;
  Result<VacuumReport> vacuum(const CallOptions& options) override;
  [[nodiscard]] Result<StoreStatus> status(const CallOptions& options) override;

  // For a store that is made of several files, each a store of its own.

  [[nodiscard]] const Admission& admission() const noexcept { return admission_; }
  /// Completes a write that is not to run, with the reason, on a thread of the store's.
  void refuse_async_write(const TenantContext& context, const CallOptions& options,
                          std::unique_ptr<AsyncUnit> unit, Error reason);
  [[nodiscard]] std::uint64_t isolation_alarms() const noexcept {
    return isolation_alarms_.load(std::memory_order_relaxed);
  }

  [[nodiscard]] bool in_same_process() const noexcept override {
    return fork_mark_.in_same_process();
  }
  [[nodiscard]] Dialect dialect() const noexcept override { return Dialect::sqlite; }
  [[nodiscard]] const Realm& realm() const noexcept override { return realm_; }
  [[nodiscard]] const KeyRing& keys() const noexcept override { return keys_; }
  [[nodiscard]] const Clock& clock() const noexcept override { return *options_.clock; }

 private:
  class TenantAsyncWrite;

  /// All that belongs to the process that opened the store: connections, threads, locks, files.
  struct Machinery {
    Machinery(SqliteStore& store, std::optional<TemporaryFolder> its_folder, OpenFile its_open_file,
              WriterLock its_lock);

    // First, so that connections are closed before a temporary folder is removed.
    std::optional<TemporaryFolder> folder;
    OpenFile open_file;
    WriterLock lock;
    ConnectionPool<Connection> readers;
    ScopedQueries queries;
    Checkpointer checkpointer;
    Writer writer;
    AsyncWrites async_writes;
  };

  using ReadBody = FunctionRef<Result<void>(Connection&)>;
  using WriteBody = CallingWrite::Body;

  SqliteStore(Location location, const KeyRing& keys, StoreOptions options, OpenFile open_file,
              WriterLock lock, ScopedSchemaSource source);

  [[nodiscard]] ConnectionOptions connection_options() const noexcept;
  Result<std::unique_ptr<Connection>> connect(ConnectionMode mode, const CallLimits& limits) const;
  Result<std::unique_ptr<Connection>> connect_confined(
      const std::shared_ptr<const ScopedSchema>& schema, const CallLimits& limits) const;
  Result<ScopedSchema> read_scoped_schema(const CallLimits& limits);
  /// Errors: `forked_process`.
  [[nodiscard]] Result<void> require_own_process() const;

  using BeginSnapshot = Result<Snapshot> (*)(Connection&);
  Result<void> read_with(const CallLimits& limits, BeginSnapshot begin, ReadBody body);
  Result<void> write_as_host(WriteUnit::Kind kind, const CallOptions& options, ControlBody body);
  /// Runs a tenant's body within a transaction and says whether to commit.
  Result<bool> run_tenant_body(Connection& connection, const TenantContext& context,
                               TenantBody body) const;

  const std::filesystem::path file_;
  const KeyRing keys_;
  const StoreOptions options_;
  const Origin origin_;
  const ForkMark fork_mark_;
  std::atomic<std::uint64_t> isolation_alarms_ = 0;
  const SessionContext session_context_;
  const ScopedSchemaSource scoped_schema_source_;
  const Realm realm_;
  const Admission admission_;
  const Durability durability_;
  std::unique_ptr<Machinery> machinery_;
};

}  // namespace tenancy::inline v0::detail::sqlite
