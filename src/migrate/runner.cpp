#include "migrate/runner.hpp"

#include <array>
#include <cstddef>
#include <string>

#include <sodium.h>

#include "core/random.hpp"
#include "core/text.hpp"

namespace tenancy::inline v0::detail {
namespace {

constexpr std::size_t max_name_length = 100;

constexpr std::string_view create_journal_sql = R"(
CREATE TABLE IF NOT EXISTS tenancy_migrations (
  component  TEXT NOT NULL,
  version    INTEGER NOT NULL,
  name       TEXT NOT NULL,
  checksum   BLOB NOT NULL,
  applied_at INTEGER NOT NULL,
  PRIMARY KEY (component, version)
) STRICT, WITHOUT ROWID)";

constexpr StaticSql journal_exists_sql{
    "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'tenancy_migrations'"};
constexpr StaticSql select_applied_sql{
    "SELECT version, name, checksum FROM tenancy_migrations WHERE component = ?1 ORDER BY version"};
constexpr StaticSql insert_applied_sql{
    "INSERT INTO tenancy_migrations (component, version, name, checksum, applied_at) "
    "VALUES (?1, ?2, ?3, ?4, ?5)"};

using Checksum = std::array<std::byte, 32>;

Checksum checksum_of(const Migration& step) {
  ensure_sodium();
  Checksum checksum{};
  crypto_generichash(reinterpret_cast<unsigned char*>(checksum.data()), checksum.size(),
                     reinterpret_cast<const unsigned char*>(step.sql.data()), step.sql.size(),
                     nullptr, 0);
  return checksum;
}

std::string describe(std::string_view component, const Migration& step) {
  return "migration " + std::to_string(step.version) + " '" + step.name + "' of '" +
         std::string{component} + "'";
}

Result<void> check_numbering(std::string_view component, std::span<const Migration> steps) {
  std::uint32_t expected = 1;
  for (const Migration& step : steps) {
    if (step.version != expected++) {
      return Error{errc::invalid_argument,
                   describe(component, step) + " is out of line: steps count 1, 2, 3 without gaps"};
    }
    if (!is_plain_line(step.name, 1, max_name_length) || step.sql.empty()) {
      return Error{errc::invalid_argument,
                   describe(component, step) + " has no name, a name over 100 bytes, or no SQL"};
    }
  }
  return success();
}

/// How many of the steps are applied, once what is applied has proved to be the same.
Result<std::size_t> count_applied(ControlSession& session, std::string_view component,
                                  std::span<const Migration> steps) {
  {
    BOOST_OUTCOME_TRY(auto statement, session.prepare(journal_exists_sql));
    BOOST_OUTCOME_TRY(const bool exists, statement->step());
    if (!exists) {
      return std::size_t{0};
    }
  }
  BOOST_OUTCOME_TRY(auto statement, session.prepare(select_applied_sql));
  statement->bind_text(1, component);
  for (std::size_t applied = 0;; ++applied) {
    BOOST_OUTCOME_TRY(const bool found, statement->step());
    if (!found) {
      return applied;
    }
    const auto version = statement->int64(0);
    if (applied == steps.size()) {
      return Error{
          errc::schema_mismatch,
          "the store has migration " + std::to_string(version.value_or(0)) + " of '" +
              std::string{component} +
              "', which this program does not know: it was written by a newer version; upgrade "
              "the program"};
    }
    const Migration& step = steps[applied];
    const Checksum expected = checksum_of(step);
    const auto stored = statement->blob(2);
    if (version != step.version || !stored || !std::ranges::equal(*stored, expected)) {
      return Error{errc::schema_mismatch,
                   describe(component, step) +
                       " was changed after it had been applied: restore its text and add a further "
                       "step instead"};
    }
  }
}

Result<void> apply(ControlSession& session, std::string_view component, const Migration& step) {
  const ScriptOwner owner =
      component == library_component ? ScriptOwner::library : ScriptOwner::host;
  if (auto ran = session.run_script(step.sql, owner); !ran) {
    return Error{errc::migration_failed,
                 describe(component, step) + " was rolled back: " + ran.error().message()};
  }
  const Checksum checksum = checksum_of(step);
  BOOST_OUTCOME_TRY(auto statement, session.prepare(insert_applied_sql));
  statement->bind_text(1, component);
  statement->bind_int64(2, step.version);
  statement->bind_text(3, step.name);
  statement->bind_blob(4, checksum);
  statement->bind_int64(5, session.now().microseconds());
  BOOST_OUTCOME_TRY(statement->step());
  return success();
}

/// Applies the first step that is not applied yet; false when there is none.
Result<bool> apply_next(StoreBackend& store, const CallOptions& options, std::string_view component,
                        std::span<const Migration> steps) {
  return schema_change(store, options, [&](ControlSession& session) -> Result<bool> {
    BOOST_OUTCOME_TRY(const std::size_t applied, count_applied(session, component, steps));
    if (applied == steps.size()) {
      return false;
    }
    BOOST_OUTCOME_TRY(session.run_script(create_journal_sql, ScriptOwner::library));
    BOOST_OUTCOME_TRY(apply(session, component, steps[applied]));
    return true;
  });
}

}  // namespace

Result<void> migrate(StoreBackend& store, const CallOptions& options, std::string_view component,
                     std::span<const Migration> steps) {
  BOOST_OUTCOME_TRY(check_numbering(component, steps));
  // A look without the write lock first: most programs start with nothing to do.
  BOOST_OUTCOME_TRY(
      std::size_t applied,
      control_read(store, options, [&](ControlSession& session) -> Result<std::size_t> {
        return count_applied(session, component, steps);
      }));
  bool more = applied < steps.size();
  while (more) {
    BOOST_OUTCOME_TRY(more, apply_next(store, options, component, steps));
  }
  return success();
}

}  // namespace tenancy::inline v0::detail
