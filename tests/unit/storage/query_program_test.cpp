#include "storage/sqlite/query_program.hpp"

#include <cstddef>
#include <string>
#include <string_view>

#include <SQLiteCpp/Database.h>
#include <doctest/doctest.h>
#include <sqlite3.h>

#include "storage/sqlite/watch.hpp"
#include "support/must.hpp"

using tenancy::detail::sqlite::QueryProgram;
using tenancy::detail::sqlite::read_program;
using tenancy::detail::sqlite::sorter_cache_bytes;
using tenancy::detail::sqlite::SqliteStatement;
using tenancy::detail::sqlite::table_cache_bytes;
using tenancy::detail::sqlite::Watch;
using tenancy_test::must;

namespace {

/// Has as many rows as make SQLite fill a Bloom filter.
class Database {
 public:
  Database() : database_{":memory:", SQLite::OPEN_READWRITE} {
    database_.exec(
        "CREATE TABLE rows (id INTEGER PRIMARY KEY, kind TEXT, number INTEGER);"
        "CREATE TABLE kinds (kind TEXT PRIMARY KEY, shade INTEGER) WITHOUT ROWID;"
        "INSERT INTO rows SELECT value, 'k' || value, value FROM json_each('[1,2,3,4,5,6,7,8]');"
        "INSERT INTO kinds SELECT kind, number % 2 FROM rows;"
        "ANALYZE; UPDATE sqlite_stat1 SET stat = '1000000 10' WHERE tbl = 'rows';"
        "UPDATE sqlite_stat1 SET stat = '1000 1' WHERE tbl = 'kinds'; ANALYZE sqlite_schema");
  }

  QueryProgram program(const std::string& sql) {
    const auto statement =
        must(SqliteStatement::prepare(database_.getHandle(), "EXPLAIN " + sql, watch_));
    return must(read_program(*statement, sql.size()));
  }
  std::size_t cache_bytes(const std::string& sql) { return program(sql).cache_bytes; }
  /// Of instructions as they are written here: names with three operands.
  tenancy::Result<QueryProgram> read(const std::string& instructions) {
    const auto statement = must(SqliteStatement::prepare(
        database_.getHandle(), "SELECT 0, * FROM (VALUES " + instructions + ")", watch_));
    return read_program(*statement, 100);
  }
  [[nodiscard]] sqlite3* handle() const { return database_.getHandle(); }

 private:
  SQLite::Database database_;
  Watch watch_;
};

}  // namespace

TEST_CASE("intermediate tables and sorters are taken for their most") {
  Database database;
  CHECK(database.cache_bytes("SELECT * FROM rows WHERE number > 3") == 0);
  CHECK(database.cache_bytes("SELECT DISTINCT number FROM rows") == table_cache_bytes);
  CHECK(database.cache_bytes("SELECT * FROM rows ORDER BY number") == sorter_cache_bytes);
  CHECK(database.cache_bytes("SELECT * FROM rows ORDER BY number LIMIT 2") == table_cache_bytes);
  CHECK(database.cache_bytes(
            "SELECT 1 IN (SELECT number FROM rows), 'a' IN (SELECT kind FROM rows)") ==
        2 * table_cache_bytes);
  CHECK(database.cache_bytes("SELECT id, sum(number) OVER (ORDER BY number) FROM rows") ==
        table_cache_bytes + sorter_cache_bytes);
  // One of its own, and the index that it is given.
  CHECK(database.cache_bytes("WITH b AS MATERIALIZED (SELECT DISTINCT number AS n FROM rows), "
                             "c AS MATERIALIZED (SELECT number % 3 AS m FROM rows) "
                             "SELECT count(*) FROM b JOIN c ON m = n") == 4 * table_cache_bytes);
}

TEST_CASE("a list of constants takes what its text does, and one of anything else a table") {
  Database database;
  const std::string constants = "SELECT number IN (1, -2, 'a', 2.5, x'00', NULL, 9999999999)";
  const auto one = database.cache_bytes(constants + " FROM rows");
  CHECK(one > 0);
  CHECK(one < table_cache_bytes / 16);
  CHECK(database.cache_bytes(constants + ", kind IN ('a', 'b', 'c') FROM rows") < 2 * one + 1000);
  for (const std::string_view other : {"?1", "printf('%9d', 1)", "abs(-3)", "'a' || 'b'"}) {
    CAPTURE(other);
    const auto sql = "SELECT number IN (1, " + std::string{other} + ", 3, 4) FROM rows";
    CHECK(database.cache_bytes(sql) >= table_cache_bytes);
  }
  // A long one may fill its cache.
  const auto padding = " /* " + std::string(std::size_t{4} << 20U, 'x') + " */ FROM rows";
  CHECK(database.cache_bytes(constants + padding) == table_cache_bytes);
}

TEST_CASE("only three instructions that follow one another put a constant into a list") {
  Database database;
  const auto bytes_of = [&](const std::string& instructions) {
    return must(database.read("('OpenEphemeral', 1, 0, 0)" + instructions)).cache_bytes;
  };
  const std::string constant = ", ('Integer', 5, 2, 0)";
  const std::string record = ", ('MakeRecord', 2, 1, 3)";
  const std::string insert = ", ('IdxInsert', 1, 3, 2)";
  CHECK(bytes_of(constant + record + insert) < table_cache_bytes);
  for (const std::string& other : {
           std::string{},
           record + insert,
           constant + insert,
           constant + ", ('Copy', 2, 1, 3)" + insert,
           constant + ", ('MakeRecord', 2, 2, 3)" + insert,
           constant + record + ", ('Insert', 1, 3, 2)",
           constant + record + insert + ", ('Insert', 1, 3, 2)",
           // Another cursor may write into it.
           constant + record + insert + ", ('OpenDup', 4, 1, 0)",
       }) {
    CAPTURE(other);
    CHECK(bytes_of(other) == table_cache_bytes);
  }
}

TEST_CASE("instructions that cannot be read are an error") {
  Database database;
  const auto outcome = database.read("('SorterOpen', 1, 0, 0), (NULL, 0, 0, 0)");
  REQUIRE_FALSE(outcome.has_value());
  CHECK(outcome.error() == tenancy::errc::io_error);
}

TEST_CASE("Bloom filters are found") {
  Database database;
  const auto joined = "SELECT count(*) FROM rows a, rows b JOIN kinds USING (kind) WHERE shade = 1";
  CHECK(database.program(joined).fills_filter);
  CHECK_FALSE(database.program("SELECT count(*) FROM rows a, rows b").fills_filter);
  // That of the rows that a RIGHT JOIN has matched holds what its table does.
  CHECK_FALSE(database.program("SELECT * FROM rows a RIGHT JOIN rows b USING (id)").fills_filter);
  CHECK_FALSE(database.program("SELECT 'Filter', 'FilterAdd' FROM rows").fills_filter);
}
