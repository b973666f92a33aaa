// What docs/scoped-sql.md shows.

#include <sstream>
#include <string>

#include <doctest/doctest.h>

#include "tenancy/data/scoped_sql.hpp"

#include "support/must.hpp"
#include "support/test_store.hpp"

using tenancy_test::must;
using tenancy_test::TestStore;

TEST_CASE("the guide's query counts a tenant's open todos") {
  const TestStore fixture{
      {},
      {{1, "projects",
        "CREATE TABLE projects (tenant_id INTEGER NOT NULL REFERENCES tenancy_tenants, "
        "id TEXT NOT NULL, name TEXT NOT NULL, PRIMARY KEY (tenant_id, id)) STRICT, WITHOUT ROWID;"
        "CREATE TABLE todos (tenant_id INTEGER NOT NULL REFERENCES tenancy_tenants, "
        "id TEXT NOT NULL, project_id TEXT NOT NULL, done INTEGER NOT NULL, "
        "PRIMARY KEY (tenant_id, id)) STRICT, WITHOUT ROWID"}}};
  const auto acme_id = std::to_string(fixture.acme.id.value());
  const auto globex_id = std::to_string(fixture.globex.id.value());
  for (const auto& id : {acme_id, globex_id}) {
    fixture.run_raw("INSERT INTO projects VALUES (" + id + ", 'a', 'Web site of " +
                    (id == acme_id ? "acme" : "globex") + "')");
    fixture.run_raw("INSERT INTO todos VALUES (" + id + ", '1', 'a', 0), (" + id +
                    ", '2', 'a', 1)");
  }
  const auto store = fixture.store;
  const auto acme = fixture.enter(fixture.acme);
  std::ostringstream report;

  const auto run = [&]() -> tenancy::Result<void> {
    tenancy::ScopedSql sql{store, acme};
    BOOST_OUTCOME_TRY(const auto table,
                      sql.query("SELECT p.name, count(t.id) AS open FROM projects p "
                                "LEFT JOIN todos t ON t.project_id = p.id AND t.done = 0 "
                                "WHERE p.name LIKE ? GROUP BY p.id ORDER BY open DESC",
                                {"%site%"}));
    for (const auto& row : table.rows) {
      report << row[0].text().value_or("?") << ": " << row[1].int64().value_or(0) << '\n';
    }
    return tenancy::success();
  };
  must(run());
  CHECK(report.str() == "Web site of acme: 1\n");
}
