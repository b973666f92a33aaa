// TLS between the store and the server.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tenancy/storage/postgres/set_up.hpp"
#include "tenancy/storage/postgres/store_kind.hpp"

#include "support/postgres_cluster.hpp"
#include "support/postgres_spelling.hpp"
#include "support/temporary_folder.hpp"
#include "support/test_store.hpp"

using tenancy::errc;
using tenancy_test::code_of;
using tenancy_test::must;
using tenancy_test::PostgresCluster;
using tenancy_test::RawSession;

namespace {

void run(const std::string& command) {
  const std::string silent = command + " >/dev/null 2>&1";
  REQUIRE(std::system(silent.c_str()) == 0);  // NOLINT(concurrency-mt-unsafe)
}

/// A certificate for this machine, and its key.
void make_certificate(const std::string& certificate, const std::string& key) {
  run("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
      "-subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 -keyout '" +
      key + "' -out '" + certificate + "'");
}

/// Has the server take TLS from now on.
void use_tls(const PostgresCluster& cluster) {
  const std::string data = cluster.folder() + "/data";
  make_certificate(data + "/server.crt", data + "/server.key");
  struct stat owner {};
  REQUIRE(::stat(data.c_str(), &owner) == 0);
  for (const std::string& file : {data + "/server.crt", data + "/server.key"}) {
    REQUIRE(::chmod(file.c_str(), S_IRUSR | S_IWUSR) == 0);
    REQUIRE(::chown(file.c_str(), owner.st_uid, owner.st_gid) == 0);
  }
  const RawSession admin{cluster.admin_url()};
  admin.run("ALTER SYSTEM SET ssl = on");
  admin.run("SELECT pg_reload_conf()");
}

/// A certificate for a role, which the one of `issuer` (without the ending of its files) vouches
/// for.
void make_client_certificate(const std::string& file, const std::string& role,
                             const std::string& issuer) {
  run("openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=" + role +
      " -keyout '" + file + ".key' -out '" + file + ".csr'");
  run("openssl x509 -req -in '" + file + ".csr' -CA '" + issuer + ".crt' -CAkey '" + issuer +
      ".key' -CAcreateserial -days 2 -out '" + file + ".crt'");
  REQUIRE(::chmod((file + ".key").c_str(), S_IRUSR | S_IWUSR) == 0);
}

/// Has the server ask the role for a certificate that the issuer vouches for.
void ask_for_certificate(const PostgresCluster& cluster, const std::string& role,
                         const std::string& issuer) {
  const std::string data = cluster.folder() + "/data";
  std::filesystem::copy_file(issuer, data + "/clients.crt");
  std::filesystem::permissions(data + "/clients.crt", std::filesystem::perms{0644});
  std::ostringstream rules;
  rules << std::ifstream{data + "/pg_hba.conf"}.rdbuf();
  std::ofstream{data + "/pg_hba.conf"} << "hostssl all " << role << " 127.0.0.1/32 cert\n"
                                       << "host all " << role << " 127.0.0.1/32 reject\n"
                                       << rules.str();
  const RawSession admin{cluster.admin_url()};
  admin.run("ALTER SYSTEM SET ssl_ca_file = 'clients.crt'");
  admin.run("SELECT pg_reload_conf()");
}

}  // namespace

TEST_CASE("the modes of TLS are libpq's: what is asked for is there, or nobody is connected to") {
  const PostgresCluster cluster{""};
  const tenancy_test::TemporaryFolder folder;
  const std::string database = "tls";
  const auto keys = tenancy::KeyRing::ephemeral();
  must(tenancy::postgres::set_up(cluster.admin_url(), {.database = database}));
  const auto open = [&](const std::string& parameters) {
    return tenancy::open("postgresql://tenancy_app@127.0.0.1:" + std::to_string(cluster.port()) +
                             "/" + database + "?" + parameters,
                         {.migrations = tenancy_test::for_postgres(tenancy_test::test_schema()),
                          .keys = keys,
                          .kinds = {tenancy::postgres::store_kind()},
                          .owner_url = cluster.url("tenancy_owner", database)});
  };
  const RawSession admin{cluster.url("postgres", database)};
  const auto is_encrypted = [&] {
    return admin.value(
               "SELECT count(*) > 0 AND bool_and(s.ssl) FROM pg_stat_ssl s JOIN "
               "pg_stat_activity a USING (pid) WHERE a.usename = 'tenancy_app'") == "t";
  };
  for (const char* mode : {"disable", "allow", "prefer"}) {
    CAPTURE(mode);
    const auto authority = must(open(std::string{"sslmode="} + mode));
    CHECK_FALSE(is_encrypted());
  }
  CHECK(code_of(open("sslmode=require")) == errc::unreachable);
  use_tls(cluster);
  const std::string trusted = cluster.folder() + "/data/server.crt";
  const std::string copy = (folder / "trusted.crt").string();
  std::filesystem::copy_file(trusted, copy);
  const std::string strange = (folder / "strange.crt").string();
  make_certificate(strange, (folder / "strange.key").string());
  for (const std::string& parameters :
       {std::string{"sslmode=prefer"}, std::string{"sslmode=require"},
        "sslmode=verify-ca&sslrootcert=" + copy, "sslmode=verify-full&sslrootcert=" + copy}) {
    CAPTURE(parameters);
    const auto authority = must(open(parameters));
    CHECK(is_encrypted());
  }
  {
    // Tried without first, which the server takes.
    const auto authority = must(open("sslmode=allow"));
    CHECK_FALSE(is_encrypted());
  }
  CHECK(code_of(open("sslmode=verify-full&sslrootcert=" + strange)) == errc::cannot_open);
  CHECK(code_of(open("sslmode=verify-ca&sslrootcert=" + strange)) == errc::cannot_open);

  // Who the application is may be for a certificate to say.
  const std::string clients = (folder / "clients").string();
  make_certificate(clients + ".crt", clients + ".key");
  ask_for_certificate(cluster, "tenancy_app", clients + ".crt");
  const std::string application = (folder / "application").string();
  make_client_certificate(application, "tenancy_app", clients);
  const std::string other = (folder / "other").string();
  make_client_certificate(other, "somebody", clients);
  const std::string forged = (folder / "forged").string();
  make_client_certificate(forged, "tenancy_app", (folder / "strange").string());
  const auto with_certificate = [](const std::string& file) {
    return "sslmode=require&sslcert=" + file + ".crt&sslkey=" + file + ".key";
  };
  {
    const auto authority = must(open(with_certificate(application)));
    CHECK(is_encrypted());
  }
  {
    // Refused without TLS, hence with it.
    const auto authority =
        must(open("sslmode=allow&sslcert=" + application + ".crt&sslkey=" + application + ".key"));
    CHECK(is_encrypted());
  }
  for (const std::string& parameters : {with_certificate(other), std::string{"sslmode=require"},
                                        "sslmode=disable&sslcert=" + application + ".crt"}) {
    CAPTURE(parameters);
    CHECK(code_of(open(parameters)) == errc::cannot_open);
  }
  // The server breaks off before it says who may come.
  CHECK(code_of(open(with_certificate(forged))) == errc::unreachable);
}
