#include "storage/postgres/replicas.hpp"

#include <algorithm>
#include <utility>

namespace tenancy::inline v0::detail::postgres {
namespace {

// All that was ever inserted into the log, also what no disk has yet: of a commit that does not
// wait for the disk its caller has been told.
constexpr StaticSql log_end_sql{
    "SELECT ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::bigint, "
    "(pg_current_wal_insert_lsn() - '0/0'::pg_lsn)::bigint"};
// Of a server that is a primary by now, NULL.
constexpr StaticSql replayed_sql{
    "SELECT greatest((SELECT timeline_id FROM pg_catalog.pg_control_checkpoint()), "
    "(SELECT min_recovery_end_timeline FROM pg_catalog.pg_control_recovery()))::bigint, "
    "CASE WHEN pg_is_in_recovery() "
    "THEN (pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::bigint END"};

/// The row of a statement that gives one.
template <class Take>
Result<void> ask(Connection& connection, const StaticSql& sql, const IoLimits& limits, Take take) {
  Transaction one{connection, Transaction::Form::single, limits, enter_as_it_is};
  auto& statement = connection.statement(sql);
  statement.take(one);
  const StatementLease lease{statement};
  BOOST_OUTCOME_TRY(const bool found, statement.step());
  if (found) {
    take(statement);
  }
  return success();
}

std::optional<LogPlace> place_of(const Statement& row) {
  const auto timeline = row.int64(0);
  const auto position = row.int64(1);
  return timeline && position ? std::optional{LogPlace{*timeline, *position}} : std::nullopt;
}

}  // namespace

Result<LogPlace> read_log_end(Connection& connection, const IoLimits& limits) {
  std::optional<LogPlace> place;
  BOOST_OUTCOME_TRY(
      ask(connection, log_end_sql, limits, [&](const Statement& row) { place = place_of(row); }));
  if (!place) {
    return Error{errc::internal, "a server that does not say where its log is"};
  }
  return *place;
}

Replicas::Replica::Replica(Replicas& all, const Address& address, const Options& options)
    : connector{address, options.connection, Connector::WhenDown::tell},
      turns{options.max_connections, options.max_waiting_per_tenant, options.max_tenant_share},
      connections{
          options.max_connections,
          [this, &all](const CallLimits& limits) -> Result<std::unique_ptr<ReplicaConnection>> {
            BOOST_OUTCOME_TRY(
                auto connection,
                connector.open(limits, [&](Connection& opened, const CallLimits& within) {
                  return all.host_check_.look(opened, within, "the replica");
                }));
            return std::make_unique<ReplicaConnection>(std::move(connection));
          }} {}

Replicas::Replicas(const Options& options, HostCheck& host_check) : host_check_{host_check} {
  for (const Address& address : options.addresses) {
    replicas_.push_back(std::make_unique<Replica>(*this, address, options));
  }
}

Result<Replicas::Lease> Replicas::acquire_from(Replica& replica, const Wanted& wanted,
                                               const CallLimits& limits) {
  BOOST_OUTCOME_TRY(auto turn, replica.turns.acquire(wanted.tenant, wanted.weight, limits));
  BOOST_OUTCOME_TRY(auto connection, replica.connections.acquire(limits));
  return Lease{std::move(turn), std::move(connection)};
}

Result<bool> Replicas::is_fresh(ReplicaConnection& connection, const Wanted& wanted,
                                const CallLimits& limits, AskPrimary ask_primary) {
  if (connection.fresh_as_of() >= wanted.as_of) {
    return true;
  }
  const auto now = Clock::now();
  const auto newest = marks_.newest();
  // A mark that is about to be too old would do for this read alone.
  if (!newest || *newest < wanted.as_of + (now - wanted.as_of) / 2) {
    const auto end = ask_primary(limits);
    if (end) {
      marks_.add(now, end.value());
    } else if (!newest || *newest < wanted.as_of) {
      return Error{end.error()};
    }
  }
  const IoLimits io{
      limits, {limits.wait_until(), errc::unreachable, "the replica does not answer in time"}};
  std::optional<LogPlace> replayed;
  BOOST_OUTCOME_TRY(ask(connection.get(), replayed_sql, io,
                        [&](const Statement& row) { replayed = place_of(row); }));
  if (!replayed) {
    // It was promoted, and is no replica of anybody's any more.
    connection.get().poison();
    return false;
  }
  if (const auto covered = marks_.covered_by(*replayed)) {
    connection.set_fresh_as_of(std::max(connection.fresh_as_of(), *covered));
  }
  return connection.fresh_as_of() >= wanted.as_of;
}

std::optional<Replicas::Lease> Replicas::acquire(const Wanted& wanted, const CallLimits& limits,
                                                 AskPrimary ask_primary) {
  const std::size_t first = next_.fetch_add(1, std::memory_order_relaxed);
  for (std::size_t count = 0; count < replicas_.size(); ++count) {
    Replica& replica = *replicas_[(first + count) % replicas_.size()];
    auto lease = acquire_from(replica, wanted, limits);
    if (!lease) {
      continue;
    }
    const auto fresh = is_fresh(lease.value().connection.connection(), wanted, limits, ask_primary);
    if (fresh && fresh.value()) {
      return std::move(lease).value();
    }
  }
  return std::nullopt;
}

ReplicaFigures Replicas::figures() const {
  ReplicaFigures figures{.named = replicas_.size()};
  for (const auto& replica : replicas_) {
    if (auto tries = replica->connector.tries(); tries.last_error) {
      ++figures.unusable;
      figures.why = tries.last_error->message();
    }
  }
  figures.reads = reads_.load(std::memory_order_relaxed);
  figures.fallbacks = fallbacks_.load(std::memory_order_relaxed);
  return figures;
}

}  // namespace tenancy::inline v0::detail::postgres
