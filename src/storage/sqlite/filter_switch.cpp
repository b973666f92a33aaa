#include "storage/sqlite/filter_switch.hpp"

#include <string>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <sqlite3.h>

#include "storage/sqlite/query_program.hpp"
#include "storage/sqlite/statement.hpp"
#include "storage/sqlite/watch.hpp"

namespace tenancy::inline v0::detail::sqlite {
namespace {

constexpr int known_version = 3'040'001;

/// Tables of which SQLite believes that a filter pays.
constexpr const char* tables =
    "CREATE TABLE rows (id INTEGER PRIMARY KEY, kind TEXT, number INTEGER);"
    "CREATE TABLE kinds (kind TEXT PRIMARY KEY, shade INTEGER) WITHOUT ROWID;"
    "ANALYZE; INSERT INTO sqlite_stat1 VALUES ('rows', NULL, '1000000'), ('kinds', 'kinds', "
    "'1000 1'); ANALYZE sqlite_schema";

constexpr std::string_view question =
    "EXPLAIN SELECT count(*) FROM rows a, rows b JOIN kinds USING (kind) WHERE shade = 1";

Result<bool> fills_filter(sqlite3* connection, unsigned switches) {
  sqlite3_test_control(SQLITE_TESTCTRL_OPTIMIZATIONS, connection, switches);
  Watch watch;
  BOOST_OUTCOME_TRY(const auto statement, SqliteStatement::prepare(connection, question, watch));
  BOOST_OUTCOME_TRY(const QueryProgram program, read_program(*statement, question.size()));
  return program.fills_filter;
}

}  // namespace

bool stops_filters(unsigned switches) {
  try {
    SQLite::Database database{":memory:", SQLite::OPEN_READWRITE};
    database.exec(tables);
    const auto without = fills_filter(database.getHandle(), 0);
    const auto with = fills_filter(database.getHandle(), switches);
    return without && without.value() && with && !with.value();
  } catch (const SQLite::Exception&) {
    return false;
  }
}

bool knows_filter_switch(int version) {
  return version == known_version && stops_filters(bloom_filters);
}

}  // namespace tenancy::inline v0::detail::sqlite
