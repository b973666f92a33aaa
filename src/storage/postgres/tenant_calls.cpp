// The part of `PostgresStore` that runs what tenants ask for: their transactions and their queries.

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "tenancy/core/detail/context_reader.hpp"

#include "storage/postgres/back_off.hpp"
#include "storage/postgres/gate.hpp"
#include "storage/postgres/postgres_store.hpp"
#include "storage/postgres/posture.hpp"
#include "storage/refuse_in_child.hpp"
#include "storage/tenant_weight.hpp"

namespace tenancy::inline v0::detail::postgres {
namespace {

using Clock = CallOptions::Clock;
using Form = Transaction::Form;

constexpr const char* snapshot_advice =
    "the read kept its snapshot for too long: read in pages, each in a transaction of its own";
constexpr unsigned max_lost_tries = 8;
constexpr const char* hold_advice =
    "the write took longer than one write may: do less in one transaction";

constexpr std::string_view query_secret_sql =
    "SELECT secret FROM tenancy_query_secrets WHERE id = 1";

/// Tells the observer what a transaction cost, however it ends.
class Report {
 public:
  Report(StoreObserver* observer, TransactionReport& report) noexcept
      : observer_{observer}, report_{report} {}
  Report(const Report&) = delete;
  Report& operator=(const Report&) = delete;
  ~Report() {
    if (observer_ != nullptr) {
      observer_->on_transaction(report_);
    }
  }

 private:
  StoreObserver* observer_;
  TransactionReport& report_;
};

/// Counts the time that a call waits for a connection.
class WaitCount {
 public:
  explicit WaitCount(std::atomic<std::int64_t>& nanoseconds) noexcept : nanoseconds_{nanoseconds} {}
  WaitCount(const WaitCount&) = delete;
  WaitCount& operator=(const WaitCount&) = delete;
  ~WaitCount() {
    nanoseconds_.fetch_add(std::chrono::nanoseconds{Clock::now() - begun_}.count(),
                           std::memory_order_relaxed);
  }

 private:
  std::atomic<std::int64_t>& nanoseconds_;
  const Clock::time_point begun_ = Clock::now();
};

}  // namespace

Result<void> PostgresStore::admit(const TenantContext& context) const {
  BOOST_OUTCOME_TRY(require_own_process());
  BOOST_OUTCOME_TRY(require_own_role(Role::application));
  return admission_.admit(context);
}

Result<void> PostgresStore::admit_write(const TenantContext& context) const {
  BOOST_OUTCOME_TRY(require_own_process());
  BOOST_OUTCOME_TRY(require_own_role(Role::application));
  return admission_.admit_write(context);
}

std::uint32_t PostgresStore::weight_of(std::optional<TenantId> tenant) const {
  return tenant ? detail::weight_of(options_.writes, *tenant) : 1U;
}

Result<PostgresStore::Lease> PostgresStore::acquire(std::optional<TenantId> tenant,
                                                    const CallLimits& limits) {
  BOOST_OUTCOME_TRY(limits.check());
  const WaitCount waiting{waited_nanoseconds_};
  BOOST_OUTCOME_TRY(auto turn, machinery_->turns.acquire(tenant, weight_of(tenant), limits));
  BOOST_OUTCOME_TRY(auto connection, machinery_->connections.acquire(limits));
  return Lease{std::move(turn), std::move(connection)};
}

PostgresStore::Try PostgresStore::try_tenant(Form form, bool begins_at_once,
                                             const TenantContext& context, const CallLimits& limits,
                                             const IoLimits& io, TransactionReport& report,
                                             TenantBody body) {
  const auto asked = Clock::now();
  auto acquired = acquire(context.tenant(), limits);
  report.waited += Clock::now() - asked;
  if (!acquired) {
    return {std::move(acquired).error(), false, false};
  }
  Connection& connection = acquired.value().connection.connection();
  return try_tenant_on(
      connection, form, begins_at_once, context, io, report,
      [&](const std::string& sqlstate, const Error& error) {
        return sqlstate == "22P02" ? Gate::why_refused(connection, context, io) : error;
      },
      body);
}

PostgresStore::Try PostgresStore::try_tenant_on(Connection& connection, Form form,
                                                bool begins_at_once, const TenantContext& context,
                                                const IoLimits& io, TransactionReport& report,
                                                Transaction::Refusal refusal, TenantBody body) {
  const auto began = Clock::now();
  // It may have waited for its turn.
  if (auto admitted = admission_.require_not_expired(context); !admitted) {
    return {std::move(admitted).error(), false, false};
  }
  const auto prepared_before = connection.statements().prepared();
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(
      std::min(io.until() - Clock::now(), Clock::duration{std::chrono::hours{24}}));
  const bool writes = report.kind == TransactionKind::write;
  const Gate gate{context, writes, std::max(left, std::chrono::milliseconds{1})};
  const auto enter = [&](Connection& entered) { gate.add_to(entered); };
  Transaction transaction{connection, form, io, enter, std::move(refusal)};
  TenantSession session{session_context_, connection, transaction, context};

  const auto run = [&]() -> bool {
    try {
      return body(session);
    } catch (...) {
      if (!transaction.is_refused()) {
        throw;
      }
      // The unit was not to run at all.
      return false;
    }
  };
  const auto finish = [&]() -> Result<bool> {
    if (begins_at_once) {
      BOOST_OUTCOME_TRY(transaction.begin());
    }
    const bool commits = run();
    if (session.poisoned()) {
      return isolation_error();
    }
    // A unit that did nothing, or ignored what failed, is told all the same.
    BOOST_OUTCOME_TRY(transaction.begin());
    if (transaction.lost()) {
      return *transaction.lost();
    }
    if (commits) {
      BOOST_OUTCOME_TRY(transaction.commit());
    }
    return commits;
  };
  auto finished = finish();
  report.held += Clock::now() - began;
  report.prepared +=
      static_cast<std::uint32_t>(connection.statements().prepared() - prepared_before);
  if (finished) {
    return {success(), false, finished.value(), true};
  }
  return {std::move(finished).error(), transaction.is_to_be_run_again(), false,
          transaction.was_answered() || session.poisoned()};
}

IoLimits PostgresStore::limits_of_read(const CallLimits& limits) const {
  return IoLimits{
      limits, {Clock::now() + options_.max_snapshot_age, errc::snapshot_too_old, snapshot_advice}};
}

Result<void> PostgresStore::run_tenant(Form form, bool begins_at_once, const TenantContext& context,
                                       const CallLimits& limits, TransactionReport& report,
                                       TenantBody body) {
  const bool is_read = report.kind == TransactionKind::read;
  for (unsigned tries = 0;; ++tries) {
    const IoLimits io = is_read ? limits_of_read(limits)
                                : IoLimits{limits,
                                           {Clock::now() + options_.writes.max_unit_hold,
                                            errc::hold_budget_exceeded, hold_advice}};
    auto tried = try_tenant(form, begins_at_once, context, limits, io, report, body);
    report.committed = tried.committed;
    // A read that has seen something is its caller's to begin anew; one that has not, on a
    // connection that turned out to have no server any more, begins on another.
    const bool is_unseen = is_read && !tried.was_answered;
    const bool is_again =
        is_unseen ? tried.is_to_be_run_again || (!tried.outcome && tries < max_lost_tries &&
                                                 tried.outcome.error() == errc::transaction_lost)
                  : !is_read && tried.is_to_be_run_again;
    if (!is_again || Clock::now() >= limits.wait_until()) {
      return std::move(tried.outcome);
    }
    back_off(tries, limits.wait_until());
    BOOST_OUTCOME_TRY(limits.check());
  }
}

std::optional<Result<void>> PostgresStore::try_replica(Form form, bool begins_at_once,
                                                       const TenantContext& context,
                                                       const CallOptions& options,
                                                       const CallLimits& limits,
                                                       TransactionReport& report, TenantBody body) {
  Replicas& replicas = *machinery_->replicas;
  const auto begun = Clock::now();
  // To find one leaves time for the primary.
  constexpr Clock::duration longest_search = std::chrono::seconds{1};
  CallOptions half = options;
  half.deadline = begun + std::min((limits.wait_until() - begun) / 2, longest_search);
  const CallLimits finding{half, options_.max_wait};
  const bool takes_any =
      options.max_staleness >=
      std::chrono::duration_cast<std::chrono::milliseconds>(begun.time_since_epoch());
  auto lease = replicas.acquire(
      {context.tenant(), weight_of(context.tenant()),
       takes_any ? Clock::time_point::min() : begun - options.max_staleness},
      finding, [this](const CallLimits& within) -> Result<LogPlace> {
        BOOST_OUTCOME_TRY(const auto primary, acquire(std::nullopt, within));
        return read_log_end(primary.connection.connection(), limits_of_read(within));
      });
  report.waited += Clock::now() - begun;
  if (lease) {
    const IoLimits io = limits_of_read(limits);
    auto tried = try_tenant_on(lease->connection.connection().get(), form, begins_at_once, context,
                               io, report, nullptr, body);
    if (tried.outcome || tried.was_answered || io.is_over()) {
      replicas.count(true);
      report.committed = tried.committed;
      return std::move(tried.outcome);
    }
  }
  replicas.count(false);
  return std::nullopt;
}

Result<void> PostgresStore::read(UnitKind kind, const TenantContext& context,
                                 const CallOptions& options, TenantBody body) {
  BOOST_OUTCOME_TRY(admit(context));
  // The caller may assign to its own in the unit.
  const TenantContext admitted{context};  // NOLINT(performance-unnecessary-copy-initialization)
  const Form form = kind == UnitKind::own_statement ? Form::single : Form::read;
  // A host's unit finds its view fixed before it does anything, wherever it does it.
  const bool begins_at_once = kind == UnitKind::any;
  const CallLimits limits{options, options_.max_wait};
  TransactionReport report{TransactionKind::read, admitted.tenant(), false, {}, {}, 0};
  const Report told{options_.observer.get(), report};
  if (machinery_->replicas != nullptr && options.max_staleness > std::chrono::milliseconds{0} &&
      !ContextReader::is_stale(admitted)) {
    if (auto outcome = try_replica(form, begins_at_once, admitted, options, limits, report, body)) {
      return *std::move(outcome);
    }
  }
  return run_tenant(form, begins_at_once, admitted, limits, report, body);
}

Result<void> PostgresStore::write_now(UnitKind kind, const TenantContext& context,
                                      const CallOptions& options, TenantBody body) {
  const WritingThreads::Mark writing{writing_threads_};
  const CallLimits limits{options, options_.max_wait};
  TransactionReport report{TransactionKind::write, context.tenant(), false, {}, {}, 0};
  const Report told{options_.observer.get(), report};
  return run_tenant(kind == UnitKind::own_statement ? Form::single : Form::write, false, context,
                    limits, report, body);
}

Result<void> PostgresStore::write(UnitKind kind, const TenantContext& context,
                                  const CallOptions& options, TenantBody body) {
  BOOST_OUTCOME_TRY(admit_write(context));
  BOOST_OUTCOME_TRY(writing_threads_.refuse_this());
  // The caller may assign to its own, in the unit even, which may run again: what was admitted here
  // is what counts.
  const TenantContext admitted{context};  // NOLINT(performance-unnecessary-copy-initialization)
  return write_now(kind, admitted, options, body);
}

void PostgresStore::async_write(const TenantContext& context, const CallOptions& options,
                                std::unique_ptr<AsyncUnit> unit) {
  if (!in_same_process()) {
    refuse_in_child(std::move(unit));
    return;
  }
  const std::shared_ptr<AsyncUnit> shared = std::move(unit);
  auto job = [store = shared_from_this(), context, options, shared](const Result<void>& refused) {
    Result<void> outcome = refused;
    std::exception_ptr exception;
    if (outcome) {
      try {
        outcome = store->write_now(UnitKind::any, context, options,
                                   [&](Session& session) { return shared->run(session); });
      } catch (...) {
        exception = std::current_exception();
      }
    }
    shared->complete(std::move(outcome), std::move(exception));
  };
  if (auto admitted = admit_write(context); !admitted) {
    machinery_->async_writes.refuse(std::move(admitted).error(), std::move(job));
    return;
  }
  machinery_->async_writes.submit(context.tenant(), weight_of(context.tenant()), options,
                                  options_.max_wait, std::move(job));
}

Result<std::unique_ptr<Connection>> PostgresStore::connect_confined(
    const CallLimits& limits) const {
  auto options = connection_options();
  options.statements = options_.scoped_sql.statements;
  options.unique_keys = nullptr;
  options.is_confined = true;
  BOOST_OUTCOME_TRY(auto connection, Connection::open(*queries_address_, options, limits));
  BOOST_OUTCOME_TRY(require_confined_role(*connection, IoLimits::while_opening(limits)));
  return connection;
}

Result<SecretBytes> PostgresStore::read_query_secret(const CallLimits& limits) {
  // A part of the wait for a connection.
  const CallOptions options{.deadline = limits.wait_until(), .stop = limits.stop()};
  return detail::control_read(*this, options, [](ControlSession& session) -> Result<SecretBytes> {
    SecretBytes secret;
    BOOST_OUTCOME_TRY(session.look_up(query_secret_sql, [&](const Statement& row) {
      secret = SecretBytes::copy_of(row.blob(0).value_or(std::span<const std::byte>{}));
    }));
    if (secret.empty()) {
      return Error{errc::corrupt_store, "the secret of tenants' queries is not there"};
    }
    return secret;
  });
}

Result<CallableFields::Names> PostgresStore::read_callable_fields(const CallLimits& limits) {
  const CallOptions options{.deadline = limits.wait_until(), .stop = limits.stop()};
  return detail::control_read(*this, options, &CallableFields::read);
}

Result<ScopedSchema> PostgresStore::read_scoped_schema(const CallOptions& options) {
  if (!machinery_->queries || !scoped_schema_source_) {
    return Error{errc::not_supported,
                 "queries that tenants write run as a role of their own: name it in "
                 "PostgresOptions::queries_url (docs/postgresql.md)"};
  }
  return detail::control_read(
      *this, options, [&](ControlSession& session) { return scoped_schema_source_(session); });
}

Result<void> PostgresStore::require_queries(const CallOptions& options) {
  if (has_queries_.load(std::memory_order_acquire)) {
    return success();
  }
  BOOST_OUTCOME_TRY(read_scoped_schema(options));
  has_queries_.store(true, std::memory_order_release);
  return success();
}

Result<void> PostgresStore::begin_serving(const CallOptions& options) {
  if (machinery_->queries && require_queries(options)) {
    const CallLimits limits{options, options_.max_wait};
    return machinery_->queries->try_connection(limits);
  }
  return success();
}

Result<void> PostgresStore::scoped_query(const TenantContext& context, const CallOptions& options,
                                         const ScopedQuery& query, ScopedSink& sink) {
  BOOST_OUTCOME_TRY(admit(context));
  BOOST_OUTCOME_TRY(require_queries(options));
  // The caller may assign to its own while rows are given.
  const TenantContext admitted{context};  // NOLINT(performance-unnecessary-copy-initialization)
  const CallLimits limits{options, options_.max_wait};
  TransactionReport report{TransactionKind::read, admitted.tenant(), false, {}, {}, 0};
  const Report told{options_.observer.get(), report};
  const auto asked = Clock::now();
  ScopedQueries::Report cost;
  auto outcome = machinery_->queries->run(
      admitted, limits, query, sink,
      [&](const CallLimits& left) -> Error {
        auto lease = acquire(std::nullopt, left);
        return lease ? Gate::why_refused(lease.value().connection.connection(), admitted,
                                         IoLimits{left})
                     : std::move(lease).error();
      },
      cost);
  report.committed = outcome.has_value();
  report.waited = cost.waited;
  report.held = Clock::now() - asked - cost.waited;
  report.prepared = cost.prepared;
  return outcome;
}

Result<std::shared_ptr<const ScopedSchema>> PostgresStore::scoped_schema(
    const TenantContext& context, const CallOptions& options) {
  BOOST_OUTCOME_TRY(admit(context));
  // For those alone whom the gate lets through.
  BOOST_OUTCOME_TRY(read(UnitKind::any, context, options, [](Session&) { return true; }));
  BOOST_OUTCOME_TRY(auto schema, read_scoped_schema(options));
  return std::make_shared<const ScopedSchema>(std::move(schema));
}

}  // namespace tenancy::inline v0::detail::postgres
