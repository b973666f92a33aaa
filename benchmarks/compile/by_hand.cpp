// The work of through_library.cpp by hand.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>
#include <nlohmann/json.hpp>

namespace tenancy_bench::compiled_by_hand {

// [entity
struct Deployment {
  std::string id = {};
  std::string project_name = {};
  std::string status = {};
  std::optional<std::string> url = {};
  std::int64_t created_at = 0;
  std::int64_t updated_at = 0;
};

void read(SQLite::Statement& statement, Deployment& row) {
  row.id = statement.getColumn(0).getString();
  row.project_name = statement.getColumn(1).getString();
  row.status = statement.getColumn(2).getString();
  if (const SQLite::Column url = statement.getColumn(3); !url.isNull()) {
    row.url = url.getString();
  }
  row.created_at = statement.getColumn(4).getInt64();
  row.updated_at = statement.getColumn(5).getInt64();
}

std::size_t use(SQLite::Database& database, std::int64_t tenant, const Deployment& row) {
  SQLite::Transaction transaction{database, SQLite::TransactionBehavior::IMMEDIATE};

  SQLite::Statement insert{
      database,
      "INSERT INTO deployments (tenant_id, id, project_name, status, url, created_at, updated_at) "
      "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"};
  insert.bind(1, tenant);
  insert.bind(2, row.id);
  insert.bind(3, row.project_name);
  insert.bind(4, row.status);
  if (row.url) {
    insert.bind(5, *row.url);
  }
  insert.bind(6, row.created_at);
  insert.bind(7, row.updated_at);
  insert.exec();

  SQLite::Statement find{database,
                         "SELECT id, project_name, status, url, created_at, updated_at "
                         "FROM deployments WHERE tenant_id = ?1 AND id = ?2"};
  find.bind(1, tenant);
  find.bind(2, row.id);
  std::optional<Deployment> found;
  if (find.executeStep()) {
    read(find, found.emplace());
  }

  SQLite::Statement list{database,
                         "SELECT id, project_name, status, url, created_at, updated_at "
                         "FROM deployments WHERE tenant_id = ?1 ORDER BY id DESC LIMIT 50"};
  list.bind(1, tenant);
  std::vector<Deployment> page;
  while (list.executeStep()) {
    read(list, page.emplace_back());
  }

  transaction.commit();
  return page.size() + (found ? 1 : 0);
}
// entity]

}  // namespace tenancy_bench::compiled_by_hand
