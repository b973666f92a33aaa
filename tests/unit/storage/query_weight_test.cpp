#include "storage/sqlite/query_weight.hpp"

#include <cstdint>
#include <limits>
#include <string>

#include <doctest/doctest.h>

using tenancy::detail::sql_tokens;
using tenancy::detail::sqlite::max_query_weight;
using tenancy::detail::sqlite::query_weight;

namespace {

std::uint64_t weight_of(const std::string& sql) { return query_weight(sql_tokens(sql)).value(); }

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

/// A text in itself, again and again: `next` has a `@` where the one before stands.
std::string nested(const std::string& first, const std::string& next, int levels) {
  std::string sql = first;
  for (int i = 0; i < levels; ++i) {
    std::string outer = next;
    outer.replace(outer.find('@'), 1, sql);
    sql = outer;
  }
  return sql;
}

/// So many tables, and so many conditions on two columns of each.
std::string joined(int tables, int conditions) {
  const auto table = [&](int number) { return "t" + std::to_string(number % tables); };
  std::string sql = "SELECT 1 FROM items t0";
  for (int i = 1; i < tables; ++i) {
    sql += ", items " + table(i);
  }
  for (int i = 0; i < conditions; ++i) {
    sql += (i == 0 ? " WHERE (" : " AND (") + table(i) + ".grp, " + table(i) + ".id) = (" +
           table(i + 3) + ".grp, " + table(i + 3 + i / tables) + ".id)";
  }
  return sql;
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

TEST_CASE("what large reports ask for is light") {
  std::string monthly =
      "WITH base AS (SELECT id, customer, amount, status FROM orders WHERE at > ?)";
  std::string columns;
  std::string joins;
  for (int i = 0; i < 11; ++i) {
    const std::string n = std::to_string(i);
    monthly += ", c" + n + " AS (SELECT b.customer, count(*) AS n" + n + ", sum(b.amount) AS s" +
               n + ", avg(CASE WHEN b.status = 'open' THEN b.amount ELSE 0 END) AS a" + n +
               " FROM base b LEFT JOIN customers c ON c.id = b.customer WHERE b.amount > " + n +
               " GROUP BY b.customer)";
    columns += ", c" + n + ".n" + n + ", c" + n + ".s" + n + ", c" + n + ".a" + n;
    joins += " LEFT JOIN c" + n + " ON c" + n + ".customer = c.id";
  }
  for (const std::string& sql : {
           monthly + " SELECT c.name" + columns + " FROM customers c" + joins + " ORDER BY c.name",
           std::string{
               "SELECT o.id, c.name, p.title, sum(l.qty * l.price) AS total FROM orders o "
               "JOIN customers c ON c.id = o.customer JOIN lines l ON l.orders = o.id "
               "JOIN products p ON p.id = l.product LEFT JOIN kinds k ON k.id = p.kind "
               "LEFT JOIN makers m ON m.id = p.maker LEFT JOIN invoices i ON i.orders = o.id "
               "LEFT JOIN payments y ON y.invoice = i.id LEFT JOIN ways w ON w.orders = o.id "
               "LEFT JOIN places a ON a.id = w.place WHERE o.at > ? AND c.country = ? AND "
               "p.active = 1 GROUP BY o.id, c.name, p.title HAVING total > 9 ORDER BY total DESC"},
           "SELECT id, " + repeated("sum(a) OVER (PARTITION BY b ORDER BY c DESC)", ", ", 20) +
               " FROM t ORDER BY id",
           "SELECT id, " + repeated("sum(a) OVER w", ", ", 20) +
               " FROM t WINDOW w AS (PARTITION BY b ORDER BY c)",
           repeated("SELECT 'a' AS kind, count(*) AS n FROM t JOIN u ON u.id = t.u WHERE t.x = 1",
                    " UNION ALL ", 20) +
               " ORDER BY 1, 2 DESC",
           "SELECT m.name, count(o.id) FROM (VALUES " + repeated("(1, 'may')", ", ", 12) +
               ") AS m LEFT JOIN orders o ON o.month = m.column1 GROUP BY m.column1 ORDER BY 1",
           chain("SELECT id, at, amount FROM t",
                 "SELECT id, at, amount FROM @ WHERE amount > 1 AND at < 5", 12),
           chain("SELECT id, at, amount FROM t",
                 "SELECT id, max(at) AS at, sum(amount) AS amount FROM @ GROUP BY id", 12),
       }) {
    CHECK_FALSE(is_too_heavy(sql));
  }
}

TEST_CASE("windows are copied to where they are named") {
  const auto uses = [](const std::string& use) {
    return "(SELECT max(" + repeated("count() OVER " + use, ", ", 8) + ") ";
  };
  for (const std::string& sql : {
           nested("1", uses("w") + "WINDOW w AS (PARTITION BY @))", 5),
           nested("1", uses("\"w\"") + "WINDOW [W] AS (ORDER BY @))", 5),
           nested("1", uses("(w)") + "WINDOW w AS (PARTITION BY @))", 5),
           nested("1",
                  "(SELECT count() OVER h WINDOW a AS (PARTITION BY @), b AS (a), c AS (b), d AS "
                  "(c), e AS (d), f AS (e), g AS (f), h AS (g))",
                  6),
       }) {
    CHECK(is_too_heavy("SELECT " + sql));
  }
  CHECK_FALSE(is_too_heavy("SELECT " + nested("1", uses("w") + "WINDOW w AS (ORDER BY @))", 1)));
}

TEST_CASE("a column by number is the same however it is spelt") {
  CHECK(
      is_too_heavy("SELECT " + nested("1", "(SELECT @ ORDER BY 1, 01, 001, 0001, 0x1, 0x01)", 8)));
  CHECK(is_too_heavy("SELECT " +
                     nested("1", "(SELECT @ FROM t GROUP BY 1, 01, 001, 0001, 0x1, 0x01)", 8)));
  CHECK(weight_of("SELECT a, b, c FROM t WHERE a IN (1, 1, 1, 1, 1, 1, 1, 1) ORDER BY 1") ==
        weight_of("SELECT a, b, c FROM t WHERE a IN (1, 2, 3, 4, 5, 6, 7, 8) ORDER BY 1"));
}

TEST_CASE("words that may be names divide no query") {
  for (const std::string name : {"by", "window", "partition", "over", "with", "recursive", "like",
                                 "rows", "materialized", "cast", "cross"}) {
    CHECK(is_too_heavy(chain("SELECT 1 AS x", "SELECT 1 AS x FROM @ AS " + name + ", @ p", 16)));
    CHECK(is_too_heavy(chain("SELECT abs(y) AS " + name + " FROM t",
                             "SELECT (" + name + ") + (" + name + ") AS " + name + " FROM @", 18)));
  }
  CHECK(is_too_heavy(chain("SELECT 1 AS x", "SELECT 1 AS x FROM @ by, @ p", 16)));
  CHECK(
      is_too_heavy(chain("SELECT 1 AS x", "SELECT 1 AS x FROM @ q JOIN @ r ON q.by = 1, @ p", 14)));
}

TEST_CASE("blanks and parameters are those of SQLite") {
  const std::string next = "SELECT 1 AS x FROM @ p, @ q";
  CHECK(is_too_heavy(chain("\xEF\xBB\xBFSELECT 1 AS x",
                           "\xEF\xBB\xBFSELECT 1 AS x FROM @ p, \xEF\xBB\xBF\xEF\xBB\xBF@ q", 16)));
  CHECK(is_too_heavy(chain("SELECT 1 AS x",
                           "SELECT 1 AS x FROM \xEF\xBB\xBF@ p, \xEF\xBB\xBF@ q GROUP BY 1", 16)));
  for (const std::string parameter :
       {"$a(')", "$a::b(\")", ":a([)", "#a(`)", "$a(/*)", "$a(--)", "$a(()", ":c", "$d"}) {
    CHECK(is_too_heavy(chain("SELECT 1 AS x, " + parameter, next, 16)));
  }
  // One of SQLite's has a name, and one that a space ends is malformed.
  CHECK(is_too_heavy(chain("SELECT 1 AS x, $a( ')'", next, 16)));
  CHECK(is_too_heavy(chain("SELECT 1 AS x, $(')')", next, 16)));
}

// To SQLite what stands right behind one is the next token; behind other numbers it is no number.
TEST_CASE("a hexadecimal number ends where its digits do") {
  const auto joins = [](const std::string& number) {
    return "SELECT count(*) FROM a JOIN b ON " +
           repeated(number + "JOIN c ON c.x = a.x AND c.y = a.y AND a.z > ", "", 40) + "0";
  };
  REQUIRE(is_too_heavy(joins("1 ")));
  CHECK(is_too_heavy(joins("0x1")));
  CHECK(is_too_heavy(joins("0XaF9")));
}

TEST_CASE("FROM is none behind DISTINCT") {
  CHECK(is_too_heavy(chain("SELECT abs(y) AS x, 1 AS y FROM t",
                           "SELECT 1 IS DISTINCT FROM y AS y, x + x + x AS x FROM @", 13)));
  CHECK(is_too_heavy(chain("SELECT abs(y) AS x FROM t",
                           "SELECT (1 IS NOT DISTINCT FROM 2) + x + x AS x FROM @", 18)));
  CHECK(is_too_heavy(chain("SELECT abs(y) AS x, 1 AS y FROM t",
                           "SELECT 1 IS DISTINCT FROM y AS y, x + x + x + x + x + x AS x FROM @",
                           8)));
}

TEST_CASE("what is replaced within what is replaced counts as often") {
  // By an alias, whose expression has columns of a subquery in it.
  CHECK(is_too_heavy("SELECT max(" + repeated("x", ", ", 90) + ") AS y FROM (SELECT max(" +
                     repeated("v + 1", ", ", 90) + ") AS x FROM t) ORDER BY " +
                     repeated("+y", ", ", 60)));
  // All columns, besides those that are named.
  std::string sums = "SELECT abs(v) AS a0 FROM t";
  for (int i = 1; i < 16; ++i) {
    std::string sum = "a0";
    for (int j = 1; j < i; ++j) {
      sum += " + a" + std::to_string(j);
    }
    sums = "SELECT *, " + sum + " AS a" + std::to_string(i) + " FROM (" + sums + ")";
  }
  CHECK(is_too_heavy(sums));
  // A column that a subquery of a subquery names.
  const auto sum_of = [](const std::string& name) { return repeated(name, " + ", 6); };
  CHECK(is_too_heavy(chain("SELECT abs(v) AS x FROM t",
                           "SELECT (SELECT " + sum_of("z") + " FROM (SELECT " + sum_of("y") +
                               " AS z FROM (SELECT " + sum_of("x") + " AS y))) AS x FROM @",
                           4)));
}

TEST_CASE("a condition is put into all terms and rows") {
  const auto rows_under = [](const std::string& condition, int rows) {
    return "SELECT 1 FROM (VALUES " + repeated("(1)", ", ", rows) + ") WHERE " +
           repeated(condition, " AND ", 80);
  };
  CHECK(is_too_heavy(rows_under("column1 <> 1", 1'000)));
  CHECK(is_too_heavy(rows_under("1 <> 2", 1'000)));
  CHECK_FALSE(is_too_heavy(rows_under("column1 <> 1", 12)));
  CHECK_FALSE(is_too_heavy("SELECT m.column2, count(*) FROM (VALUES " +
                           repeated("(1, 'may')", ", ", 100) +
                           ") AS m JOIN t ON t.month = m.column1 WHERE t.x = 1 GROUP BY 1"));
  const std::string terms = "(" + repeated("SELECT id, v FROM t", " UNION ALL ", 40) + ")";
  CHECK(is_too_heavy("SELECT 1 FROM " + terms + " a, " + terms + " b WHERE a.id = b.id"));
}

TEST_CASE("many tables under many conditions are heavy") {
  CHECK(is_too_heavy(joined(60, 100)));
  CHECK(is_too_heavy(joined(40, 60)));
  CHECK(is_too_heavy(joined(20, 60)));
  CHECK_FALSE(is_too_heavy(joined(10, 20)));
  CHECK_FALSE(is_too_heavy(joined(16, 16)));
  CHECK_FALSE(is_too_heavy(joined(4, 60)));
  CHECK(is_too_heavy(joined(1, 700)));
  // In subqueries, whose tables are joined with the others; but for those that are grouped.
  const std::string six = "(SELECT t0.id FROM " + joined(6, 8).substr(14);
  const auto four = [](const std::string& source) {
    return "SELECT 1 FROM " + source + ") a, " + source + ") b, " + source + ") c, " + source +
           ") d";
  };
  CHECK(is_too_heavy(four(six)));
  CHECK_FALSE(is_too_heavy(four(six + " GROUP BY t0.id")));
  // Of several SELECTs the last one alone is grouped.
  const std::string both = six + " UNION ALL " + six.substr(1) + " GROUP BY t0.id)";
  CHECK(is_too_heavy("SELECT 1 FROM " + both + " a, " + both + " b"));
  // In a column, which is a condition wherever it is named.
  const std::string eight = joined(8, 8);
  const std::string conditions = eight.substr(eight.find("WHERE") + 6);
  const std::string tables = eight.substr(9, eight.find("WHERE") - 9);
  CHECK_FALSE(is_too_heavy("SELECT " + conditions + " AS q " + tables + "WHERE q"));
  CHECK(is_too_heavy("SELECT " + conditions + " AS q " + tables + "WHERE " +
                     repeated("q", " AND ", 90)));
  CHECK(is_too_heavy("SELECT 1 FROM (SELECT " + conditions + " AS q " + tables + ") WHERE " +
                     repeated("q", " AND ", 90)));
  // To be sorted, or told apart, by many columns.
  std::string sorted = "t0.id";
  for (int i = 1; i < 32; ++i) {
    sorted += ", t" + std::to_string(i % 14) + (i < 14 ? ".id" : ".grp");
  }
  CHECK_FALSE(is_too_heavy(joined(14, 20)));
  CHECK(is_too_heavy(joined(14, 20) + " ORDER BY " + sorted));
  CHECK(is_too_heavy(joined(14, 20) + " GROUP BY " + sorted));
  CHECK(is_too_heavy("SELECT DISTINCT " + sorted + joined(14, 20).substr(8)));
  CHECK(
      is_too_heavy("SELECT count() OVER (PARTITION BY " + sorted + ")" + joined(14, 20).substr(8)));
}

TEST_CASE("a name stands for the definition that is nearest") {
  const std::string doubling = "WITH a AS (@) SELECT p.x + q.x AS x FROM a p, a q";
  CHECK(is_too_heavy(nested("SELECT 1 AS x", doubling, 14)));
  CHECK_FALSE(is_too_heavy("WITH a AS (SELECT 1 AS x FROM t), b AS (" +
                           repeated("SELECT x FROM a", " UNION ", 9) + ") SELECT a.x FROM a, b"));
}

TEST_CASE("a chain that is too long to count is as heavy as can be") {
  CHECK(weight_of(chain("SELECT 1 AS x", "SELECT 1 AS x FROM @ p, @ q, @ r, @ s", 200)) ==
        std::numeric_limits<std::uint64_t>::max());
}

TEST_CASE("what names itself is counted once") {
  CHECK(weight_of("WITH a AS (SELECT 1 FROM a, a) SELECT 1 FROM a") < 100);
  CHECK(weight_of("WITH RECURSIVE a AS (SELECT 1 UNION SELECT 1 FROM (SELECT 1 FROM a)) SELECT 1 "
                  "FROM a") < 200);
}

TEST_CASE("what names each other in a circle is as heavy as can be") {
  CHECK(is_too_heavy("WITH a AS (SELECT 1 FROM b), b AS (SELECT 1 FROM a) SELECT 1 FROM a, b"));
}

TEST_CASE("parentheses stand in each other only so deeply") {
  const auto in_parentheses = [](std::size_t depth) {
    return "SELECT " + std::string(depth, '(') + "1" + std::string(depth, ')');
  };
  CHECK(query_weight(sql_tokens(in_parentheses(200))).has_value());
  CHECK_FALSE(query_weight(sql_tokens(in_parentheses(201))).has_value());
  CHECK_FALSE(query_weight(sql_tokens(in_parentheses(100'000))).has_value());
}
