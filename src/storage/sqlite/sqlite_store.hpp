#pragma once

#include <atomic>
#include <filesystem>
#include <memory>
#include <optional>
#include <thread>

#include "tenancy/storage/options.hpp"

#include "storage/backend.hpp"
#include "storage/sqlite/connection_pool.hpp"
#include "storage/sqlite/temporary_folder.hpp"

namespace tenancy::inline v0::detail::sqlite {

/// All tenants in one SQLite file: write-ahead log, `synchronous=FULL`, a pool of readers and one
/// writer. Every transaction passes the tenant gate in its own snapshot before its body runs.
class SqliteStore final : public StoreBackend {
 public:
  struct Location {
    std::filesystem::path file;
    std::optional<TemporaryFolder> folder;  ///< Holds the file, when the store is temporary.
  };

  /// Creates the file (mode 0600) when there is none.
  /// Errors: `cannot_open`, `corrupt_store`, `invalid_argument` for the options, and as `to_errc`.
  static Result<std::shared_ptr<SqliteStore>> open(Location location, const KeyRing& keys,
                                                   StoreOptions options);

  Result<void> read(const TenantContext& context, TenantBody body) override;
  Result<void> write(const TenantContext& context, TenantBody body) override;
  Result<void> control_read(ControlBody body) override;
  Result<void> control_write(ControlBody body) override;
  Result<void> schema_change(ControlBody body) override;
  Result<BackupReport> backup(const std::filesystem::path& target,
                              const BackupOptions& options) override;

  [[nodiscard]] const Realm& realm() const noexcept override { return realm_; }
  [[nodiscard]] const KeyRing& keys() const noexcept override { return keys_; }
  [[nodiscard]] const Clock& clock() const noexcept override { return *options_.clock; }
  [[nodiscard]] StoreObserver* observer() const noexcept { return options_.observer.get(); }

 private:
  SqliteStore(Location location, const KeyRing& keys, StoreOptions options);

  class WriterMark;
  class Report;

  using Prepare = FunctionRef<Result<void>(ConnectionPool::Lease&)>;
  using Body = FunctionRef<Result<bool>(ConnectionPool::Lease&)>;

  /// Runs a body that says whether to commit in a transaction on a connection of its own, prepared
  /// before it begins.
  Result<void> transact(TransactionKind kind, Prepare prepare, Body body);
  Result<void> tenant_transaction(TransactionKind kind, const TenantContext& context,
                                  TenantBody body);
  Result<void> control_transaction(TransactionKind kind, ControlBody body);

  Location location_;
  KeyRing keys_;
  StoreOptions options_;
  Realm realm_ = Realm::create();
  std::atomic<std::thread::id> writer_{};
  // Last, so that connections are closed before a temporary folder is removed.
  ConnectionPool readers_;
  ConnectionPool writers_;
};

}  // namespace tenancy::inline v0::detail::sqlite
