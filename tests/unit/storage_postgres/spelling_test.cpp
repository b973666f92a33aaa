#include "storage/postgres/spelling.hpp"

#include <doctest/doctest.h>

using tenancy::detail::postgres::spell;

TEST_CASE("parameters have PostgreSQL's names, and those without a number the next one") {
  CHECK(spell("SELECT ?1, ?2, ?10").sql == "SELECT $1, $2, $10");
  CHECK(spell("VALUES (?2, ?, ?), (?1, ?)").sql == "VALUES ($2, $3, $4), ($1, $5)");
  CHECK(spell("SELECT '?1', \"?2\", ?3").sql == "SELECT '?1', \"?2\", $3");
}

TEST_CASE("the tenant is parameter 1, as it stands in the text") {
  CHECK(spell("SELECT 1 FROM t WHERE tenant_id = ?1").takes_tenant);
  CHECK_FALSE(spell("SELECT 1 FROM t WHERE a = ?2").takes_tenant);
  CHECK_FALSE(spell("SELECT 1 FROM t WHERE a = ?").takes_tenant);
  CHECK_FALSE(spell("SELECT '?1' FROM t").takes_tenant);
  CHECK_FALSE(spell("SELECT ?12 FROM t").takes_tenant);
}

TEST_CASE("what writes is told from what reads") {
  CHECK(spell("SELECT 1").reads_only);
  CHECK(spell("WITH a AS (SELECT 1) SELECT * FROM a").reads_only);
  CHECK_FALSE(spell("INSERT INTO t VALUES (1)").reads_only);
  CHECK_FALSE(spell("UPDATE t SET a = 1").reads_only);
  CHECK_FALSE(spell("DELETE FROM t").reads_only);
}

TEST_CASE("the few words that differ are spelled, and no others") {
  CHECK(spell("INSERT OR ABORT INTO t VALUES (?1)").sql == "INSERT INTO t VALUES ($1)");
  CHECK(spell("UPDATE OR ABORT t SET a = ?2").sql == "UPDATE t SET a = $2");
  CHECK(spell("a OR b").sql == "a OR b");
  CHECK(spell(R"(SELECT 1 WHERE "a" LIKE ?2 ESCAPE '\')").sql ==
        R"(SELECT 1 WHERE "a" COLLATE "C" ILIKE $2 ESCAPE '\')");
  CHECK(spell("\"a\" >= ?2 COLLATE BINARY").sql == "\"a\" >= $2 COLLATE \"C\"");
  CHECK(spell("CAST(?2 AS BLOB)").sql == "CAST($2 AS BYTEA)");
  CHECK(spell("(\"a\", \"b\") IN (VALUES (?2, ?), (?4, ?))").sql ==
        "(\"a\", \"b\") IN ( ($2, $3), ($4, $5))");
  CHECK(spell("SELECT * FROM (VALUES (?2))").sql == "SELECT * FROM (VALUES ($2))");
  CHECK(spell("SELECT total(\"w\") FROM t").sql == "SELECT coalesce(sum(\"w\"), 0::float8) FROM t");
  CHECK(spell("SELECT \"like\", 'LIKE' FROM \"total\"").sql ==
        "SELECT \"like\", 'LIKE' FROM \"total\"");
}
