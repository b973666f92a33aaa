#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <openssl/tls1.h>

#include "e2e/http_client.hpp"
#include "e2e/service_process.hpp"
#include "e2e/tls_client.hpp"

namespace {

using e2e::HttpClient;
using e2e::request_bytes;
using e2e::ServiceProcess;
using e2e::TlsClient;
using e2e::write_certificate;

/// A folder with a certificate, and what makes a service use it.
struct Files {
  Files() { write_certificate(certificate, key, "first"); }

  [[nodiscard]] std::vector<std::string> arguments(
      const std::vector<std::string>& more = {}) const {
    std::vector<std::string> all{"--data",    folder.path() / "data",
                                 "--no-demo", "--tls-certificate",
                                 certificate, "--tls-key",
                                 key};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

  tenancy_test::TemporaryFolder folder;
  std::filesystem::path certificate = folder.path() / "certificate.pem";
  std::filesystem::path key = folder.path() / "key.pem";
};

const std::string last_request = request_bytes("GET", "/healthz", {{"Connection", "close"}});

TEST_CASE("requests are answered over TLS, one after the other and many at once") {
  const Files files;
  ServiceProcess process{files.arguments()};
  CHECK(process.output().find("listening on https://127.0.0.1:") != std::string::npos);
  TlsClient client{process.port(), {.protocols = "\x02h2\x08http/1.1"}};
  CHECK(client.version() == "TLSv1.3");
  CHECK(client.protocol() == "http/1.1");
  CHECK(client.server_name() == "first");
  client.send(request_bytes("GET", "/healthz"));
  CHECK(client.read(1).starts_with("HTTP/1.1 200 OK\r\n"));
  // More than one record holds.
  const std::string body(100'000, ' ');
  client.send(request_bytes("OPTIONS", "/api/deployments", {}, body) + last_request);
  const std::string answers = client.read_to_end();
  CHECK(answers.starts_with("HTTP/1.1 204 "));
  CHECK(answers.find("HTTP/1.1 200 OK") != std::string::npos);
  CHECK(process.stop() == 0);
}

TEST_CASE("a refusal arrives over TLS, too") {
  const Files files;
  ServiceProcess process{files.arguments()};
  TlsClient client{process.port()};
  client.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n");
  CHECK(client.read_to_end().starts_with("HTTP/1.1 413 "));
  TlsClient keyless{process.port()};
  keyless.send(request_bytes("POST", "/api/deployments", {}, std::string(100'000, ' ')));
  const std::string refused = keyless.read_to_end();
  CHECK(refused.starts_with("HTTP/1.1 401 "));
  CHECK(refused.find("Connection: close") != std::string::npos);
  CHECK(process.stop() == 0);
}

TEST_CASE("what is weaker than TLS 1.2, or speaks another protocol above it, gets no connection") {
  const Files files;
  ServiceProcess process{files.arguments()};
  CHECK_THROWS(TlsClient{process.port(), {.most_version = TLS1_1_VERSION}});
  CHECK_THROWS(TlsClient{process.port(), {.protocols = "\x02h2"}});
  CHECK(TlsClient{process.port(), {.most_version = TLS1_2_VERSION}}.version() == "TLSv1.2");
  CHECK(TlsClient{process.port()}.protocol().empty());
  CHECK(process.stop() == 0);
}

TEST_CASE("a client that speaks in the clear, or not at all, is dropped") {
  const Files files;
  ServiceProcess process{files.arguments({"--header-time", "1s"})};
  HttpClient clear{process.port()};
  clear.send(request_bytes("GET", "/healthz"));
  CHECK(clear.is_closed_by_peer());
  HttpClient silent{process.port()};
  CHECK(silent.is_closed_by_peer());
  TlsClient quiet{process.port()};
  CHECK(quiet.read_to_end().empty());
  CHECK(process.stop() == 0);
}

TEST_CASE("an idle connection is closed in order when the service stops") {
  const Files files;
  ServiceProcess process{files.arguments()};
  TlsClient client{process.port()};
  client.send(request_bytes("GET", "/healthz"));
  client.read(1);
  process.send_terminate();
  CHECK(client.read_to_end().empty());
  CHECK(process.wait() == 0);
}

/// Connects until the certificate has that name. Bounded by the test's time.
bool comes_to_be_called(const ServiceProcess& process, const std::string& name) {
  while (TlsClient{process.port()}.server_name() != name) {
  }
  return true;
}

TEST_CASE(
    "SIGHUP takes a new certificate for new connections, and keeps the old one when it is bad") {
  const Files files;
  ServiceProcess process{files.arguments()};
  TlsClient old{process.port()};
  write_certificate(files.certificate, files.key, "second");
  process.send_hang_up();
  CHECK(comes_to_be_called(process, "second"));
  old.send(last_request);
  CHECK(old.read_to_end().starts_with("HTTP/1.1 200"));

  std::filesystem::resize_file(files.key, 10);
  process.send_hang_up();
  CHECK(TlsClient{process.port()}.server_name() == "second");
  process.wait_for_log("the old certificate stays in use");
  CHECK(TlsClient{process.port()}.server_name() == "second");
  write_certificate(files.certificate, files.key, "third");
  process.send_hang_up();
  CHECK(comes_to_be_called(process, "third"));
  CHECK(process.stop() == 0);
}

TEST_CASE("a certificate that cannot be used keeps the service from starting") {
  const Files files;
  const auto refusal = [&] {
    const auto finished = ServiceProcess::run_to_end(files.arguments());
    CHECK(finished.status == 1);
    CHECK(finished.output.empty());
    CHECK_FALSE(std::filesystem::exists(files.folder.path() / "data"));
    return finished.log;
  };
  using std::filesystem::perms;
  std::filesystem::permissions(files.key, perms::owner_read | perms::others_read);
  CHECK(refusal().find("chmod 640") != std::string::npos);
  std::filesystem::permissions(files.key, perms::owner_read | perms::owner_write);
  const Files other;
  std::filesystem::copy_file(other.key, files.key,
                             std::filesystem::copy_options::overwrite_existing);
  CHECK(refusal().find("key.pem") != std::string::npos);
  std::filesystem::remove(files.certificate);
  CHECK(refusal().find("certificate.pem") != std::string::npos);
  std::filesystem::remove(files.key);
  CHECK(refusal().find("key.pem cannot be read") != std::string::npos);
}

}  // namespace
