#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "tenancy/storage/detail/store_opener.hpp"

#include "storage/fork_mark.hpp"
#include "storage/sqlite/sqlite_store.hpp"
#include "storage/sqlite_silo/mirror.hpp"
#include "storage/sqlite_silo/open_files.hpp"
#include "storage/sqlite_silo/silo_folder.hpp"
#include "storage/writing_threads.hpp"

namespace tenancy::inline v0::detail::silo {

/// A file per tenant, each a store on SQLite of its own, and a control file with the registry.
///
/// Isolation: a tenant's transaction has its own file open and no other. The file passes its gate
/// in the transaction's snapshot as the one file of `sqlite:FILE` does, since it carries the
/// tenant's row and its keys. They are written there before the control file commits, so that a
/// file is ahead of the control file or level with it, never behind: ahead it admits nobody, since
/// the epochs differ or the key is not there. It is put right, under the control file's lock for
/// writing, when it is opened and when its gate refuses somebody.
class SiloStore final : public StoreBackend, public std::enable_shared_from_this<SiloStore> {
 public:
  /// The control file's folder is there and looked at; it may lie in a temporary one.
  static Result<std::shared_ptr<SiloStore>> open(
      SiloFolder folder, const KeyRing& keys, const StoreOptions& options, const CallOptions& call,
      ScopedSchemaSource scoped_schema, FileSchema file_schema,
      std::optional<sqlite::TemporaryFolder> temporary = std::nullopt);

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
  Result<void> begin_serving(const CallOptions& options) override;
  Result<void> visit_files(const CallOptions& options,
                           FunctionRef<Result<void>(StoreBackend&)> visit) override;
  [[nodiscard]] Result<StoreStatus> status(const CallOptions& options) override;

  [[nodiscard]] bool in_same_process() const noexcept override {
    return control_->in_same_process();
  }
  [[nodiscard]] Dialect dialect() const noexcept override { return Dialect::sqlite; }
  [[nodiscard]] const Realm& realm() const noexcept override { return control_->realm(); }
  [[nodiscard]] const KeyRing& keys() const noexcept override { return control_->keys(); }
  [[nodiscard]] const Clock& clock() const noexcept override { return control_->clock(); }

 private:
  class PinnedUnit;
  /// Whose files a transaction of the control file makes and takes away.
  struct Fates {
    std::vector<TenantId> made = {};
    std::vector<TenantId> erased = {};
  };

  using FileBody = FunctionRef<Result<void>(sqlite::SqliteStore&)>;

  SiloStore(SiloFolder folder, std::shared_ptr<sqlite::SqliteStore> control, StoreOptions options,
            ScopedSchemaSource scoped_schema, FileSchema file_schema,
            std::optional<sqlite::TemporaryFolder> temporary);

  /// The tenant's file, open, whatever its schema and its mirror are like.
  Result<OpenFiles::Pin> pin(TenantId tenant, const CallOptions& options);
  /// The same, fit to serve its tenant.
  Result<OpenFiles::Pin> pin_fit(TenantId tenant, const CallOptions& options);
  Result<std::shared_ptr<TenantFile>> open_file(TenantId tenant, const CallOptions& options);
  Result<std::shared_ptr<sqlite::SqliteStore>> open_store(const std::filesystem::path& file,
                                                          const CallOptions& options) const;
  Result<void> make_fit(TenantFile& file, const CallOptions& options);
  Result<void> settle_schema(sqlite::SqliteStore& file, TenantId tenant, FileAge age,
                             const CallOptions& options);
  Result<std::string> control_fingerprint(const CallOptions& options);
  /// Has the file say of its tenant what the control file says. Whether it did not.
  Result<bool> level(TenantFile& file, const CallOptions& options);
  /// `body` on the tenant's file; once more where it was refused by a file that was not level.
  Result<void> run_on_file(const TenantContext& context, const CallOptions& options, FileBody body);

  /// Whether the control file says so by now.
  Result<bool> was_erased(TenantId tenant, const CallOptions& options);
  /// The same of a tenant whose file could not be opened: a job passes over it.
  bool was_erased_since(TenantId tenant, const CallOptions& options);

  /// Puts a file in its place that is not there yet, or not any more.
  /// Errors: `tenant_not_active` for a tenant that was erased; `cannot_open`.
  Result<void> recover_file(TenantId tenant, const CallOptions& options);
  /// A file that was set aside goes where the control file says: away, or back.
  Result<void> settle_aside(TenantId tenant, ControlSession& control) const;
  /// The same of all, and of drafts, with what a process that is gone left behind.
  Result<void> settle_what_is_left(ControlSession& control) const;

  Result<void> mirror_changes(ControlSession& control, const CallOptions& options, Fates& fates);
  Result<void> make_draft(TenantId tenant, const Mirror& mirror, const CallOptions& options);
  /// As if the transaction had not been.
  Result<void> take_back(Fates& fates, ControlSession& control) const;
  void take_back(Fates& fates) const noexcept;

  // First, so that files are closed before it is removed.
  const std::optional<sqlite::TemporaryFolder> temporary_;
  const SiloFolder folder_;
  const std::shared_ptr<sqlite::SqliteStore> control_;
  /// The control file's; the tenants' files have some of their own.
  const StoreOptions options_;
  const StoreOptions file_options_;
  const ScopedSchemaSource scoped_schema_;
  const FileSchema file_schema_;
  const ForkMark fork_mark_;
  std::atomic<std::uint64_t> crossing_alarms_ = 0;  ///< None: a crossing looks for no tenant.
  WritingThreads writing_;
  const std::shared_ptr<OpenFiles> files_;

  std::mutex mutex_;
  std::string fingerprint_;  ///< What the control file's was when the store was opened.
};

}  // namespace tenancy::inline v0::detail::silo
