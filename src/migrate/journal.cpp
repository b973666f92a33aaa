#include "migrate/journal.hpp"

#include <algorithm>
#include <utility>

namespace tenancy::inline v0::detail {
namespace {

constexpr std::string_view create_sqlite_journal_sql = R"(
CREATE TABLE IF NOT EXISTS tenancy_migrations (
  component  TEXT NOT NULL,
  version    INTEGER NOT NULL,
  name       TEXT NOT NULL,
  checksum   BLOB NOT NULL,
  applied_at INTEGER NOT NULL,
  PRIMARY KEY (component, version)
) STRICT, WITHOUT ROWID)";
constexpr std::string_view create_postgres_journal_sql = R"(
CREATE TABLE IF NOT EXISTS tenancy_migrations (
  component  TEXT NOT NULL,
  version    BIGINT NOT NULL,
  name       TEXT NOT NULL,
  checksum   BYTEA NOT NULL,
  applied_at BIGINT NOT NULL,
  PRIMARY KEY (component, version)
))";

constexpr StaticSql sqlite_journal_exists_sql{
    "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'tenancy_migrations'"};
constexpr StaticSql postgres_journal_exists_sql{
    "SELECT 1 FROM pg_catalog.pg_class WHERE relkind = 'r' AND relname = 'tenancy_migrations' "
    "AND relnamespace = pg_catalog.to_regnamespace(current_schema())"};
constexpr StaticSql select_applied_sql{
    "SELECT version, name, checksum, applied_at FROM tenancy_migrations WHERE component = ?1 "
    "ORDER BY version"};
constexpr StaticSql insert_applied_sql{
    "INSERT INTO tenancy_migrations (component, version, name, checksum, applied_at) "
    "VALUES (?1, ?2, ?3, ?4, ?5)"};

MigrationStatus status_of(const Component& component, const Step& step, MigrationState state) {
  return MigrationStatus{.component = std::string{component.name()},
                         .version = step.version,
                         .name = std::string{step.name},
                         .source = std::string{step.source},
                         .state = state};
}

MigrationStatus status_of(const Component& component, const Step& step, const JournalEntry& entry) {
  const bool is_same = std::ranges::equal(entry.checksum, checksum_of(step));
  auto status =
      status_of(component, step, is_same ? MigrationState::applied : MigrationState::edited);
  status.applied_at = entry.applied_at;
  return status;
}

MigrationStatus status_of(const Component& component, const JournalEntry& entry,
                          MigrationState state) {
  return MigrationStatus{.component = std::string{component.name()},
                         .version = entry.version,
                         .name = entry.name,
                         .source = {},
                         .state = state,
                         .applied_at = entry.applied_at};
}

std::string describe(const MigrationStatus& step) {
  return describe_step(step.component, step.version, step.name, step.source);
}

bool is_conflict(const MigrationStatus& step) noexcept {
  return step.state != MigrationState::applied && step.state != MigrationState::pending;
}

/// The next step that the program has, which a missing one should stand before.
const MigrationStatus* next_known(std::span<const MigrationStatus> steps,
                                  const MigrationStatus& missing) {
  const auto found = std::ranges::find_if(steps, [&](const MigrationStatus& step) {
    return step.version > missing.version && step.state != MigrationState::missing &&
           step.state != MigrationState::newer;
  });
  return found == steps.end() ? nullptr : &*found;
}

std::string advice(std::span<const MigrationStatus> steps, const MigrationStatus& step) {
  switch (step.state) {
    case MigrationState::edited:
      return describe(step) +
             " was changed after it had been applied: restore its text and add a further step "
             "instead";
    case MigrationState::late:
      return describe(step) +
             " is not applied although later ones are: give it a number above all of them";
    case MigrationState::missing: {
      const auto* const next = next_known(steps, step);
      return "the store has " + describe(step) + ", which this program leaves out" +
             (next == nullptr ? std::string{} : " before " + describe(*next)) +
             ": restore it, and undo what it did in a further step";
    }
    default:
      return "the store has " + describe(step) +
             ", which this program does not know: it was written by a newer version; upgrade the "
             "program";
  }
}

}  // namespace

Result<std::vector<JournalEntry>> read_journal(ControlSession& session,
                                               std::string_view component) {
  std::vector<JournalEntry> journal;
  {
    BOOST_OUTCOME_TRY(auto statement, session.prepare(session.dialect() == Dialect::sqlite
                                                          ? sqlite_journal_exists_sql
                                                          : postgres_journal_exists_sql));
    BOOST_OUTCOME_TRY(const bool exists, statement->step());
    if (!exists) {
      return journal;
    }
  }
  BOOST_OUTCOME_TRY(auto statement, session.prepare(select_applied_sql));
  statement->bind_text(1, component);
  while (true) {
    BOOST_OUTCOME_TRY(const bool found, statement->step());
    if (!found) {
      return journal;
    }
    const auto version = statement->int64(0);
    const auto name = statement->text(1);
    const auto checksum = statement->blob(2);
    const auto applied_at = statement->int64(3);
    if (!version || !name || !checksum || !applied_at) {
      return Error{errc::invalid_row, "the table tenancy_migrations has a row that is none"};
    }
    journal.push_back({*version,
                       std::string{*name},
                       {checksum->begin(), checksum->end()},
                       Timestamp::from_microseconds(*applied_at)});
  }
}

Result<void> create_journal(ControlSession& session) {
  return session.run_script(session.dialect() == Dialect::sqlite ? create_sqlite_journal_sql
                                                                 : create_postgres_journal_sql,
                            ScriptOwner::library);
}

Result<void> write_journal(ControlSession& session, std::string_view component, const Step& step) {
  const StepChecksum checksum = checksum_of(step);
  BOOST_OUTCOME_TRY(auto statement, session.prepare(insert_applied_sql));
  statement->bind_text(1, component);
  statement->bind_int64(2, step.version);
  statement->bind_text(3, step.name);
  statement->bind_blob(4, checksum);
  statement->bind_int64(5, session.now().microseconds());
  BOOST_OUTCOME_TRY(statement->step());
  return success();
}

std::vector<MigrationStatus> compare(const Component& component,
                                     std::span<const JournalEntry> journal) {
  std::vector<MigrationStatus> steps;
  const std::int64_t last_applied = journal.empty() ? 0 : journal.back().version;
  auto entry = journal.begin();
  for (const Step& step : component.steps()) {
    for (; entry != journal.end() && entry->version < step.version; ++entry) {
      steps.push_back(status_of(component, *entry, MigrationState::missing));
    }
    if (entry != journal.end() && entry->version == step.version) {
      steps.push_back(status_of(component, step, *entry++));
    } else {
      steps.push_back(
          status_of(component, step,
                    step.version < last_applied ? MigrationState::late : MigrationState::pending));
    }
  }
  for (; entry != journal.end(); ++entry) {
    steps.push_back(status_of(component, *entry, MigrationState::newer));
  }
  return steps;
}

Result<void> require_no_conflict(std::span<const MigrationStatus> steps) {
  // A newer program may also have left steps out, or put some before others: it is right, then.
  auto found = std::ranges::find(steps, MigrationState::newer, &MigrationStatus::state);
  if (found == steps.end()) {
    found = std::ranges::find_if(steps, is_conflict);
  }
  return found == steps.end() ? Result<void>{success()}
                              : Result<void>{Error{errc::schema_mismatch, advice(steps, *found)}};
}

}  // namespace tenancy::inline v0::detail

namespace tenancy::inline v0 {

std::string_view to_string(MigrationState state) noexcept {
  switch (state) {
    case MigrationState::applied:
      return "applied";
    case MigrationState::pending:
      return "pending";
    case MigrationState::edited:
      return "edited";
    case MigrationState::missing:
      return "missing";
    case MigrationState::late:
      return "late";
    case MigrationState::newer:
      return "newer";
  }
  return "unknown";
}

bool MigrationReport::is_up_to_date() const noexcept {
  return std::ranges::all_of(
      steps, [](const auto& step) { return step.state == MigrationState::applied; });
}

bool MigrationReport::has_conflicts() const noexcept {
  return std::ranges::any_of(steps, &detail::is_conflict);
}

}  // namespace tenancy::inline v0
