#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "tenancy/storage/options.hpp"
#include "tenancy/storage/postgres/store_kind.hpp"

#include "core/since_boot.hpp"
#include "storage/admission.hpp"
#include "storage/backend.hpp"
#include "storage/connection_pool.hpp"
#include "storage/fair_turns.hpp"
#include "storage/fork_mark.hpp"
#include "storage/postgres/address.hpp"
#include "storage/postgres/async_writes.hpp"
#include "storage/postgres/connection.hpp"
#include "storage/postgres/connector.hpp"
#include "storage/postgres/host_check.hpp"
#include "storage/postgres/replicas.hpp"
#include "storage/postgres/scoped_queries.hpp"
#include "storage/postgres/sessions.hpp"
#include "storage/writing_threads.hpp"

namespace tenancy::inline v0::detail::postgres {

using tenancy::postgres::PostgresOptions;

/// All tenants in one database of a PostgreSQL server, kept apart by row-level security.
class PostgresStore final : public StoreBackend,
                            public std::enable_shared_from_this<PostgresStore> {
 public:
  /// Who connects.
  enum class Role : std::uint8_t {
    application,  ///< Owns nothing; refused when it may do more than a store's may.
    owner,        ///< Applies the schema's steps and serves no tenant.
  };

  /// Errors: as `Connection::open`; `unsafe_role`.
  static Result<std::shared_ptr<PostgresStore>> open(const Address& address, Role role,
                                                     const KeyRing& keys, StoreOptions options,
                                                     const PostgresOptions& postgres,
                                                     const CallOptions& call,
                                                     ScopedSchemaSource scoped_schema = {});

  PostgresStore(const PostgresStore&) = delete;
  PostgresStore& operator=(const PostgresStore&) = delete;
  ~PostgresStore() override;

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
  Result<void> begin_serving(const CallOptions& options) override;

  [[nodiscard]] bool in_same_process() const noexcept override {
    return fork_mark_.in_same_process();
  }
  [[nodiscard]] Dialect dialect() const noexcept override { return Dialect::postgresql; }
  [[nodiscard]] const Realm& realm() const noexcept override { return realm_; }
  [[nodiscard]] const KeyRing& keys() const noexcept override { return keys_; }
  [[nodiscard]] const Clock& clock() const noexcept override { return *options_.clock; }

 private:
  using Pool = ConnectionPool<Connection>;

  /// All that belongs to the process that opened the store.
  struct Machinery {
    explicit Machinery(PostgresStore& store);

    HostCheck host_check;
    Connector connector;
    FairTurns turns;
    Pool connections;
    std::unique_ptr<Replicas> replicas;  ///< Null where there are none.
    AsyncWrites async_writes;
    std::optional<ScopedQueries> queries;
  };

  /// A turn and a connection.
  struct Lease {
    FairTurns::Turn turn;
    Pool::Lease connection;
  };

  PostgresStore(Address address, std::vector<Address> replicas, std::optional<Address> queries,
                Role role, const KeyRing& keys, StoreOptions options, PostgresOptions postgres,
                ScopedSchemaSource scoped_schema);

  /// Errors: `forked_process`.
  [[nodiscard]] Result<void> require_own_process() const;
  [[nodiscard]] Result<void> require_own_role(Role role) const;
  /// Errors: `access_denied` for a store that was opened to migrate; as `Admission`.
  [[nodiscard]] Result<void> admit(const TenantContext& context) const;
  [[nodiscard]] Result<void> admit_write(const TenantContext& context) const;
  [[nodiscard]] std::uint32_t weight_of(std::optional<TenantId> tenant) const;
  Result<Lease> acquire(std::optional<TenantId> tenant, const CallLimits& limits);

  /// One try of a tenant's transaction; whether to run it again is said by the transaction.
  struct Try {
    Result<void> outcome;
    bool is_to_be_run_again;
    bool committed;
    bool was_answered = false;  ///< The unit may have seen something.
  };
  Try try_tenant(Transaction::Form form, bool begins_at_once, const TenantContext& context,
                 const CallLimits& limits, const IoLimits& io, TransactionReport& report,
                 TenantBody body);
  Try try_tenant_on(Connection& connection, Transaction::Form form, bool begins_at_once,
                    const TenantContext& context, const IoLimits& io, TransactionReport& report,
                    Transaction::Refusal refusal, TenantBody body);
  Result<void> run_tenant(Transaction::Form form, bool begins_at_once, const TenantContext& context,
                          const CallLimits& limits, TransactionReport& report, TenantBody body);
  /// Nothing where the read is the primary's to answer: no replica may, or the one that was asked
  /// did not let it in, perhaps since it does not know yet what has become of the tenant.
  std::optional<Result<void>> try_replica(Transaction::Form form, bool begins_at_once,
                                          const TenantContext& context, const CallOptions& options,
                                          const CallLimits& limits, TransactionReport& report,
                                          TenantBody body);
  [[nodiscard]] IoLimits limits_of_read(const CallLimits& limits) const;
  Try try_host(Transaction::Form form, const CallLimits& limits, const IoLimits& io,
               Transaction::Enter enter, ControlBody body);
  Result<void> run_host(Transaction::Form form, const CallOptions& options,
                        Transaction::Enter enter, ControlBody body);
  Result<void> write_now(UnitKind kind, const TenantContext& context, const CallOptions& options,
                         TenantBody body);

  [[nodiscard]] ConnectionOptions connection_options() const;
  Result<std::unique_ptr<Connection>> connect_confined(const CallLimits& limits) const;
  Result<SecretBytes> read_query_secret(const CallLimits& limits);
  Result<CallableFields::Names> read_callable_fields(const CallLimits& limits);
  /// Looks what tenants' queries see, and that it is what they should.
  Result<ScopedSchema> read_scoped_schema(const CallOptions& options);
  Result<void> require_queries(const CallOptions& options);

  const Address address_;
  const std::vector<Address> replica_addresses_;
  const std::optional<Address> queries_address_;
  const Role role_;
  const KeyRing keys_;
  const StoreOptions options_;
  const PostgresOptions postgres_;
  const ForkMark fork_mark_;
  const Realm realm_ = Realm::create();
  const Admission admission_{realm_, *options_.clock};
  const Timestamp opened_at_;
  const std::chrono::nanoseconds opened_after_boot_ = since_boot();
  std::atomic<std::uint64_t> isolation_alarms_ = 0;
  std::atomic<std::int64_t> waited_nanoseconds_ = 0;
  UniqueKeys unique_keys_;
  const ScopedSchemaSource scoped_schema_source_;
  std::atomic<bool> has_queries_ = false;  ///< What they see was looked at, and is right.
  WritingThreads writing_threads_;
  const SessionContext session_context_;
  std::unique_ptr<Machinery> machinery_;
};

}  // namespace tenancy::inline v0::detail::postgres
