// From an empty server, whose roles prove themselves by passwords, to a served request.

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <unistd.h>

#include "e2e/ctl_process.hpp"
#include "e2e/served_api.hpp"
#include "support/postgres_cluster.hpp"
#include "support/temporary_folder.hpp"

namespace {

using e2e::run_ctl;
using e2e::ServiceProcess;
using tenancy_test::RawSession;

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// The file that tells the server who is to prove what: over TCP a password by SCRAM, and through
/// the socket nothing.
std::string rules_in(const std::filesystem::path& folder) {
  // The server's user is another.
  std::filesystem::permissions(folder, std::filesystem::perms{0755});
  const auto file = folder / "rules";
  std::ofstream{file} << "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n";
  return file;
}

class GuardedServer {
 public:
  static constexpr const char* admin_password = "admin's \\ pass%20word é";

  GuardedServer() {
    RawSession{cluster_.admin_url()}.run(
        "ALTER ROLE postgres PASSWORD 'admin''s \\ pass%20word é'");
  }

  [[nodiscard]] std::string url(const std::string& role, const std::string& database) const {
    return "postgresql://" + role + "@127.0.0.1:" + std::to_string(cluster_.port()) + "/" +
           database;
  }
  [[nodiscard]] std::string admin() const { return url("postgres", "postgres"); }
  /// Past what is guarded.
  [[nodiscard]] std::string value(const std::string& sql) const {
    return RawSession{cluster_.admin_url()}.value(sql);
  }

 private:
  tenancy_test::TemporaryFolder folder_;
  tenancy_test::PostgresCluster cluster_{"hba_file=" + rules_in(folder_.path())};
};

/// Files with secrets, each its owner's alone.
class Secrets {
 public:
  [[nodiscard]] std::string file(const std::string& name, const std::string& text) const {
    const auto file = folder_ / name;
    std::filesystem::remove(file);
    std::ofstream{file} << text;
    std::filesystem::permissions(file, std::filesystem::perms{0600});
    return file;
  }
  [[nodiscard]] std::string path(const std::string& name) const { return folder_ / name; }

 private:
  tenancy_test::TemporaryFolder folder_;
};

TEST_CASE("from an empty server to a served request, by passwords that nobody is shown") {
  const GuardedServer server;
  const Secrets secrets;
  const auto admin = secrets.file("admin", std::string{GuardedServer::admin_password} + "\n");
  const auto owner = secrets.file("owner", "owner-SECRET %41&=?#\nnot this line\n");
  const auto application = secrets.file("application", "application-SECRET\r\n");
  const auto keys = secrets.path("shop.keys");
  const std::vector<std::string> init{"postgres",
                                      "init",
                                      "--admin",
                                      server.admin(),
                                      "--database",
                                      "shop",
                                      "--owner",
                                      "shop_owner",
                                      "--application",
                                      "shop_app",
                                      "--admin-password-file",
                                      admin,
                                      "--owner-password-file",
                                      owner,
                                      "--application-password-file",
                                      application};
  const auto made = run_ctl({.arguments = init});
  REQUIRE_MESSAGE(made.status == 0, made.errors);
  CHECK(contains(made.output, "CREATE ROLE \"shop_owner\" LOGIN NOSUPERUSER"));
  CHECK(contains(made.output, "NOBYPASSRLS PASSWORD '…';\n"));
  CHECK(contains(made.output, "CREATE DATABASE \"shop\" OWNER \"shop_owner\""));
  CHECK_FALSE(contains(made.output + made.errors, "SECRET"));
  CHECK_FALSE(contains(made.output + made.errors, "SCRAM"));
  CHECK(server.value("SELECT count(*) FROM pg_authid WHERE rolname IN ('shop_owner', 'shop_app') "
                     "AND rolpassword LIKE 'SCRAM-SHA-256$%'") == "2");

  // Again, with other passwords: what is there stays.
  auto again = init;
  again[13] = secrets.file("other", "another-SECRET\n");
  again.emplace_back("--json");
  const auto repeated = run_ctl({.arguments = again});
  REQUIRE_MESSAGE(repeated.status == 0, repeated.errors);
  for (const auto& statement : repeated.json()["statements"]) {
    CHECK_FALSE(statement.get<std::string>().starts_with("CREATE"));
  }

  // Nobody gets in without the password, nor with another.
  const std::vector<std::string> as_owner{
      "--store", server.url("shop_owner", "shop"), "--keys", keys, "migrate", "up"};
  const auto without = run_ctl({.arguments = as_owner});
  CHECK(without.status != 0);
  CHECK_FALSE(std::filesystem::exists(keys));
  auto with_password = as_owner;
  with_password.insert(with_password.end(), {"--password-file", application});
  const auto wrong = run_ctl({.arguments = with_password});
  CHECK(wrong.status != 0);
  CHECK(contains(wrong.errors, "password authentication failed"));
  CHECK_FALSE(contains(wrong.errors, "SECRET"));
  with_password.back() = owner;
  const auto migrated = run_ctl({.arguments = with_password});
  REQUIRE_MESSAGE(migrated.status == 0, migrated.errors);
  CHECK(std::filesystem::exists(keys));

  const std::vector<std::string> serve{"--store",
                                       server.url("shop_app", "shop"),
                                       "--store-password-file",
                                       application,
                                       "--keys",
                                       keys,
                                       "--no-demo"};
  ServiceProcess service{serve};
  const auto administrators = e2e::words_with_prefix(service.output(), "tna_");
  REQUIRE(administrators.size() == 1);
  e2e::ApiClient administrator{service.port(), administrators.front()};
  CHECK(administrator.post("/api/tenants", {{"slug", "acme"}, {"name", "Acme"}}).status == 201);
  const auto listed = run_ctl({.arguments = {"tenants", "list", "--json", "--password-file", "-"},
                               .environment = {"TENANTCTL_STORE=" + server.url("shop_app", "shop"),
                                               "TENANTCTL_KEYS=" + keys},
                               .input = "application-SECRET\n"});
  REQUIRE_MESSAGE(listed.status == 0, listed.errors);
  CHECK(listed.json()[0]["slug"] == "acme");
  const auto key = run_ctl(
      {.arguments = {"keys", "issue", "acme", "--name", "k", "--json"},
       .environment = {"TENANTCTL_STORE=" + server.url("shop_app", "shop"),
                       "TENANTCTL_PASSWORD_FILE=" + application, "TENANTCTL_KEYS=" + keys}});
  REQUIRE_MESSAGE(key.status == 0, key.errors);
  e2e::ApiClient acme{service.port(), key.json()["key"]};
  CHECK(acme.post("/api/deployments", {{"project_name", "shop"}}).status == 201);
  CHECK(service.stop() == 0);
  CHECK_FALSE(contains(service.output() + service.log(), "SECRET"));

  auto refused = serve;
  refused[3] = owner;
  const auto ended = ServiceProcess::run_to_end(refused);
  CHECK(ended.status == 1);
  CHECK(contains(ended.log, "password authentication failed"));
  CHECK_FALSE(contains(ended.output + ended.log, "SECRET"));

  // What stops it halfway says so in the server's words, and holds no verifier.
  auto as_nobody = init;
  as_nobody[3] = server.url("shop_app", "postgres");
  as_nobody[7] = "others_owner";
  as_nobody[11] = application;
  const auto no_right = run_ctl({.arguments = as_nobody});
  CHECK(no_right.status != 0);
  CHECK(contains(no_right.errors, "permission denied"));
  CHECK_FALSE(contains(no_right.errors, "SCRAM"));
  CHECK_FALSE(contains(no_right.errors, "SECRET"));
}

TEST_CASE(
    "passwords come from the input, a line each, or from files that are their owner's alone") {
  const tenancy_test::PostgresCluster& server = tenancy_test::PostgresCluster::shared();
  const Secrets secrets;
  const std::string name = "init_" + std::to_string(::getpid());
  const std::vector<std::string> init{"postgres",
                                      "init",
                                      "--admin",
                                      server.admin_url(),
                                      "--database",
                                      name,
                                      "--owner",
                                      name + "_owner",
                                      "--application",
                                      name + "_app",
                                      "--application-password-file",
                                      "-",
                                      "--admin-password-file",
                                      "-",
                                      "--owner-password-file",
                                      "-"};
  const auto made = run_ctl({.arguments = init, .input = "admins\nowners\nof the application\n"});
  REQUIRE_MESSAGE(made.status == 0, made.errors);
  const RawSession admin{server.admin_url()};
  CHECK(admin.value("SELECT count(*) FROM pg_authid WHERE rolpassword LIKE 'SCRAM-SHA-256$%' AND "
                    "rolname LIKE '" +
                    name + "%'") == "2");
  for (const std::string& input :
       {std::string{"admins\nowners\n"}, std::string{"admins\n\nx\n"},
        "admins\n" + std::string(513, 'x') + "\nx\n", std::string{"admins\na\tb\nx\n"}}) {
    CHECK(run_ctl({.arguments = init, .input = input}).status == 2);
  }
  admin.run("DROP DATABASE " + name);
  admin.run("DROP ROLE " + name + "_owner; DROP ROLE " + name + "_app");

  auto by_file = init;
  by_file.resize(10);
  by_file.insert(by_file.end(), {"--owner-password-file", secrets.file("owner", "x\n")});
  std::filesystem::permissions(by_file.back(), std::filesystem::perms{0640});
  const auto open_to_others = run_ctl({.arguments = by_file});
  CHECK(open_to_others.status == 2);
  CHECK(contains(open_to_others.errors, "chmod 600"));
  by_file.back() = secrets.path("nothing");
  CHECK(run_ctl({.arguments = by_file}).status == 1);
  CHECK(admin.value("SELECT count(*) FROM pg_roles WHERE rolname LIKE '" + name + "%'") == "0");
}

}  // namespace
