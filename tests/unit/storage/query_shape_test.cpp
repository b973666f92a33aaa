#include "storage/sqlite/query_shape.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

using tenancy::detail::sql_tokens;
using tenancy::detail::sqlite::query_shapes;
using tenancy::detail::sqlite::QueryShape;

namespace {

using Tables = std::vector<std::string>;

std::vector<QueryShape> shapes(std::string_view sql) { return query_shapes(sql_tokens(sql), 200); }

/// Of the text's own query.
QueryShape shape(std::string_view sql) { return shapes(sql).front(); }

/// How many names stand in its first SELECT.
std::uint64_t names(std::string_view sql) { return shape(sql).terms.at(0).names; }

Tables tables(std::string_view sql) { return shape(sql).terms.at(0).tables; }

}  // namespace

TEST_CASE("a query selects from what stands behind FROM, JOIN and commas") {
  CHECK(tables("SELECT x FROM a JOIN B ON a.x = b.x, \"C\" AS d") == Tables{"a", "b", "c"});
  CHECK(tables("SELECT x FROM a, (b, c JOIN d) WHERE x IN (e, f)") == Tables{"a", "b", "c", "d"});
  CHECK(tables("SELECT x FROM a JOIN b ON a.x IS DISTINCT FROM y") == Tables{"a", "b"});
  CHECK(tables("SELECT x FROM main.a") == Tables{""});
  CHECK(shape("SELECT x FROM a WHERE x IN b AND y IN (c)").rest.tables == Tables{"b"});
}

TEST_CASE("common table expressions are found by their names") {
  for (const std::string_view definition :
       {"a AS (SELECT 1)", "\"A\" AS (SELECT 1)", "a(x, y) AS (SELECT 1, 2)",
        "a AS MATERIALIZED (SELECT 1)", "a AS NOT MATERIALIZED (SELECT 1)",
        "a(x) AS NOT MATERIALIZED (VALUES (1))"}) {
    CAPTURE(definition);
    const auto query = shape("WITH " + std::string{definition} + " SELECT x FROM a");
    CHECK(query.definitions.size() == 1);
    CHECK(query.definitions.contains("a"));
  }
  CHECK(shape(") AS (SELECT 1)").definitions.empty());
  CHECK(shape("AS (SELECT 1)").definitions.empty());
}

TEST_CASE("rows are those of VALUES") {
  CHECK(shape("VALUES (1)").rows == 1);
  CHECK(shape("VALUES (1, (2), (3)), (4, (5), max(6, (7)))").rows == 2);
  CHECK(shape("SELECT 1 FROM a, (b), (c)").rows == 0);
  CHECK(shape("SELECT 1 WHERE 1 IN (1, (2))").rows == 0);
}

TEST_CASE("marks that stand for all columns are counted, and those that multiply are not") {
  for (const std::string_view list : {"*", "a, *", "a.*", "DISTINCT *", "ALL *"}) {
    CAPTURE(list);
    CHECK(shape("SELECT " + std::string{list} + " FROM a").list.everything == 1);
  }
  CHECK(shape("SELECT a * b, count(*), (1) * 2 FROM c").list.everything == 0);
  // As many columns as are not known here.
  CHECK(shape("SELECT 1 FROM a NATURAL JOIN b").rest.everything == 1);
  CHECK(names("SELECT 1 FROM a NATURAL JOIN b") == names("SELECT 1 FROM a JOIN b") + 16);
}

TEST_CASE("a name is counted where a column may be meant") {
  CHECK(names("SELECT a, b + \"c\" FROM d") == 4);
  CHECK(names("SELECT :a, @a, $a, #a, ?1, 1, 0x1, 'a', x'00', ?") == 0);
  CHECK(shape("SELECT \xC3\xA4 + \xC3\xA4 FROM a").list.names.most_often() == 2);
  CHECK(shape("SELECT a + A + \"a\" + [A] FROM b").list.names.most_often() == 4);
  // Behind an expression it is an alias.
  CHECK(names("SELECT max(a) b, 1 c, ?1 d, :e f, ? i, a g, a AS h") == 3);
  CHECK(names("SELECT a WHERE b GROUP BY c ORDER BY d") == 4);
  CHECK(names("SELECT sum(a) OVER (PARTITION BY b)") == 2);
  CHECK(names("SELECT a(b), \"a\"(b)") == 2);
  // Words that may be names.
  CHECK(names("SELECT by, partition by FROM a") == 3);
  CHECK(names("SELECT 1 FROM (a by, b)") == names("SELECT 1 FROM (a c, b)"));
}

TEST_CASE("nothing stands before the first word of a text, or behind the last one") {
  CHECK(names("PARTITION BY") == 1);
  auto tokens = sql_tokens("SELECT (PARTITION BY");
  tokens.pop_back();
  CHECK(query_shapes(tokens, 200).front().terms.at(0).names == 1);
}

TEST_CASE("what a query sorts by is counted") {
  const auto sorted = [](std::string_view sql) { return shape(sql).terms.at(0).sorted; };
  CHECK(sorted("SELECT a, b FROM c") == 0);
  CHECK(sorted("SELECT a FROM c ORDER BY d, 1") == 2);
  CHECK(sorted("SELECT a FROM c GROUP BY d") == 1);
  CHECK(sorted("SELECT DISTINCT a, b FROM c") == 2);
  CHECK(sorted("SELECT count(DISTINCT a), b FROM c") == 0);
  CHECK(sorted("SELECT a IS DISTINCT FROM b, c FROM d") == 0);
}

TEST_CASE("numbers stand for columns behind ORDER BY and GROUP BY") {
  const auto most_often = [](std::string_view sql) { return shape(sql).rest.names.most_often(); };
  CHECK(most_often("SELECT a FROM b ORDER BY 1, 01, 0x1") == 3);
  CHECK(most_often("SELECT a FROM b GROUP BY 1, 2") == 2);
  CHECK(most_often("SELECT a FROM b WHERE 1 = 1") == 1);
  CHECK(most_often("SELECT a FROM b GROUP BY 1 HAVING 1 ORDER BY 1 LIMIT 1, 1") == 2);
  // In a window they are numbers.
  const auto query = shape("SELECT sum(a) OVER (ORDER BY 1, 1, 1)");
  CHECK(query.list.names.most_often() == 1);
  CHECK(query.rest.tokens == 0);
}

TEST_CASE("windows are counted by their uses, conditions by their parts") {
  CHECK(shape("SELECT 1").window_uses == 0);
  CHECK(shape("SELECT count() OVER w, sum(a) OVER (w)").window_uses == 2);
  CHECK(shape("SELECT 1 FROM a WHERE b AND c OR d").rest.junctions == 2);
}

TEST_CASE("a query stays grouped, whatever comes behind") {
  CHECK(shape("SELECT 1 FROM a GROUP BY b HAVING c ORDER BY d LIMIT 1").is_grouped);
  CHECK_FALSE(shape("SELECT 1 FROM a ORDER BY b").is_grouped);
  CHECK_FALSE(shape("SELECT 1 FROM (SELECT 1 FROM a GROUP BY b)").is_grouped);
}
