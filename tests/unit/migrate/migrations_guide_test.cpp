// The snippets of docs/migrations.md, as they stand there.

#include <chrono>
#include <fstream>
#include <iostream>
#include <sstream>

#include <doctest/doctest.h>

#include "tenancy/migrate/migrate.hpp"
#include "tenancy/migrate/migration_folder.hpp"
#include "tenancy/migrate/tenant_table.hpp"
#include "tenancy/migrate/verify_schema.hpp"

#include "support/must.hpp"
#include "support/temporary_folder.hpp"

using tenancy::Result;
using tenancy_test::must;

namespace {

Result<tenancy::Migration> orders() {
  using enum tenancy::ColumnType;
  const tenancy::TenantTable table{
      .name = "orders",
      .columns = {{"number", integer},
                  {"customer", text},
                  {"paid", boolean, false, false},
                  {"placed_at", timestamp}},
      .key = {"number"},
      .references = {{.columns = {"customer"}, .table = "customers", .to = {"id"}}},
      .indexes = {{.columns = {"placed_at"}}}};
  BOOST_OUTCOME_TRY(auto sql, create_tenant_table(table, tenancy::Dialect::sqlite));
  return tenancy::Migration{2, "orders", std::move(sql)};
}

tenancy::SchemaPolicy shop_policy() {
  return {
      .shared_tables = {"countries"},
      .allowed_views_and_triggers = {
          {"customer_names", "3131313131313131313131313131313131313131313131313131313131313131"}}};
}

Result<tenancy::OpenOptions> shop_options(const std::filesystem::path& folder) {
  tenancy::OpenOptions options;
  BOOST_OUTCOME_TRY(options.migrations, tenancy::load_migrations(folder));
  options.schema_policy.shared_tables = {"countries"};
  return options;
}

Result<void> roll_out(std::string_view url, tenancy::OpenOptions options, std::ostream& out) {
  BOOST_OUTCOME_TRY(const auto tried, tenancy::dry_run_migrations(url, options));
  if (tried.failure) {
    return *tried.failure;
  }
  options.call = tenancy::CallOptions::within(std::chrono::minutes{10});
  BOOST_OUTCOME_TRY(const auto applied, tenancy::migrate(url, options));
  for (const auto& step : applied) {
    out << step.component << " " << step.version << " " << step.name << '\n';
  }
  return tenancy::success();
}

}  // namespace

TEST_CASE("what the guide to migrations shows works") {
  const tenancy_test::TemporaryFolder folder;
  std::ofstream{folder / "0001_customers.sql"}
      << "CREATE TABLE countries (code TEXT PRIMARY KEY) STRICT;"
         "CREATE TABLE customers (tenant_id INTEGER NOT NULL REFERENCES tenancy_tenants, "
         "id TEXT NOT NULL, PRIMARY KEY (tenant_id, id)) STRICT, WITHOUT ROWID;";
  auto options = must(shop_options(folder.path()));
  options.migrations.push_back(must(orders()));
  std::ostringstream out;
  const auto url = "sqlite:" + (folder / "shop.db").string();
  must(roll_out(url, options, out));
  CHECK(out.str().find("app 1 customers\napp 2 orders\n") != std::string::npos);
  CHECK(must(tenancy::verify_schema(url, options)).findings.empty());

  // A view is let through by the hash of its text alone.
  const std::string view = "CREATE VIEW customer_names AS SELECT id FROM customers";
  options.migrations.push_back({3, "customer_names", view});
  auto policy = shop_policy();
  options.schema_policy = policy;
  CHECK(tenancy_test::code_of(tenancy::migrate(url, options)) == tenancy::errc::unsafe_schema);
  policy.allowed_views_and_triggers.front().hash = tenancy::schema_text_hash(view);
  options.schema_policy = policy;
  CHECK(must(tenancy::verify_schema(url, options)).findings.empty());
}
