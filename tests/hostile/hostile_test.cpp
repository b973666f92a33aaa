// Statements that try to reach beyond their tenant. Each is refused, or answered exactly as in a
// store that holds the tenant's rows alone.

#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "hostile/corpus.hpp"
#include "hostile/hostile_world.hpp"

namespace {

using namespace tenancy_test;
using tenancy::errc;

/// Names that a statement may not hold, since finding them in its outcome is what betrays a leak.
bool names_a_tenant(const std::string& text) {
  return text.find("acme") != std::string::npos || text.find("globex") != std::string::npos ||
         text.find("initech") != std::string::npos;
}

void check_statement(const HostileWorld& world, const HostileStatement& statement,
                     std::string_view tenant) {
  const auto pooled = world.ask_pooled(tenant, statement.text);
  INFO(statement.file, ":", statement.line, " as ", tenant, ": ", statement.expectation, "\n",
       statement.text, "\npooled: ", described(pooled));
  CHECK(world.leak(tenant, pooled) == "");
  const auto alone = world.ask_alone(tenant, statement.text);
  INFO("alone: ", described(alone));
  CHECK(pooled.code == alone.code);
  if (statement.is_of_other_dialect) {
    CHECK(pooled == alone);
    return;
  }
  if (!statement.code) {
    // Failing is an answer, too, when it fails alone in the same way; but not everything may.
    CHECK((!pooled.code || pooled.code == errc::invalid_query));
    CHECK(pooled == alone);
    return;
  }
  CHECK(pooled.code == statement.code);
  CHECK(pooled.subject == (statement.subject.empty() ? pooled.subject : statement.subject));
}

/// On PostgreSQL those that are written for SQLite mean little, and tell nothing all the same.
std::vector<HostileStatement> all_statements() {
  auto statements = read_corpus(TENANCY_HOSTILE_CORPUS);
  if (!is_on_postgres()) {
    return statements;
  }
  for (HostileStatement& statement : statements) {
    statement.expectation = "told as it is where the tenant is alone";
    statement.is_of_other_dialect = true;
  }
  for (HostileStatement& statement :
       read_corpus(TENANCY_HOSTILE_CORPUS, CorpusDialect::postgresql)) {
    statements.push_back(std::move(statement));
  }
  return statements;
}

}  // namespace

TEST_CASE("no statement of the hostile corpus reaches beyond its tenant") {
  const HostileWorld world;
  const auto statements = all_statements();
  CHECK(statements.size() >= 300);
  const auto control = "SELECT id, title, worth FROM notes ORDER BY id";
  for (const HostileStatement& statement : statements) {
    REQUIRE_FALSE(names_a_tenant(statement.text));
    check_statement(world, statement, "acme");
    // On the same connection, whatever the statement did to it.
    check_statement(world, statement, "globex");
    INFO(statement.file, ":", statement.line, " has left something behind");
    CHECK(world.ask_pooled("acme", control) == world.ask_alone("acme", control));
    CHECK(world.ask_pooled("globex", control) == world.ask_alone("globex", control));
  }
}

TEST_CASE("the canaries of the hostile corpus are seen when they leak") {
  const HostileWorld world;
  // What globex may see is what acme must not.
  for (const auto* const column : {"title", "worth", "body", "data"}) {
    const auto own = world.ask_pooled("globex", std::string{"SELECT "} + column + " FROM notes");
    REQUIRE_FALSE(own.code);
    CHECK(world.leak("globex", own) == "");
    CHECK(world.leak("acme", own) != "");
  }
  CHECK(world.leak("acme", {{}, {}, "no such table: s0123456789abcdefghjkmnpqrs.notes"}) != "");
}
