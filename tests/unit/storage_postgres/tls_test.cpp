// TLS between the store and the server.

#include <cstdlib>
#include <filesystem>
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
  CHECK(open("sslmode=disable").has_value());
  CHECK(code_of(open("sslmode=require")) == errc::unreachable);
  use_tls(cluster);
  const std::string trusted = cluster.folder() + "/data/server.crt";
  const std::string copy = (folder / "trusted.crt").string();
  std::filesystem::copy_file(trusted, copy);
  const std::string strange = (folder / "strange.crt").string();
  make_certificate(strange, (folder / "strange.key").string());
  const RawSession admin{cluster.url("postgres", database)};
  for (const std::string& parameters :
       {std::string{"sslmode=require"}, "sslmode=verify-full&sslrootcert=" + copy}) {
    CAPTURE(parameters);
    const auto authority = must(open(parameters));
    CHECK(admin.value("SELECT count(*) > 0 AND bool_and(s.ssl) FROM pg_stat_ssl s JOIN "
                      "pg_stat_activity a USING (pid) WHERE a.usename = 'tenancy_app'") == "t");
  }
  CHECK(code_of(open("sslmode=verify-full&sslrootcert=" + strange)) == errc::cannot_open);
  CHECK(code_of(open("sslmode=verify-ca&sslrootcert=" + strange)) == errc::cannot_open);
}
