#include "e2e/program_store.hpp"

#include <fstream>
#include <iterator>

#include <SQLiteCpp/Database.h>

#include "support/postgres_cluster.hpp"
#include "support/silo_place.hpp"

namespace e2e {
namespace {

using tenancy_test::RawRows;
using tenancy_test::RawSession;

constexpr int patience_ms = 10'000;

void run_in(const std::filesystem::path& file, const std::string& sql) {
  SQLite::Database{file.string(), SQLite::OPEN_READWRITE, patience_ms}.exec(sql);
}

}  // namespace

Place wanted_place() {
  return tenancy_test::is_on_postgres() ? Place::postgresql
         : tenancy_test::is_on_silo()   ? Place::silo
                                        : Place::sqlite;
}

ProgramStore::ProgramStore(Place place) : place_{place} {
  if (place == Place::postgresql) {
    database_.emplace();
  }
}

std::filesystem::path ProgramStore::file() const {
  return place_ == Place::silo ? folder_ / "silo" / "control.db"
                               : std::filesystem::path{data()} / "tenancy.db";
}

std::filesystem::path ProgramStore::keys() const {
  return place_ == Place::silo
             ? folder_ / "silo" / "keys"
             : std::filesystem::path{data()} / (database_ ? "tenancy.keys" : "tenancy.db.keys");
}

std::string ProgramStore::url() const {
  return database_               ? database_->application_url()
         : place_ == Place::silo ? "sqlite-silo:" + file().parent_path().string()
                                 : "sqlite:" + file().string();
}

std::string ProgramStore::owner_url() const { return database_ ? database_->owner_url() : url(); }

std::vector<std::string> ProgramStore::service_arguments(
    const std::vector<std::string>& more) const {
  std::vector<std::string> arguments{"--data", data()};
  if (place_ != Place::sqlite) {
    arguments.insert(arguments.end(), {"--store", url()});
  }
  if (database_) {
    arguments.insert(arguments.end(), {"--owner-store", owner_url()});
  }
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

std::vector<std::string> ProgramStore::environment_for(const std::string& url) const {
  std::vector<std::string> variables{"TENANTCTL_STORE=" + url};
  if (database_) {
    variables.push_back("TENANTCTL_KEYS=" + keys().string());
  }
  return variables;
}

void ProgramStore::run_raw(const std::string& sql) const {
  database_ ? RawSession{database_->admin_url()}.run(sql) : run_in(file(), sql);
}

RawRows ProgramStore::rows_raw(const std::string& sql) const {
  return database_ ? RawSession{database_->admin_url()}.rows(sql)
                   : tenancy_test::rows_of_file(file(), sql);
}

std::vector<std::filesystem::path> ProgramStore::tenants_files() const {
  return place_ == Place::silo ? tenancy_test::tenants_files(file().parent_path())
                               : std::vector{file()};
}

void ProgramStore::run_raw_for_tenants(const std::string& sql) const {
  if (database_) {
    run_raw(sql);
    return;
  }
  for (const auto& each : tenants_files()) {
    run_in(each, sql);
  }
}

RawRows ProgramStore::rows_raw_of_tenants(const std::string& sql) const {
  if (database_) {
    return rows_raw(sql);
  }
  RawRows rows;
  for (const auto& each : tenants_files()) {
    const auto more = tenancy_test::rows_of_file(each, sql);
    rows.insert(rows.end(), more.begin(), more.end());
  }
  return rows;
}

std::vector<std::string> ProgramStore::columns_of(const std::string& table) const {
  const std::string sql =
      database_
          ? "SELECT column_name FROM information_schema.columns WHERE table_name = '" + table + "'"
          : "SELECT name FROM pragma_table_info('" + table + "')";
  std::vector<std::string> columns;
  for (const auto& row : rows_raw(sql)) {
    columns.push_back(row.front().value_or(""));
  }
  return columns;
}

std::string ProgramStore::content() const {
  std::string all;
  for (const auto& file : std::filesystem::recursive_directory_iterator{folder_.path()}) {
    if (file.is_regular_file()) {
      std::ifstream stream{file.path(), std::ios::binary};
      all.append(std::istreambuf_iterator<char>{stream}, {});
    }
  }
  if (database_) {
    for (const auto& row : rows_raw(
             "SELECT query_to_xml('SELECT * FROM ' || quote_ident(relname), true, false, '') FROM "
             "pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")) {
      all += row.front().value_or("");
    }
  }
  return all;
}

void ProgramStore::await_no_programs() const {
  if (!database_) {
    return;
  }
  const RawSession admin{database_->admin_url()};
  while (admin.value("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
                     "usename <> 'postgres'") != "0") {
  }
}

}  // namespace e2e
