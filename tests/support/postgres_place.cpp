#include "support/postgres_place.hpp"

#include <atomic>
#include <random>
#include <regex>
#include <stdexcept>
#include <utility>

#include <unistd.h>

#include "tenancy/storage/postgres/set_up.hpp"

#include "support/pgbouncer.hpp"
#include "support/postgres_cluster.hpp"
#include "support/postgres_spelling.hpp"

namespace tenancy_test {
namespace {

/// No other test's on the same server, also not of one that did not come to its end.
std::string next_name() {
  static std::atomic<int> number = 0;
  return "test_" + std::to_string(std::random_device{}()) + "_" + std::to_string(::getpid()) + "_" +
         std::to_string(++number);
}

}  // namespace

PostgresDatabase::PostgresDatabase() : name_{next_name()} {
  const RawSession admin{PostgresCluster::shared().admin_url()};
  // A copy of files, as before version 15, takes a fifth of the time of one through the log.
  const bool has_strategy =
      admin.value("SELECT current_setting('server_version_num')::int") >= "15";
  admin.run("CREATE DATABASE " + name_ + " ENCODING 'UTF8' TEMPLATE template0" +
            (has_strategy ? " STRATEGY file_copy" : ""));
  must(tenancy::postgres::set_up(PostgresCluster::shared().admin_url(), {.database = name_}));
  admin.run("ALTER DATABASE " + name_ + " OWNER TO tenancy_owner");
}

PostgresDatabase::~PostgresDatabase() {
  RawSession{PostgresCluster::shared().admin_url()}.run("DROP DATABASE " + name_ + " WITH (FORCE)");
}

std::string PostgresDatabase::url(std::string_view role) const {
  return PostgresCluster::shared().url(role, name_);
}

PostgresPlace::PostgresPlace(tenancy::OpenOptions options,
                             tenancy::postgres::PostgresOptions postgres)
    : clock_{std::make_shared<tenancy::ManualClock>(tenancy::testing::TemporaryStore::start)},
      options_{prepared(std::move(options), postgres)},
      authority_{must(tenancy::open(url(), options_))} {}

tenancy::OpenOptions PostgresPlace::prepared(tenancy::OpenOptions options,
                                             tenancy::postgres::PostgresOptions postgres) const {
  if (is_through_pgbouncer()) {
    postgres.statements = tenancy::postgres::PreparedStatements::none;
  }
  options.migrations = for_postgres(std::move(options.migrations));
  if (postgres.queries_url.empty()) {
    postgres.queries_url = database_.queries_url();
  }
  options.kinds = {tenancy::postgres::store_kind(postgres)};
  options.keys = tenancy::KeyRing::ephemeral();
  options.store.clock = clock_;
  options.owner_url = database_.owner_url();
  return options;
}

tenancy::OpenOptions PostgresPlace::again() const {
  auto options = options_;
  options.store = {.clock = clock_};
  options.registry = {};
  return options;
}

std::string PostgresPlace::url() const {
  return is_through_pgbouncer() ? PgBouncer::shared().url("tenancy_app", database_.name())
                                : database_.application_url();
}

std::filesystem::path PostgresPlace::file() const {
  throw std::logic_error{"a test of files runs on SQLite only"};
}

RawRows PostgresPlace::rows_raw(const std::string& sql) const {
  return RawSession{database_.admin_url()}.rows(sql);
}

void PostgresPlace::run_raw(const std::string& sql) const {
  // Tenants' queries have a view of each table.
  static const std::regex dropped{R"(DROP TABLE (\w+))"};
  RawSession{database_.admin_url()}.run(
      std::regex_replace(for_postgres(sql), dropped, "DROP TABLE $1 CASCADE"));
}

}  // namespace tenancy_test
