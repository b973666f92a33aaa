#include "storage/sqlite/write_batch.hpp"

#include <exception>
#include <utility>

namespace tenancy::inline v0::detail::sqlite {
namespace {

constexpr StaticSql begin_immediate_sql{"BEGIN IMMEDIATE"};
constexpr StaticSql commit_sql{"COMMIT"};
constexpr StaticSql rollback_batch_sql{"ROLLBACK"};
constexpr StaticSql savepoint_unit_sql{"SAVEPOINT unit"};
constexpr StaticSql release_unit_sql{"RELEASE unit"};
constexpr StaticSql rollback_to_sql{"ROLLBACK TO unit"};

constexpr const char* hold_advice =
    "the write held the store for too long: split it, or prepare its data before it begins";

Error lost_error() {
  return Error{errc::transaction_lost,
               "the transaction ended after a failed statement; nothing of it was kept"};
}

}  // namespace

Result<void> WriteBatch::begin(const CallLimits& limits) {
  const WatchScope watched{connection_.watch(), limits, Watch::unlimited, true};
  auto begun = connection_.run(begin_immediate_sql);
  if (!begun && connection_.is_reading()) {
    // In a snapshot that ends with the connection: others have written since, and so it would be
    // busy for ever.
    connection_.poison();
  }
  if (!begun && begun.error() == errc::busy) {
    return limits.wait_ended(errc::busy, "another process's transaction");
  }
  if (begun) {
    connection_.admissions().begin(connection_.data_version());
  }
  return begun;
}

/// Whether the unit wants to be kept; exceptions and errors are noted in it.
bool WriteBatch::run_body(WriteUnit& unit, bool is_first, std::chrono::milliseconds max_hold) {
  unit.outcome = success();
  unit.exception = nullptr;
  const WatchScope watched{
      connection_.watch(), unit.limits,
      Watch::Budget{unit.started + max_hold, errc::hold_budget_exceeded, hold_advice}, is_first};
  try {
    auto commits = unit.run(connection_);
    if (commits) {
      return commits.value();
    }
    unit.outcome = std::move(commits).error();
  } catch (...) {
    unit.exception = std::current_exception();
  }
  return false;
}

WriteBatch::Verdict WriteBatch::run(WriteUnit& unit, bool is_first,
                                    std::chrono::milliseconds max_hold) {
  // Triggers may leave part of their work behind when a statement fails (RAISE(FAIL)).
  const bool has_savepoint =
      !is_first && (unit.kind != WriteUnit::Kind::statement || connection_.has_seen_triggers());
  if (has_savepoint) {
    if (auto saved = connection_.run(savepoint_unit_sql); !saved) {
      unit.outcome = std::move(saved).error();
      return Verdict::lost;
    }
  }
  const std::int64_t changes_before = connection_.total_changes();
  const bool wants_commit = run_body(unit, is_first, max_hold);

  if (connection_.poisoned() || !connection_.in_transaction()) {
    // Also of a unit that ignored why: nothing of it is kept.
    if (wants_commit) {
      unit.outcome = lost_error();
    }
    return Verdict::lost;
  }
  const bool is_broken = connection_.has_broken_references();
  if (wants_commit && !is_broken) {
    if (has_savepoint) {
      if (auto released = connection_.run(release_unit_sql); !released) {
        unit.outcome = std::move(released).error();
        return Verdict::lost;
      }
    }
    return Verdict::kept;
  }
  if (wants_commit) {
    unit.outcome =
        Error{errc::reference_violation, "rows that others refer to are missing at the end"};
  }
  if (is_first) {
    roll_back();
    return Verdict::rolled_back;
  }
  if (!has_savepoint) {
    // A statement that failed undid itself, unless it ran triggers, which were first seen here.
    // Then there is no other way back than the whole.
    const bool is_clean = !is_broken && !connection_.has_seen_triggers() &&
                          connection_.total_changes() == changes_before;
    return is_clean ? Verdict::rolled_back : Verdict::lost;
  }
  const bool is_undone =
      connection_.run(rollback_to_sql).has_value() && connection_.run(release_unit_sql).has_value();
  return is_undone ? Verdict::rolled_back : Verdict::lost;
}

Result<void> WriteBatch::commit() {
  if (!connection_.in_transaction()) {
    return lost_error();
  }
  auto committed = connection_.run(commit_sql);
  if (committed) {
    connection_.admissions().committed(connection_.data_version());
  } else {
    const bool is_unknown = committed.error() == errc::io_error;
    roll_back();
    if (is_unknown) {
      connection_.poison();
      return Error{errc::commit_unknown, committed.error().message()};
    }
  }
  return committed;
}

void WriteBatch::roll_back() noexcept {
  if (connection_.in_transaction() && !connection_.run(rollback_batch_sql)) {
    connection_.poison();
  }
}

}  // namespace tenancy::inline v0::detail::sqlite
