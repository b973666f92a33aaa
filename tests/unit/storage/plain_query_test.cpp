#include "storage/sqlite/plain_query.hpp"

#include <cstddef>
#include <optional>
#include <string>

#include <doctest/doctest.h>

#include "storage/sqlite/query_program.hpp"

using tenancy::detail::sql_tokens;
using tenancy::detail::sqlite::plain_cache_bytes;
using tenancy::detail::sqlite::table_cache_bytes;

namespace {

std::optional<std::size_t> tables(const std::string& sql) {
  const auto bytes = plain_cache_bytes(sql_tokens(sql));
  return bytes ? std::optional{*bytes / table_cache_bytes} : std::nullopt;
}

bool is_plain(const std::string& sql) { return tables(sql).has_value(); }

}  // namespace

TEST_CASE("tables of a plain query are counted by what it selects from") {
  CHECK(tables("SELECT") == 3);
  CHECK(tables("SELECT 1, 2, (3)") == 3);
  CHECK(tables("SELECT a, b, max(c) FROM t WHERE d = ?1") == 7);
  CHECK(tables("select distinct a from t order by a -- , (") == 7);
  CHECK(tables("SELECT a FROM t JOIN u USING (id) LEFT JOIN v ON t.b = v.b") == 19);
  CHECK(tables("SELECT a FROM t, u, (v CROSS JOIN w) GROUP BY b, c") == 27);
  CHECK(tables("SELECT a FROM t WHERE b = 'IN (1, 2)' AND \"or\" = [union] /* OVER */") == 7);
}

TEST_CASE("whatever may open more tables is not plain") {
  for (const std::string text : {
           "",
           "(SELECT 1)",
           "VALUES (1)",
           "EXPLAIN SELECT 1",
           "WITH a AS (SELECT 1) SELECT 1 FROM a",
           "SELECT 1 FROM (SELECT 1)",
           "SELECT (SELECT 1)",
           "SELECT 1 UNION SELECT 2",
           "SELECT 1 FROM t WHERE EXISTS (VALUES (1))",
           "SELECT 1 FROM t WHERE a IN (1, 2, 3)",
           "SELECT 1 FROM t WHERE ?1IN(1, 2, 3)",
           "SELECT 1 FROM t WHERE x'00'IN(1, 2, 3)",
           "SELECT 1 FROM t WHERE 0x1IN(1, 2, 3)",
           "SELECT 1 FROM t WHERE b = 0X0fOR c = 2",
           "SELECT 1 FROM t WHERE a \xEF\xBB\xBFIN(1, 2, 3)",
           "SELECT 1 FROM t WHERE a NOT/**/in u",
           "SELECT 1 FROM t WHERE a = 1 OR b = 2",
           "SELECT count(DISTINCT a) FROM t",
           "SELECT DISTINCT count(DISTINCT a) FROM t",
           "SELECT a IS NOT DISTINCT FROM b FROM t",
           "SELECT rank() OVER () FROM t",
           "SELECT 1 FROM t RIGHT JOIN u ON a = b",
           "SELECT 1 FROM t FULL JOIN u ON a = b",
           "SELECT 1 FROM t NATURAL JOIN u",
           "SELECT 1 FROM t INDEXED BY i",
           "SELECT sum(a) FILTER (WHERE b) FROM t",
           "SELECT 1 FROM t WHERE a MATCH 'b'",
       }) {
    CAPTURE(text);
    CHECK_FALSE(is_plain(text));
  }
}
