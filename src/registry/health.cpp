#include "registry/health.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "core/text.hpp"
#include "registry/key_check.hpp"
#include "registry/schema.hpp"

namespace tenancy::inline v0 {
namespace {

using detail::ControlSession;
using detail::KeyComparison;
using detail::KnownSteps;
using detail::StaticSql;
using detail::StoreFiles;
using detail::StoreStatus;
using Steady = CallOptions::Clock;

constexpr StaticSql journal_sql{
    "SELECT count(*), max(version) FROM tenancy_migrations WHERE component = ?1"};
/// Of what is written with the time of day, what is found without reading whole tables.
constexpr StaticSql newest_time_sql{
    "SELECT max(written) FROM ("
    "SELECT max(created_at) AS written FROM tenancy_tenants UNION ALL "
    "SELECT max(applied_at) FROM tenancy_migrations UNION ALL "
    "SELECT max(created_at) FROM tenancy_key_checks UNION ALL "
    "SELECT created_at FROM tenancy_crossings "
    "WHERE crossing_id = (SELECT max(crossing_id) FROM tenancy_crossings)) AS times"};
/// Changes what is there, since SQLite writes no page that stays the same; grows nothing.
constexpr StaticSql probe_sql{
    "INSERT INTO tenancy_health_probe (id, probes) VALUES (1, 1) "
    "ON CONFLICT (id) DO UPDATE SET probes = tenancy_health_probe.probes + 1"};

/// 2020-01-01T00:00:00Z: older times are those of clocks that were never set.
constexpr Timestamp first_believable = Timestamp::from_microseconds(1'577'836'800'000'000);

/// A log of so many times the size at which it is moved is long.
constexpr std::uint64_t long_log = 2;

std::int64_t number(std::uint64_t value) noexcept {
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  return static_cast<std::int64_t>(std::min(value, most));
}

std::string megabytes(std::uint64_t bytes) { return std::to_string(bytes >> 20U) + " MiB"; }

template <class Duration>
std::int64_t microseconds(Duration time) {
  return std::chrono::duration_cast<std::chrono::microseconds>(time).count();
}

void add(HealthCheck& check, std::string_view name, std::optional<std::uint64_t> value) {
  if (value) {
    check.figures.push_back({name, number(*value)});
  }
}

/// The worst finding gives the check its state; all of them are told.
void note(HealthCheck& check, HealthState state, std::string_view message) {
  check.state = std::max(check.state, state);
  if (!check.message.empty()) {
    check.message += "; ";
  }
  check.message += message;
}

/// Names of files need not be UTF-8.
void make_printable(std::string& text) {
  if (!detail::is_utf8(text)) {
    std::ranges::replace_if(
        text, [](char letter) { return (static_cast<unsigned char>(letter) & 0x80U) != 0; }, '?');
  }
}

/// Whether it says more about this moment than about the store.
bool is_passing(const Error& error) noexcept {
  switch (error.code()) {
    case errc::busy:
    case errc::overloaded:
    case errc::deadline_exceeded:
    case errc::cancelled:
    case errc::snapshot_too_old:
      return true;
    default:
      return false;
  }
}

void note_error(HealthCheck& check, std::string_view what, const Error& error) {
  note(check, is_passing(error) ? HealthState::warning : HealthState::failed,
       std::string{what} + ": " + std::string{to_string(error.code())} + ": " + error.message());
}

/// When each part of the report ends.
class Schedule {
 public:
  explicit Schedule(const HealthOptions& options)
      : begun_{Steady::now()},
        call_{options.call},
        end_{std::min(options.call.deadline, begun_ + options.max_time)} {}

  [[nodiscard]] Steady::time_point begun() const noexcept { return begun_; }
  [[nodiscard]] CallOptions all() const { return {.deadline = end_, .stop = call_.stop}; }
  /// So that what waits for one thing leaves time for the next.
  [[nodiscard]] CallOptions half() const {
    const auto now = Steady::now();
    return {.deadline = now < end_ ? now + (end_ - now) / 2 : end_, .stop = call_.stop};
  }

 private:
  Steady::time_point begun_;
  const CallOptions& call_;
  Steady::time_point end_;
};

// --- schema -------------------------------------------------------------------------------------

struct Applied {
  std::uint64_t steps;
  std::uint64_t newest;
};

Result<Applied> read_journal(ControlSession& session, std::string_view component) {
  BOOST_OUTCOME_TRY(auto statement, session.prepare(journal_sql));
  statement->bind_text(1, component);
  BOOST_OUTCOME_TRY(statement->step());
  return Applied{static_cast<std::uint64_t>(statement->int64(0).value_or(0)),
                 static_cast<std::uint64_t>(statement->int64(1).value_or(0))};
}

void judge_schema(HealthCheck& check, std::string_view component, const Applied& applied,
                  const KnownSteps& known) {
  const std::string steps = std::to_string(applied.steps) + " steps of '" + std::string{component} +
                            "' are applied and this program knows " + std::to_string(known.count);
  const bool has_others = applied.steps == known.count && applied.newest != known.newest;
  if (applied.steps < known.count || has_others) {
    note(check, HealthState::failed,
         steps +
             ": the store is not the one that was opened, or its journal of migrations was "
             "edited; restart the program");
  } else if (applied.steps > known.count) {
    note(check, HealthState::warning,
         steps + ": a newer program has migrated the store meanwhile; upgrade this one");
  }
}

void look_at_schema(HealthCheck& check, ControlSession& session, const KnownSteps& host_steps) {
  const auto own_schema = detail::control_schema(session.dialect());
  const auto own_steps = KnownSteps::of(own_schema);
  const auto own = read_journal(session, "tenancy");
  const auto host = own ? read_journal(session, "app") : own;
  if (!host) {
    note_error(check, "the journal of migrations cannot be read", host.error());
    return;
  }
  judge_schema(check, "tenancy", own.value(), own_steps);
  judge_schema(check, "app", host.value(), host_steps);
  add(check, "library_steps_applied", own.value().steps);
  add(check, "library_steps_known", own_steps.count);
  add(check, "host_steps_applied", host.value().steps);
  add(check, "host_steps_known", host_steps.count);
}

// --- keys ---------------------------------------------------------------------------------------

void judge_keys(HealthCheck& check, const KeyComparison& keys, std::uint32_t newest) {
  if (const auto judged = detail::judge_keys(keys); !judged) {
    note_error(check, "the key ring", judged.error());
  } else if (keys.newest_recorded > newest) {
    note(check, HealthState::warning,
         "the store is used with version " + std::to_string(keys.newest_recorded) +
             " of the key ring and this program has " + std::to_string(newest) +
             ": what that key made is refused here; restart the program with the newest ring");
  } else if (!keys.unrecorded.empty()) {
    note(check, HealthState::warning,
         "the store keeps no check value of version " +
             std::to_string(keys.unrecorded.back().key_version) +
             " of the key ring: restart the program, which records it");
  }
}

void look_at_keys(HealthCheck& check, ControlSession& session, const KeyRing& ring) {
  add(check, "ring_newest_version", ring.newest_version());
  const auto keys = detail::compare_keys(session, ring);
  if (!keys) {
    note_error(check, "the check values of the keys cannot be read", keys.error());
    return;
  }
  check.figures.push_back({"recorded_newest_version", keys.value().newest_recorded});
  add(check, "matching_versions", keys.value().matching);
  judge_keys(check, keys.value(), ring.newest_version());
}

// --- clock --------------------------------------------------------------------------------------

Result<std::optional<Timestamp>> read_newest_time(ControlSession& session) {
  BOOST_OUTCOME_TRY(auto statement, session.prepare(newest_time_sql));
  BOOST_OUTCOME_TRY(statement->step());
  const auto newest = statement->int64(0);
  return newest ? std::optional{Timestamp::from_microseconds(*newest)} : std::nullopt;
}

std::string seconds_of(Timestamp::Duration time) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time).count()) + " s";
}

void judge_clock(HealthCheck& check, Timestamp now, std::optional<Timestamp> newest,
                 const StoreStatus* status, std::chrono::seconds max_step) {
  if (now < first_believable) {
    note(check, HealthState::failed,
         "it is " + now.to_string() + " by the clock, which has never been set: set it");
  }
  if (newest) {
    const auto behind = *newest - now;
    check.figures.push_back({"behind_microseconds", std::max<std::int64_t>(behind.count(), 0)});
    if (behind > max_step) {
      note(check, HealthState::warning,
           "the clock is " + seconds_of(behind) +
               " behind what was written to the store before: it was set back, or was ahead then");
    }
  }
  if (status != nullptr) {
    const auto by_clock = now - status->opened_at;
    const auto step = by_clock - std::chrono::duration_cast<Timestamp::Duration>(status->open_for);
    check.figures.push_back({"step_microseconds", step.count()});
    if (std::chrono::abs(step) > max_step) {
      note(check, HealthState::warning,
           "the clock was set by " + seconds_of(step) + " since the store was opened");
    }
  }
}

// --- store, disk, log ---------------------------------------------------------------------------

void judge_connections(HealthCheck& check, const StoreStatus& status) {
  if (const auto& connections = status.connections) {
    add(check, "connections_open", connections->open);
    add(check, "connections_idle", connections->idle);
    add(check, "connections_waited_for", connections->waiting);
    add(check, "connections_opened", connections->opened);
    add(check, "connections_closed", connections->closed);
    add(check, "connections_failed", connections->failed);
    check.figures.push_back(
        {"connection_wait_microseconds", microseconds(connections->waited_for)});
  }
  if (const auto& replicas = status.replicas) {
    if (replicas->unusable > 0) {
      note(check, HealthState::warning,
           std::to_string(replicas->unusable) + " of " + std::to_string(replicas->named) +
               " replicas cannot be used, and the primary does their work: " + replicas->why);
    }
    add(check, "replicas", replicas->named);
    add(check, "replicas_unusable", replicas->unusable);
    add(check, "replica_reads", replicas->reads);
    add(check, "replica_fallbacks", replicas->fallbacks);
  }
}

void judge_store(HealthCheck& check, const StoreStatus& status) {
  if (status.files != StoreFiles::in_place) {
    note(check, HealthState::failed,
         status.file.string() +
             (status.files == StoreFiles::missing
                  ? " or its log was deleted or moved away"
                  : " is another file than the one that was opened") +
             ": what this program writes goes where nobody finds it; stop it, then put the files "
             "back or restore a backup");
  }
  if (status.readers_in_use >= status.readers && status.reads_waiting > 0) {
    note(check, HealthState::warning,
         status.has_files
             ? "all " + std::to_string(status.readers) +
                   " connections for reading are in use and " +
                   std::to_string(status.reads_waiting) + " reads wait: raise StoreOptions::readers"
             : "all " + std::to_string(status.readers) + " connections are in use and " +
                   std::to_string(status.reads_waiting) +
                   " calls wait: raise PostgresOptions::max_connections");
  }
  if (status.isolation_alarms > 0) {
    note(check, HealthState::warning,
         std::to_string(status.isolation_alarms) +
             " times since the store was opened a row of another tenant came out of a tenant's "
             "statement; none was given out, and the transactions were undone: look for a damaged "
             "index, a view or a foreign change of the schema before the store is used further");
  }
  add(check, "isolation_alarms", status.isolation_alarms);
  add(check, "file_bytes", status.file_bytes);
  add(check, "pages", status.pages);
  add(check, "free_pages", status.free_pages);
  add(check, "readers", status.readers);
  add(check, "readers_in_use", status.readers_in_use);
  add(check, "reads_waiting", status.reads_waiting);
  add(check, "writes_waiting", status.writes_waiting);
  judge_connections(check, status);
}

void judge_disk(HealthCheck& check, const StoreStatus& status, const HealthOptions& options) {
  if (!status.disk_free_bytes) {
    note(check, HealthState::warning, "the disk's free space cannot be looked at");
    return;
  }
  const std::uint64_t free = *status.disk_free_bytes;
  add(check, "free_bytes", free);
  add(check, "total_bytes", status.disk_bytes);
  const std::string left = megabytes(free) + " are free for " + status.file.string();
  if (free < options.full_disk_bytes) {
    note(check, HealthState::failed, left + ": make room, or writes fail");
  } else if (free < options.low_disk_bytes) {
    note(check, HealthState::warning, left + ": make room");
  }
  if (status.wal.checkpoints == Checkpoints::library) {
    const std::uint64_t in_log = status.log_file_bytes.value_or(0);
    const std::uint64_t to_come =
        status.wal.max_bytes - std::min<std::uint64_t>(status.wal.max_bytes, in_log);
    add(check, "log_may_grow_by_bytes", to_come);
    if (free < to_come) {
      note(check, HealthState::warning,
           "the write-ahead log may still grow by " + megabytes(to_come) + ", and " +
               megabytes(free) + " are free: make room, or lower WalOptions::max_bytes");
    }
  }
}

void judge_log(HealthCheck& check, const StoreStatus& status) {
  add(check, "log_bytes", status.log_bytes);
  add(check, "file_bytes", status.log_file_bytes);
  add(check, "ceiling_bytes", status.wal.max_bytes);
  add(check, "tries_in_vain", status.log_tries_in_vain);
  add(check, "writes_held", status.writes_held_by_log);
  if (status.wal.checkpoints == Checkpoints::external) {
    if (status.log_bytes >= status.wal.max_bytes) {
      note(check, HealthState::warning,
           "the write-ahead log holds " + megabytes(status.log_bytes) +
               " and is left to a replicator: see that it runs");
    }
    return;
  }
  constexpr std::string_view advice =
      ": a read, a backup or another program keeps an old snapshot; see who does";
  if (status.log_bytes >= status.wal.max_bytes) {
    note(check, HealthState::failed,
         "the write-ahead log is at its ceiling, and writes wait" + std::string{advice});
  } else if (status.log_bytes >= status.wal.max_bytes / 2) {
    note(check, HealthState::warning,
         "the write-ahead log is at more than half of its ceiling" + std::string{advice});
  } else if (status.log_tries_in_vain > 0 &&
             status.log_bytes >= long_log * status.wal.checkpoint_bytes) {
    note(check, HealthState::warning,
         "the write-ahead log grows, since it could not be moved into the database in " +
             std::to_string(status.log_tries_in_vain) + " tries" + std::string{advice});
  }
}

}  // namespace

std::string_view to_string(HealthState state) noexcept {
  switch (state) {
    case HealthState::ok:
      return "ok";
    case HealthState::warning:
      return "warning";
    case HealthState::failed:
      return "failed";
  }
  return "failed";
}

HealthState HealthReport::state() const noexcept {
  HealthState worst = HealthState::ok;
  for (const HealthCheck& check : checks) {
    worst = std::max(worst, check.state);
  }
  return worst;
}

const HealthCheck* HealthReport::find(std::string_view name) const noexcept {
  const auto found = std::ranges::find(checks, name, &HealthCheck::name);
  return found == checks.end() ? nullptr : &*found;
}

namespace detail {

KnownSteps KnownSteps::of(std::span<const Migration> steps) noexcept {
  return KnownSteps{steps.size(),
                    steps.empty() ? 0 : static_cast<std::uint64_t>(steps.back().version)};
}

HealthReport check_health(StoreBackend& store, const KnownSteps& host_steps,
                          const HealthOptions& options) {
  const Schedule schedule{options};
  HealthCheck store_check{"store"};
  HealthCheck schema{"schema"};
  HealthCheck keys{"keys"};
  HealthCheck disk{"disk"};
  HealthCheck log{"wal"};
  HealthCheck clock{"clock"};
  const Timestamp now = store.clock().now();

  // One snapshot for all that is read.
  std::optional<Timestamp> newest;
  const CallOptions read_options = schedule.half();
  const auto read_begun = Steady::now();
  const auto read = control_read(store, read_options, [&](ControlSession& session) -> Result<void> {
    BOOST_OUTCOME_TRY(newest, read_newest_time(session));
    look_at_schema(schema, session, host_steps);
    look_at_keys(keys, session, store.keys());
    return success();
  });
  const auto read_took = Steady::now() - read_begun;
  if (read) {
    store_check.figures.push_back({"read_microseconds", microseconds(read_took)});
  } else {
    note_error(store_check, "the store cannot be read", read.error());
    for (HealthCheck* const check : {&schema, &keys}) {
      *check = HealthCheck{check->name};
      note(*check, HealthState::warning, "not looked at, since the store cannot be read");
    }
  }

  if (options.write_probe == WriteProbe::commit) {
    const CallOptions write_options = schedule.half();
    const auto write_begun = Steady::now();
    const auto written =
        control_write(store, write_options, [](ControlSession& session) -> Result<void> {
          BOOST_OUTCOME_TRY(auto statement, session.prepare(probe_sql));
          BOOST_OUTCOME_TRY(statement->step());
          return success();
        });
    if (written) {
      store_check.figures.push_back(
          {"write_microseconds", microseconds(Steady::now() - write_begun)});
    } else {
      note_error(store_check, "the store cannot be written", written.error());
    }
  }

  const CallOptions rest = schedule.all();
  const auto status = store.status(rest);
  if (status) {
    judge_store(store_check, status.value());
    if (status.value().has_files) {
      judge_disk(disk, status.value(), options);
      judge_log(log, status.value());
    } else {
      for (HealthCheck* const check : {&disk, &log}) {
        note(*check, HealthState::ok, "its server's own, and not looked at from here");
      }
    }
  } else {
    for (HealthCheck* const check : {&store_check, &disk, &log}) {
      note_error(*check, "the store's figures cannot be had", status.error());
    }
  }
  judge_clock(clock, now, newest, status ? &status.value() : nullptr, options.max_clock_step);

  HealthReport report{.checked_at = now};
  for (HealthCheck* const check : {&store_check, &schema, &keys, &disk, &log, &clock}) {
    make_printable(check->message);
    report.checks.push_back(std::move(*check));
  }
  report.took = Steady::now() - schedule.begun();
  return report;
}

}  // namespace detail
}  // namespace tenancy::inline v0
