// The service on PostgreSQL, where it differs from one on files.

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "e2e/served_api.hpp"
#include "support/postgres_cluster.hpp"

namespace {

using e2e::Place;
using e2e::ProgramStore;
using e2e::ServedApi;
using e2e::ServiceProcess;
using tenancy_test::RawSession;

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

TEST_CASE("the schema is its owner's, and who serves it sees no tenant's rows without a tenant") {
  ServedApi api{{}, Place::postgresql};
  auto client = api.client(api.make_tenant("acme"));
  const auto workflow = e2e::make_workflow(client, "w");
  e2e::start_execution(client, workflow);
  CHECK(
      client.post("/api/deployments", {{"project_name", "d"}}, {{"Idempotency-Key", "k"}}).status ==
      201);
  const auto& database = api.store().database();
  const RawSession admin{database.admin_url()};
  CHECK(admin.value("SELECT string_agg(DISTINCT tableowner, ' ') FROM pg_tables WHERE schemaname = "
                    "'public'") == "tenancy_owner");
  // The owner has done, and is not connected any more.
  CHECK(
      admin.value("SELECT string_agg(DISTINCT usename, ' ') FROM pg_stat_activity WHERE datname = "
                  "current_database() AND pid <> pg_backend_pid()") == "tenancy_app");
  const RawSession plain{database.application_url()};
  for (const std::string table :
       {"deployments", "workflows", "executions", "idempotency_keys", "tenancy_quotas"}) {
    CAPTURE(table);
    CHECK(admin.value("SELECT count(*) > 0 FROM " + table) == "t");
    CHECK(plain.value("SELECT count(*) FROM " + table) == "0");
  }
  CHECK(api.process().stop() == 0);
}

TEST_CASE("without its owner a store is served when its schema is up to date, and not before") {
  const ProgramStore store{Place::postgresql};
  const std::vector<std::string> as_application{"--store", store.url(), "--data", store.data(),
                                                "--no-demo"};
  const auto refused = ServiceProcess::run_to_end(as_application);
  CHECK(refused.status == 1);
  CHECK(contains(refused.log, "schema_mismatch"));
  {
    ServiceProcess first{store.service_arguments({"--no-demo"})};
    CHECK(first.stop() == 0);
  }
  ServiceProcess second{as_application};
  e2e::HttpClient client{second.port()};
  CHECK(client.request("GET", "/readyz").status == 200);
  CHECK(second.stop() == 0);

  // The owner is not let in as the application, since owners change policies.
  const auto as_owner = ServiceProcess::run_to_end(
      {"--store", store.owner_url(), "--data", store.data(), "--no-demo"});
  CHECK(as_owner.status == 1);
  CHECK(contains(as_owner.log, "unsafe_role"));
}

TEST_CASE("a store is not served with the keys of another") {
  ServedApi api{{}, Place::postgresql};
  const ProgramStore elsewhere{Place::sqlite};
  const auto refused = ServiceProcess::run_to_end(
      {"--store", api.store().url(), "--data", elsewhere.data(), "--no-demo"});
  CHECK(refused.status == 1);
  CHECK(contains(refused.log, "invalid_key_ring"));
  CHECK(api.process().stop() == 0);
}

TEST_CASE("a service whose database goes away says so, and is ready again by itself") {
  ServedApi api{{}, Place::postgresql};
  auto client = api.client(api.make_tenant("acme"));
  const auto kept = e2e::make_deployment(client, "kept");
  e2e::HttpClient asks{api.port()};
  CHECK(asks.request("GET", "/readyz").status == 200);
  const auto& database = api.store().database();
  const RawSession server{tenancy_test::PostgresCluster::shared().admin_url()};
  server.run("ALTER DATABASE " + database.name() + " ALLOW_CONNECTIONS false");
  server.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" +
             database.name() + "'");
  // It is looked up once in a second.
  const auto ready = [&] { return asks.request("GET", "/readyz").status == 200; };
  while (ready()) {
  }
  CHECK(e2e::is_problem(asks.request("GET", "/readyz"), 503));
  CHECK(asks.request("GET", "/healthz").status == 200);
  const auto refused = client.post("/api/deployments", {{"project_name", "lost"}});
  CHECK(e2e::is_problem(refused, 503));
  api.process().wait_for_log("not ready: store: ");

  server.run("ALTER DATABASE " + database.name() + " ALLOW_CONNECTIONS true");
  while (!ready()) {
  }
  api.process().wait_for_log("ready again");
  CHECK(client.get("/api/deployments/" + kept).status == 200);
  CHECK(client.post("/api/deployments", {{"project_name", "after"}}).status == 201);
  CHECK(client.get("/api/deployments").json()["pagination"]["total"] == 2);
  CHECK(api.process().stop() == 0);
}

TEST_CASE("the password of a store is shown nowhere, and files of passwords are kept as such") {
  const ProgramStore store{Place::postgresql};
  const std::string url = store.url() + "?password=SECRET&connect_timeout=5";
  const auto printed =
      ServiceProcess::run_to_end({"--store", url, "--owner-store", url, "--print-config"});
  CHECK(printed.status == 0);
  CHECK_FALSE(contains(printed.output + printed.log, "SECRET"));
  const auto refused =
      ServiceProcess::run_to_end({"--store", url, "--data", store.data(), "--no-demo"});
  CHECK(refused.status == 1);
  CHECK_FALSE(contains(refused.output + refused.log, "SECRET"));

  const auto file = store.folder() / "password";
  const auto serve = [&] {
    return ServiceProcess::run_to_end(
        {"--store", store.url(), "--store-password-file", file, "--data", store.data()});
  };
  CHECK(contains(serve().log, "cannot be read"));
  std::ofstream{file} << "SECRET\n";
  std::filesystem::permissions(file, std::filesystem::perms{0644});
  const auto open_to_others = serve();
  CHECK(open_to_others.status == 1);
  CHECK(contains(open_to_others.log, "chmod 640"));
  CHECK_FALSE(contains(open_to_others.log, "SECRET"));
  std::filesystem::permissions(file, std::filesystem::perms{0600});
  std::ofstream{file} << "\nSECRET\n";
  CHECK(contains(serve().log, "holds no password"));
  for (const std::string flag : {"store", "owner-store"}) {
    const auto misused = ServiceProcess::run_to_end({"--" + flag + "-password-file", file});
    CHECK(misused.status == 2);
    CHECK(contains(misused.log, "--" + flag + "-password-file is for"));
  }
}

}  // namespace
