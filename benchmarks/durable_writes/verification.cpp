#include "durable_writes/verification.hpp"

#include <memory>

#include <sqlite3.h>

#include "give_up.hpp"

namespace tenancy_bench {
namespace {

struct Close {
  void operator()(sqlite3* connection) const noexcept { sqlite3_close(connection); }
  void operator()(sqlite3_stmt* statement) const noexcept { sqlite3_finalize(statement); }
};
using Connection = std::unique_ptr<sqlite3, Close>;
using Statement = std::unique_ptr<sqlite3_stmt, Close>;

Connection open(const std::filesystem::path& file) {
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(file.c_str(), &raw, SQLITE_OPEN_READWRITE, nullptr);
  Connection connection{raw};
  if (code != SQLITE_OK) {
    give_up(std::string{"sqlite3: "} + sqlite3_errmsg(raw));
  }
  return connection;
}

Statement prepare(sqlite3* connection, const char* sql) {
  sqlite3_stmt* raw = nullptr;
  if (sqlite3_prepare_v2(connection, sql, -1, &raw, nullptr) != SQLITE_OK) {
    give_up(std::string{"sqlite3: "} + sqlite3_errmsg(connection));
  }
  return Statement{raw};
}

std::string text_of(sqlite3* connection, const char* sql) {
  const auto statement = prepare(connection, sql);
  if (sqlite3_step(statement.get()) != SQLITE_ROW) {
    give_up(std::string{"no answer to "} + sql);
  }
  return reinterpret_cast<const char*>(sqlite3_column_text(statement.get(), 0));
}

}  // namespace

FileSettings verify_rows(const std::filesystem::path& file, const RowCounts& expected) {
  const auto connection = open(file);
  if (const auto found = text_of(connection.get(), "PRAGMA quick_check"); found != "ok") {
    give_up(file.string() + " is damaged: " + found);
  }
  RowCounts found;
  const auto counts =
      prepare(connection.get(), "SELECT tenant_id, count(*) FROM deployments GROUP BY tenant_id");
  while (sqlite3_step(counts.get()) == SQLITE_ROW) {
    found[sqlite3_column_int64(counts.get(), 0)] =
        static_cast<std::uint64_t>(sqlite3_column_int64(counts.get(), 1));
  }
  for (const auto& [tenant, rows] : expected) {
    if (const std::uint64_t there = found[tenant]; there != rows) {
      give_up("a tenant has " + std::to_string(there) + " rows of " + std::to_string(rows) +
              " that were acknowledged");
    }
    found.erase(tenant);
  }
  if (!found.empty()) {
    give_up("there are rows that nobody wrote");
  }
  return {text_of(connection.get(), "PRAGMA journal_mode"),
          std::stoll(text_of(connection.get(), "PRAGMA page_size")),
          text_of(connection.get(), "SELECT sql FROM sqlite_schema WHERE name = 'deployments'")};
}

}  // namespace tenancy_bench
