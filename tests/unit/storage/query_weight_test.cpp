#include "storage/sqlite/query_weight.hpp"

#include <cstdint>
#include <limits>
#include <string>

#include <doctest/doctest.h>

using tenancy::detail::sqlite::max_query_weight;
using tenancy::detail::sqlite::query_weight;

namespace {

std::uint64_t weight_of(const std::string& sql) { return query_weight(sql).value(); }

bool is_too_heavy(const std::string& sql) {
  CAPTURE(sql);
  return weight_of(sql) > max_query_weight;
}

std::string repeated(const std::string& text, const std::string& between, int times) {
  std::string all = text;
  for (int i = 1; i < times; ++i) {
    all += between + text;
  }
  return all;
}

/// A chain of common table expressions, each made from the one before.
std::string chain(const std::string& first, const std::string& next, int length) {
  std::string sql = "WITH a0 AS (" + first + ")";
  for (int i = 1; i < length; ++i) {
    std::string body = next;
    for (std::size_t at = body.find('@'); at != std::string::npos; at = body.find('@')) {
      body.replace(at, 1, "a" + std::to_string(i - 1));
    }
    sql += ", a" + std::to_string(i) + " AS (" + body + ")";
  }
  return sql + " SELECT * FROM a" + std::to_string(length - 1);
}

}  // namespace

TEST_CASE("what people ask for is light") {
  for (const std::string& sql : {
           std::string{"SELECT id, title FROM notes WHERE stars > ? AND title LIKE ? ORDER BY 1"},
           std::string{
               "SELECT * FROM a JOIN b ON a.id = b.id JOIN c ON b.id = c.id WHERE a.id = 1"},
           "SELECT 1 WHERE 1 IN (" + repeated("7", ",", 4'000) + ")",
           "SELECT CASE " + repeated("WHEN status = 1 THEN 'x'", " ", 400) + " END AS s FROM t",
           "VALUES " + repeated("(1, 'x', 0)", ",", 1'000),
           "SELECT * FROM t WHERE " + repeated("(a = 1 AND b = 'x')", " OR ", 300),
           chain("SELECT id, sum(x) AS s, count(*) AS n FROM t GROUP BY id",
                 "SELECT id, s + n AS s, n FROM @ WHERE s > 1 AND n > 2 ORDER BY s", 6),
           "SELECT " + repeated("(SELECT max(x) FROM t WHERE t.id = o.id)", ",", 40) + " FROM o",
           std::string{
               "SELECT total, n FROM (SELECT a, sum(b) AS total, count(*) AS n FROM (SELECT "
               "a, b FROM t WHERE c > 1 UNION ALL SELECT a, b FROM u) GROUP BY a) WHERE n > "
               "3 AND total > n ORDER BY total DESC, n LIMIT 10"},
           "SELECT 1 " + repeated("UNION ALL SELECT 1", " ", 49),
           std::string{
               "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9) "
               "SELECT i FROM n"},
           std::string{},
           std::string{")"},
       }) {
    CHECK_FALSE(is_too_heavy(sql));
  }
}

TEST_CASE("what doubles again and again is heavy") {
  for (const std::string& sql : {
           chain("SELECT 1 AS x", "SELECT 1 AS x FROM @ p, @ q", 16),
           chain("SELECT 1 AS x", "SELECT 1 AS x FROM @ p JOIN @ q", 16),
           chain("SELECT 1 AS x", "SELECT (SELECT x FROM @) + (SELECT x FROM @) AS x", 16),
           chain("SELECT 1 AS x", "SELECT x FROM t WHERE x IN @ OR x IN @", 16),
           chain("SELECT 1 AS x", "SELECT * FROM (@) CROSS JOIN (@ AS z)", 16),
           chain("SELECT abs(y) AS x FROM t", "SELECT x + x AS x FROM @", 18),
           chain("SELECT abs(y) AS x FROM t", "SELECT \"x\" + [X] AS x FROM @", 18),
           chain("SELECT abs(y) AS x FROM t", "SELECT *, * FROM @", 18),
           chain("SELECT abs(y) AS x FROM t", "SELECT (SELECT x + x) AS x FROM @", 18),
           chain("SELECT abs(y) AS x FROM t",
                 "SELECT (SELECT z FROM (SELECT x + x AS z)) AS x FROM @", 18),
           chain("SELECT abs(y) AS x FROM t", "SELECT x FROM @ UNION ALL SELECT x FROM @", 16),
           "SELECT " + repeated("x", "+", 90) + " AS x FROM (SELECT " + repeated("x", "+", 90) +
               " AS x FROM (SELECT " + repeated("x", "+", 90) +
               " AS x FROM (SELECT y AS x FROM t)))",
           "SELECT " + repeated("abs(y)", "+", 400) + " AS x FROM t ORDER BY " +
               repeated("x", ",", 100),
           "SELECT " + repeated("abs(y)", "+", 400) + " AS x FROM t ORDER BY " +
               repeated("1", ",", 100),
           "WITH a(x) AS NOT MATERIALIZED (" + chain("SELECT 1", "SELECT 1 FROM @, @", 16) +
               ") SELECT 1 FROM a",
       }) {
    CHECK(is_too_heavy(sql));
  }
}

TEST_CASE("a chain that is too long to count is as heavy as can be") {
  CHECK(weight_of(chain("SELECT 1 AS x", "SELECT 1 AS x FROM @ p, @ q, @ r, @ s", 200)) ==
        std::numeric_limits<std::uint64_t>::max());
}

TEST_CASE("what names itself is counted once") {
  CHECK(weight_of("WITH a AS (SELECT 1 FROM a, a) SELECT 1 FROM a") < 100);
  CHECK(weight_of("WITH a AS (SELECT 1 FROM b), b AS (SELECT 1 FROM a) SELECT 1 FROM a, b") < 100);
}

TEST_CASE("parentheses stand in each other only so deeply") {
  const auto nested = [](std::size_t depth) {
    return "SELECT " + std::string(depth, '(') + "1" + std::string(depth, ')');
  };
  CHECK(query_weight(nested(200)).has_value());
  CHECK_FALSE(query_weight(nested(201)).has_value());
  CHECK_FALSE(query_weight(nested(100'000)).has_value());
}
