#include "storage/postgres/query_text.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "storage/postgres/query_words.hpp"
#include "support/must.hpp"

using tenancy::errc;
using tenancy::detail::postgres::read_query_text;
using tenancy_test::code_of;
using tenancy_test::must;

namespace {

const tenancy::ScopedSqlOptions options;

std::string sent(std::string_view text) { return must(read_query_text(text, options)).sql; }

}  // namespace

TEST_CASE("what is sent is made of the tokens that were looked at, and no others") {
  CHECK(sent("SELECT  id /* a /* b */ */ FROM notes -- c\n;") == "SELECT id FROM notes");
  CHECK(sent("SELECT 'a''b', E'c\\'d', $x$e$$f$x$, \"g\"\"h\"") ==
        "SELECT 'a''b' , E'c\\'d' , $x$e$$f$x$ , \"g\"\"h\"");
  CHECK(sent("SELECT a::int, b<=1.5e-3, c[1:2], -- d\n-1") ==
        "SELECT a :: int , b <= 1.5e-3 , c [ 1 : 2 ] , - 1");
}

TEST_CASE("what was sent is read as the same again") {
  for (const std::string_view text :
       {"SELECT 'a''b', E'c\\'d', $x$e$$f$x$, \"g\"\"h\"", "SELECT 1+-1, a->>'b', ARRAY[1]",
        "WITH a (b) AS (SELECT 1) SELECT b FROM a", "SELECT CAST(1 AS numeric(10, 2))"}) {
    CAPTURE(text);
    CHECK(sent(sent(text)) == sent(text));
  }
}

TEST_CASE("parameters have numbers as on SQLite, and names their places") {
  CHECK(sent("SELECT ?, ?2, ?, $1") == "SELECT $1 , $2 , $3 , $1");
  const auto named = must(read_query_text("SELECT :b, :a, :b, a::text, b=:a", options));
  CHECK(named.sql == "SELECT $1 , $2 , $1 , a :: text , b = $2");
  CHECK(named.parameters == 2);
  CHECK(named.place_of(":a") == 1U);
  CHECK(named.place_of(":b") == 0U);
  CHECK_FALSE(named.place_of("a"));
  const auto gaps = must(read_query_text("SELECT ?3", options));
  CHECK(gaps.parameters == 3);
  CHECK(gaps.used == std::vector<bool>{false, false, true});
  CHECK(sent("SELECT a ?? 'b', a ??| b, a=?, a ??&c") ==
        "SELECT a ? 'b' , a ?| b , a = $1 , a ?& c");
  CHECK(code_of(read_query_text("SELECT $0", options)) == errc::invalid_query);
  CHECK(code_of(read_query_text("SELECT $99999999999999999999", options)) == errc::invalid_query);
}

TEST_CASE("a query of every form that people write is let through") {
  for (const std::string_view text :
       {"SELECT 1",
        "(SELECT 1) UNION ALL (SELECT 2)",
        "VALUES (1, 'x'), (2, NULL)",
        "TABLE notes",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) TABLE n",
        "WITH a AS MATERIALIZED (SELECT 1), b (x, y) AS NOT MATERIALIZED (SELECT 1, 2) "
        "SELECT * FROM a, b",
        "SELECT count(*) FILTER (WHERE a > 1), sum(b) OVER (PARTITION BY c ORDER BY d ROWS "
        "BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM notes",
        "SELECT rank() OVER w, lag(a) OVER (w ROWS 1 PRECEDING) FROM notes WINDOW w AS (ORDER BY "
        "a), "
        "v AS (w)",
        "SELECT a FROM notes GROUP BY GROUPING SETS ((a), ROLLUP (b, c), CUBE (d))",
        "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY a) FROM notes",
        "SELECT EXTRACT(year FROM a), a AT TIME ZONE 'UTC', date '2020-01-01', interval '1 day'",
        "SELECT CAST(a AS double precision), a::numeric(10, 2), a::timestamp with time zone",
        "SELECT substring(a FROM 1 FOR 2), trim(both ' ' from a), position('a' IN b), "
        "overlay(a placing 'b' from 1)",
        "SELECT coalesce(a, nullif(b, 0), greatest(c, d)) FROM notes",
        "SELECT * FROM a JOIN b USING (id) LEFT JOIN LATERAL (SELECT 1) c ON (true)",
        "SELECT * FROM unnest(ARRAY[1, 2]) WITH ORDINALITY AS t (a, b)",
        "SELECT * FROM json_to_recordset('[]') AS x (a int, b numeric(10, 2), c text[])",
        "SELECT DISTINCT ON (a) a FROM notes ORDER BY a FETCH FIRST 5 ROWS WITH TIES",
        "SELECT a = ANY (ARRAY[1]), a IN (1, 2), EXISTS (SELECT 1), ROW (1, 2), NOT (a)",
        "SELECT CASE WHEN (a) THEN (b) ELSE (c) END, a LIKE 'b' ESCAPE '#', a BETWEEN (1) AND (2)",
        "SELECT n.title, s.total, \"N\".\"Id\" FROM notes n, (SELECT count(*) AS total FROM notes) "
        "s",
        "SELECT DISTINCT ON (a) max(b ORDER BY c), (d) FROM json_to_record('{}') AS max(x int, y "
        "text)",
        "SELECT count(*) FILTER (WHERE NOT a), min(a) OVER (w ORDER BY b) FROM notes WINDOW w AS "
        "(w)",
        "SELECT update_time, for_sale, \"update\", share, pgx FROM notes"}) {
    CAPTURE(text);
    const auto read = read_query_text(text, options);
    CHECK_MESSAGE(read.has_value(), read.error().message());
  }
}

TEST_CASE("a query that calls, converts to or names anything else is not let through") {
  for (const std::string_view text :
       {"SELECT set_config('a', 'b', true)",
        "SELECT ('a').ts_stat",
        "SELECT (('a').md5)",
        "SELECT $1.b",
        "SELECT a[1].b FROM notes",
        "SELECT age(x) FROM json_to_record('{}') max(x xid)",
        "SELECT age(x) FROM json_to_record('{}') over(x xid)",
        "SELECT age(x) FROM json_to_record('{}') max(y int, partition oid)",
        "SELECT DISTINCT ON (a) max(x xid)",
        "SELECT a::regclass",
        "SELECT CAST(a AS xml)",
        "SELECT xml 'a'",
        "SELECT \"pg_class\".relname FROM pg_class",
        "SELECT 1; SELECT 2",
        "SELECT 1 AS with FROM set_config('a', 'b', true) AS z",
        "SELECT z FROM generate_series(1, 1) WITH ORDINALITY AS materialized(a, b), "
        "set_config('a', 'b', true) AS z",
        "SELECT z FROM generate_series(1, 1) WITH ORDINALITY AS materialized(values, b), "
        "set_config('a', 'b', true) AS z",
        "SELECT (a, 1 AS with, set_config('a', 'b', true) AS z)",
        "EXPLAIN SELECT 1",
        "SHOW ALL",
        "LISTEN a",
        "EXECUTE p",
        "SELECT public.lower('A')",
        "SELECT 1 FROM notes FOR SHARE",
        "SELECT 1 FROM notes FOR KEY SHARE",
        "SELECT 1 FROM notes FOR NO KEY UPDATE",
        "SELECT 1 FROM notes FOR UPDATE",
        "SELECT * FROM generate_series(1, 1) WITH ORDINALITY AS materialized(values, b), "
        "set_config('a', 'b', true) AS materialized(values)",
        "SELECT * FROM json_to_record('{}') AS (range regclass)",
        "SELECT * FROM json_to_record('{}') AS (range xml)",
        "SELECT * FROM json_to_record('{}') filter(a regrole)"}) {
    CAPTURE(text);
    CHECK(code_of(read_query_text(text, options)) == errc::query_refused);
  }
}

TEST_CASE("a message holds words of the text, and no more of it than a name") {
  const auto refused = read_query_text("SELECT " + std::string(200, 'f') + "('secret')", options);
  REQUIRE(code_of(refused) == errc::query_refused);
  CHECK(refused.error().message().find("secret") == std::string::npos);
  CHECK(refused.error().message().size() < 250);
}

TEST_CASE("the lists of words are of small letters, in order and without repetition") {
  namespace postgres = tenancy::detail::postgres;
  for (const auto words :
       {postgres::query_functions(), postgres::query_keywords(), postgres::query_types(),
        postgres::refused_words(), postgres::command_words()}) {
    for (std::size_t i = 1; i < words.size(); ++i) {
      CHECK(words[i - 1] < words[i]);
    }
    CHECK(postgres::contains(words, words.front()));
    CHECK(postgres::contains(words, words.back()));
    CHECK_FALSE(postgres::contains(words, "set_config"));
  }
}
