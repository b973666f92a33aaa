#include "support/empty_place.hpp"

#include <stdexcept>
#include <utility>

#include "support/postgres_cluster.hpp"
#include "support/postgres_place.hpp"
#include "support/postgres_spelling.hpp"

namespace tenancy_test {

EmptyPlace::EmptyPlace()
    : database_{is_on_postgres() ? std::make_unique<PostgresDatabase>() : nullptr},
      keys_{tenancy::KeyRing::ephemeral()} {}

EmptyPlace::~EmptyPlace() = default;

std::string EmptyPlace::url() const {
  if (database_ != nullptr) {
    return database_->application_url();
  }
  return is_on_silo() ? "sqlite-silo:" + (folder_ / "silo").string() : "sqlite:" + file().string();
}

std::string EmptyPlace::owner_url() const {
  return database_ != nullptr ? database_->owner_url() : url();
}

tenancy::OpenOptions EmptyPlace::with(std::vector<tenancy::Migration> migrations) const {
  if (database_ == nullptr) {
    return {.migrations = std::move(migrations)};
  }
  tenancy::postgres::PostgresOptions postgres;
  postgres.queries_url = database_->queries_url();
  tenancy::OpenOptions options{.migrations = for_postgres(std::move(migrations))};
  options.kinds = {tenancy::postgres::store_kind(postgres)};
  options.keys = keys_;
  options.owner_url = database_->owner_url();
  return options;
}

void EmptyPlace::run(const std::string& sql) const {
  if (database_ != nullptr) {
    RawSession{database_->owner_url()}.run(for_postgres(sql));
  } else {
    SQLite::Database{file().string(), SQLite::OPEN_READWRITE}.exec(sql);
  }
}

RawRows EmptyPlace::rows(const std::string& sql) const {
  return database_ != nullptr ? RawSession{database_->admin_url()}.rows(sql)
                              : rows_of_file(file(), sql);
}

std::string EmptyPlace::value(const std::string& sql) const {
  return rows(sql).at(0).at(0).value();
}

bool EmptyPlace::has_table(const std::string& name) const {
  if (database_ != nullptr) {
    return value("SELECT to_regclass('" + name + "') IS NOT NULL") == "t";
  }
  return std::filesystem::exists(file()) &&
         value("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = '" + name +
               "'") == "1";
}

std::vector<std::int64_t> EmptyPlace::applied() const {
  std::vector<std::int64_t> versions;
  for (const auto& row :
       rows("SELECT version FROM tenancy_migrations WHERE component = 'app' ORDER BY version")) {
    versions.push_back(std::stoll(row.at(0).value()));
  }
  return versions;
}

std::filesystem::path EmptyPlace::file() const {
  if (database_ != nullptr) {
    throw std::logic_error{"a test of files runs on SQLite only"};
  }
  return is_on_silo() ? folder_ / "silo/control.db" : folder_ / "store.db";
}

}  // namespace tenancy_test
