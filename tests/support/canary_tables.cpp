#include "support/canary_tables.hpp"

#include <array>
#include <numeric>

namespace tenancy_test {
namespace {

constexpr int rows = 8;

/// A number that only this tenant's rows hold.
std::int64_t mark(std::string_view name) {
  constexpr std::int64_t base = 7'000'000'000'000;
  return std::accumulate(name.begin(), name.end(), base, [](std::int64_t sum, char letter) {
    return sum + std::int64_t{1'000'003} * letter;
  });
}

std::string hex_of(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string hex;
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    hex += digits[byte >> 4U];
    hex += digits[byte & 15U];
  }
  return hex;
}

std::string in_quotes(std::string_view text) { return "'" + std::string{text} + "'"; }

}  // namespace

std::vector<tenancy::Migration> canary_schema() {
  return {
      {1, "notes",
       "CREATE TABLE notes (tenant_id INTEGER NOT NULL REFERENCES tenancy_tenants, "
       "id TEXT NOT NULL, title TEXT NOT NULL, stars INTEGER, worth INTEGER NOT NULL, "
       "body TEXT, data BLOB, PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, title)) "
       "STRICT, WITHOUT ROWID; CREATE INDEX notes_by_stars ON notes (tenant_id, stars)"},
      {2, "tasks",
       "CREATE TABLE tasks (tenant_id INTEGER NOT NULL REFERENCES tenancy_tenants, "
       "number INTEGER NOT NULL, note TEXT, done INTEGER NOT NULL, weight REAL NOT NULL, "
       "turn INTEGER AS (number % 3), "
       "PRIMARY KEY (tenant_id, number), "
       "FOREIGN KEY (tenant_id, note) REFERENCES notes (tenant_id, id)) STRICT;"
       "CREATE INDEX tasks_by_note ON tasks (tenant_id, note);"
       "CREATE INDEX tasks_by_turn ON tasks (tenant_id, turn)"},
      {3, "tags",
       "CREATE TABLE tags (tenant_id INTEGER NOT NULL REFERENCES tenancy_tenants, "
       "note TEXT NOT NULL, tag TEXT NOT NULL, worth INTEGER, "
       "PRIMARY KEY (tenant_id, note, tag)) STRICT"},
      {4, "vault",
       "CREATE TABLE vault (tenant_id INTEGER NOT NULL REFERENCES tenancy_tenants, "
       "id TEXT NOT NULL, worth INTEGER NOT NULL, PRIMARY KEY (tenant_id, id)) STRICT"},
      {5, "plans",
       "CREATE TABLE plans (name TEXT PRIMARY KEY, most INTEGER NOT NULL, rules TEXT) STRICT"},
  };
}

std::string open_vault() { return "CREATE INDEX vault_by_worth ON vault (worth)"; }

std::string shared_rows() {
  return R"(INSERT INTO plans VALUES ('free', 2, '{"a":1}'), ('pro', 5, '{"a":[2,3]}'), )"
         "('vast', 9, NULL)";
}

std::string canary_rows(std::int64_t tenant, std::string_view name, bool hostile) {
  const auto id = std::to_string(tenant);
  std::string sql = "BEGIN;";
  for (int i = 0; i < rows; ++i) {
    const auto number = std::to_string(i);
    const auto note = in_quotes("n" + number);
    const std::string marked = std::string{name} + " " + number;
    const bool fails = hostile && i % 2 == 1;
    const std::string worth = !fails       ? std::to_string(mark(name) + i)
                              : i % 4 == 1 ? "-9223372036854775807 - 1"
                                           : "9223372036854775807";
    const std::string body = fails ? "{\"owner\":\"" + marked
                                   : "{\"owner\":\"" + marked + "\",\"list\":[" + number +
                                         ",\"x\",null],\"deep\":{\"n\":" + number + "}}";
    sql += "INSERT INTO notes VALUES (" + id + "," + note + "," + in_quotes(marked) + "," +
           (i == 6 ? "NULL" : number) + "," + worth + "," +
           (i == 5 ? std::string{"NULL"} : in_quotes(body)) + ",x'" + hex_of(marked) + "');";
    sql += "INSERT INTO tasks VALUES (" + id + "," + number + "," +
           (i % 3 == 2 ? "NULL" : in_quotes("n" + std::to_string(i / 2))) + "," +
           std::to_string(i % 2) + "," + (hostile ? "1e308" : number + ".5") + ");";
    sql += "INSERT INTO tags VALUES (" + id + "," + note + ",'" + (i % 2 == 0 ? "red" : "blue") +
           "'," + worth + "),(" + id + "," + note + "," + in_quotes(marked) + ",NULL);";
    sql += "INSERT INTO vault VALUES (" + id + "," + note + "," + worth + ");";
  }
  return sql + "COMMIT;";
}

std::vector<std::string> canaries(std::int64_t tenant, std::string_view name) {
  std::vector<std::string> found{std::string{name}, hex_of(name), std::to_string(tenant)};
  for (int i = 0; i < rows; ++i) {
    found.push_back(std::to_string(mark(name) + i));
  }
  return found;
}

}  // namespace tenancy_test
