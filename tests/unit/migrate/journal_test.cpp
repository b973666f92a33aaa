#include "migrate/journal.hpp"

#include <map>
#include <vector>

#include <doctest/doctest.h>

#include "support/must.hpp"

using tenancy::Dialect;
using tenancy::errc;
using tenancy::Migration;
using tenancy::MigrationState;
using tenancy::Timestamp;
using tenancy::detail::Component;
using tenancy::detail::JournalEntry;
using tenancy_test::code_of;
using tenancy_test::must;

namespace {

Migration step(std::int64_t version, const std::string& sql) {
  return {version, "step" + std::to_string(version), sql};
}

JournalEntry entry(std::int64_t version, const std::string& sql) {
  const auto checksum = tenancy::detail::checksum_of({version, "", sql, ""});
  return {version,
          "step" + std::to_string(version),
          {checksum.begin(), checksum.end()},
          Timestamp::from_microseconds(version)};
}

using States = std::map<std::int64_t, MigrationState>;

States states(const std::vector<Migration>& migrations, const std::vector<JournalEntry>& journal) {
  const auto component = must(Component::create("app", migrations, Dialect::sqlite));
  States found;
  std::int64_t last = 0;
  for (const auto& status : tenancy::detail::compare(component, journal)) {
    CHECK(status.version > last);
    CHECK(status.component == "app");
    CHECK(status.name == "step" + std::to_string(status.version));
    const bool is_applied =
        status.state != MigrationState::pending && status.state != MigrationState::late;
    CHECK(status.applied_at.has_value() == is_applied);
    last = status.version;
    found[status.version] = status.state;
  }
  return found;
}

}  // namespace

TEST_CASE("steps and journal are told apart in every way in which they can differ") {
  using enum MigrationState;
  CHECK(states({}, {}).empty());
  CHECK(states({step(1, "a")}, {}) == States{{1, pending}});
  CHECK(states({}, {entry(1, "a")}) == States{{1, newer}});
  CHECK(states({step(1, "a"), step(2, "b")}, {entry(1, "a")}) ==
        States{{1, applied}, {2, pending}});
  CHECK(states({step(1, "a")}, {entry(1, "A")}) == States{{1, edited}});
  CHECK(states({step(2, "b")}, {entry(1, "a"), entry(2, "b")}) ==
        States{{1, missing}, {2, applied}});
  CHECK(states({step(5, "e")}, {entry(1, "a")}) == States{{1, missing}, {5, pending}});
  CHECK(states({step(1, "a"), step(2, "b")}, {entry(2, "b")}) == States{{1, late}, {2, applied}});
  CHECK(states({step(1, "a"), step(3, "c"), step(4, "d"), step(7, "g")},
               {entry(1, "x"), entry(2, "b"), entry(4, "d"), entry(8, "h"), entry(9, "i")}) ==
        States{
            {1, edited}, {2, missing}, {3, late}, {4, applied}, {7, late}, {8, newer}, {9, newer}});
}

TEST_CASE("a checksum of another length is another checksum") {
  auto shortened = entry(1, "a");
  shortened.checksum.pop_back();
  CHECK(states({step(1, "a")}, {shortened}) == States{{1, MigrationState::edited}});
}

TEST_CASE("a report knows whether it is up to date and whether there are conflicts") {
  using enum MigrationState;
  for (const auto state : {applied, pending, edited, missing, late, newer}) {
    CAPTURE(tenancy::to_string(state));
    const tenancy::MigrationReport report{
        .steps = {{"app", 1, "one", "", applied}, {"app", 2, "two", "", state}}};
    CHECK(report.is_up_to_date() == (state == applied));
    CHECK(report.has_conflicts() == (state != applied && state != pending));
    const auto outcome = tenancy::detail::require_no_conflict(report.steps);
    CHECK(outcome.has_value() == !report.has_conflicts());
    if (!outcome) {
      CHECK(code_of(outcome) == errc::schema_mismatch);
    }
  }
}
