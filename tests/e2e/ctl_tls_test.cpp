// Servers by https: whom tenantctl believes.

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): kill

#include "e2e/ctl_process.hpp"
#include "support/temporary_folder.hpp"

namespace {

using e2e::run_ctl;
using tenancy_test::TemporaryFolder;

/// A server of OpenSSL's with a certificate that nobody signed, for the names that are given, which
/// answers lists of tenants.
class TlsServer {
 public:
  explicit TlsServer(const std::string& names) {
    run("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 "
        "-subj /CN=test -addext subjectAltName=" +
        names + " -keyout key.pem -out cert.pem >/dev/null 2>&1");
    std::filesystem::create_directory(folder_.path() / "api");
    std::ofstream{folder_.path() / "api" / "tenants?limit=50"}
        << "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{\"data\":[]}";
    const std::string command = in_folder(
        "echo $$; exec openssl s_server -accept 127.0.0.1:0 -cert cert.pem -key key.pem "
        "-HTTP 2>&1 </dev/null");
    output_ = ::popen(command.c_str(), "r");
    pid_ = std::stoi(line());
    constexpr std::string_view announcement = "ACCEPT ";
    std::string announced;
    while (!announced.starts_with(announcement)) {
      announced = line();
    }
    port_ = announced.substr(announced.rfind(':') + 1);
    port_.pop_back();
  }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;
  ~TlsServer() {
    ::kill(pid_, SIGKILL);
    ::pclose(output_);
  }

  [[nodiscard]] std::string url(const std::string& host) const {
    return "https://" + host + ":" + port_;
  }
  [[nodiscard]] std::string certificate() const { return folder_.path() / "cert.pem"; }

 private:
  [[nodiscard]] std::string in_folder(const std::string& command) const {
    return "cd '" + folder_.path().string() + "' && " + command;
  }
  void run(const std::string& command) const {
    if (std::system(in_folder(command).c_str()) != 0) {
      throw std::runtime_error{"failed: " + command};
    }
  }
  std::string line() {
    std::array<char, 256> text{};
    if (std::fgets(text.data(), text.size(), output_) == nullptr) {
      throw std::runtime_error{"openssl s_server does not listen"};
    }
    return text.data();
  }

  TemporaryFolder folder_;
  std::FILE* output_ = nullptr;
  int pid_ = -1;
  std::string port_;
};

e2e::CtlResult list(const std::string& url, std::vector<std::string> more = {},
                    std::vector<std::string> environment = {}) {
  more.insert(more.begin(), {"tenants", "list", "--json", "--server", url});
  environment.emplace_back("TENANTCTL_KEY=tna_secret");
  return run_ctl({.arguments = std::move(more), .environment = std::move(environment)});
}

TEST_CASE("a server is believed whose certificate is trusted, and no other") {
  const TlsServer server{"DNS:localhost,IP:127.0.0.1"};
  const TlsServer other{"DNS:localhost"};
  const auto trusted = list(server.url("localhost"), {"--cacert", server.certificate()});
  CHECK(trusted.status == 0);
  CHECK(trusted.json() == nlohmann::json::array());
  CHECK(list(server.url("127.0.0.1"), {}, {"TENANTCTL_CACERT=" + server.certificate()}).status ==
        0);
  for (const auto& refused : {list(server.url("localhost")),
                              list(server.url("localhost"), {"--cacert", other.certificate()}),
                              // Nor is encryption what --insecure-http does without.
                              list(server.url("localhost"), {"--insecure-http"})}) {
    CHECK(refused.status == 1);
    CHECK(refused.error()["code"] == "untrusted");
  }
  CHECK(list(server.url("localhost"), {"--cacert", "/no/such/file"}).status == 2);
  CHECK(list(server.url("localhost"), {"--cacert", "/dev/null"}).status == 2);
}

TEST_CASE("a certificate for another name is refused") {
  const TlsServer server{"DNS:tenants.example"};
  const auto refused = list(server.url("localhost"), {"--cacert", server.certificate()});
  CHECK(refused.status == 1);
  CHECK(refused.error()["code"] == "untrusted");
}

}  // namespace
