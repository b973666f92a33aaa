#include "raw_deployments.hpp"

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <thread>

#include "raw_statement.hpp"

namespace tenancy_bench {
namespace {

constexpr std::string_view columns = "id, project_name, status, url, created_at, updated_at";

std::string select(std::string_view predicate) {
  return "SELECT " + std::string{columns} + " FROM deployments WHERE tenant_id = ?1 " +
         std::string{predicate};
}

void read(const RawUse& use, Deployment& row) {
  use.text(0, row.id);
  use.text(1, row.project_name);
  use.text(2, row.status);
  if (!use.is_null(3)) {
    use.text(3, row.url.emplace());
  }
  row.created_at = tenancy::Timestamp::from_microseconds(use.number(4));
  row.updated_at = tenancy::Timestamp::from_microseconds(use.number(5));
}

/// Reads one row more than the page holds, to learn whether more follow, as a repository does.
RawPage read_page(RawUse& use, std::int64_t limit) {
  RawPage page;
  page.items.reserve(static_cast<std::size_t>(limit));
  while (use.step()) {
    if (static_cast<std::int64_t>(page.items.size()) == limit) {
      page.next = page.items.back().id;
      break;
    }
    read(use, page.items.emplace_back());
  }
  return page;
}

}  // namespace

RawDeployments::RawDeployments(const std::filesystem::path& file)
    : connection_{open(file)},
      begin_{prepare("BEGIN")},
      begin_write_{prepare("BEGIN IMMEDIATE")},
      commit_{prepare("COMMIT")},
      roll_back_{prepare("ROLLBACK")},
      find_{prepare(select("AND id = ?2"))},
      page_after_{prepare(select("AND id < ?3 ORDER BY id DESC LIMIT ?2"))},
      page_{prepare(select("ORDER BY id DESC LIMIT ?2 OFFSET ?3"))},
      count_{prepare("SELECT count(*) FROM deployments WHERE tenant_id = ?1")},
      insert_{prepare("INSERT INTO deployments (tenant_id, " + std::string{columns} +
                      ") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")},
      update_{prepare("UPDATE deployments SET project_name = ?3, status = ?4, url = ?5, "
                      "updated_at = ?6 WHERE tenant_id = ?1 AND id = ?2")},
      erase_{prepare("DELETE FROM deployments WHERE tenant_id = ?1 AND id = ?2")},
      all_{prepare(select("ORDER BY id"))} {}

RawDeployments::Connection RawDeployments::open(const std::filesystem::path& file) {
  sqlite3* raw = nullptr;
  const int code =
      sqlite3_open_v2(file.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  Connection connection{raw};
  if (code != SQLITE_OK ||
      sqlite3_busy_timeout(raw, static_cast<int>(busy_timeout.count())) != SQLITE_OK ||
      sqlite3_exec(raw,
                   "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; "
                   "PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY",
                   nullptr, nullptr, nullptr) != SQLITE_OK) {
    std::cerr << "sqlite3: " << sqlite3_errmsg(raw) << '\n';
    std::exit(EXIT_FAILURE);
  }
  return connection;
}

RawStatement RawDeployments::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(connection_.get(), sql.data(), static_cast<int>(sql.size()),
                         SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK) {
    std::cerr << "sqlite3: " << sqlite3_errmsg(connection_.get()) << '\n';
    std::exit(EXIT_FAILURE);
  }
  return RawStatement{statement};
}

void RawDeployments::run(sqlite3_stmt& statement) { RawUse{&statement}.step(); }

void RawDeployments::begin_write() { expect_sqlite(try_begin_write(), begin_write_.get()); }

bool RawDeployments::try_begin_write() {
  const int code = sqlite3_step(begin_write_.get());
  sqlite3_reset(begin_write_.get());
  expect_sqlite(code == SQLITE_DONE || code == SQLITE_BUSY, begin_write_.get());
  return code == SQLITE_DONE;
}

std::optional<Deployment> RawDeployments::find(std::int64_t tenant, std::string_view id) {
  RawUse use{find_.get()};
  use.bind_number(1, tenant);
  use.bind_text(2, id);
  std::optional<Deployment> row;
  if (use.step()) {
    read(use, row.emplace());
  }
  return row;
}

RawPage RawDeployments::page_after(std::int64_t tenant, std::string_view last, std::int64_t limit) {
  RawUse use{page_after_.get()};
  use.bind_number(1, tenant);
  use.bind_number(2, limit + 1);
  use.bind_text(3, last);
  return read_page(use, limit);
}

RawPage RawDeployments::page(std::int64_t tenant, std::int64_t number, std::int64_t limit) {
  RawUse count{count_.get()};
  count.bind_number(1, tenant);
  count.step();
  RawUse use{page_.get()};
  use.bind_number(1, tenant);
  use.bind_number(2, limit + 1);
  use.bind_number(3, (number - 1) * limit);
  RawPage page = read_page(use, limit);
  page.total = count.number(0);
  return page;
}

void RawDeployments::insert(std::int64_t tenant, Deployment& row) {
  row.created_at = time_of_write();
  row.updated_at = row.created_at;
  RawUse use{insert_.get()};
  use.bind_number(1, tenant);
  use.bind_text(2, row.id);
  use.bind_text(3, row.project_name);
  use.bind_text(4, row.status);
  use.bind_optional(5, row.url);
  use.bind_number(6, row.created_at.microseconds());
  use.bind_number(7, row.updated_at.microseconds());
  use.step();
}

bool RawDeployments::update(std::int64_t tenant, Deployment& row) {
  row.updated_at = time_of_write();
  RawUse use{update_.get()};
  use.bind_number(1, tenant);
  use.bind_text(2, row.id);
  use.bind_text(3, row.project_name);
  use.bind_text(4, row.status);
  use.bind_optional(5, row.url);
  use.bind_number(6, row.updated_at.microseconds());
  use.step();
  return sqlite3_changes64(connection_.get()) == 1;
}

bool RawDeployments::erase(std::int64_t tenant, std::string_view id) {
  RawUse use{erase_.get()};
  use.bind_number(1, tenant);
  use.bind_text(2, id);
  use.step();
  return sqlite3_changes64(connection_.get()) == 1;
}

void RawDeployments::checkpoint() {
  const RawStatement statement = prepare("PRAGMA wal_checkpoint(TRUNCATE)");
  // The library may just be moving the log itself, on a thread of its own.
  constexpr int tries = 500;
  for (int i = 0; i < tries; ++i) {
    RawUse use{statement.get()};
    if (use.step() && use.number(0) == 0) {
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
  std::cerr << "The log cannot be moved into the file.\n";
  std::exit(EXIT_FAILURE);
}

}  // namespace tenancy_bench
