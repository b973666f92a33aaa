#include "support/postgres_cluster.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

namespace tenancy_test {
namespace {

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "%s\n", why.c_str());
  std::abort();
}

void call_script(const std::string& arguments) {
  const std::string command = std::string{"python3 '"} + POSTGRES_CLUSTER_SCRIPT + "' " + arguments;
  if (std::system(command.c_str()) != 0) {
    give_up("failed: " + command);
  }
}

}  // namespace

const PostgresCluster& PostgresCluster::shared() {
  static const auto* const named = std::getenv("TENANCY_TEST_POSTGRES");
  static const auto cluster = [] {
    return named != nullptr ? std::unique_ptr<PostgresCluster>{new PostgresCluster{Named{named}}}
                            : std::make_unique<PostgresCluster>(std::string{});
  }();
  return *cluster;
}

std::string PostgresCluster::next_file() {
  static std::atomic<int> number = 0;
  return "/tmp/tenancy-cluster-" + std::to_string(::getpid()) + "-" + std::to_string(++number);
}

PostgresCluster::PostgresCluster(const std::string& settings) : file_{next_file()}, is_own_{true} {
  call_script("start '" + file_ + "' " + settings);
  read();
}

PostgresCluster::PostgresCluster(const PostgresCluster& primary, const std::string& settings)
    : file_{next_file()}, is_own_{true} {
  call_script("replica '" + file_ + "' '" + primary.file() + "' " + settings);
  read();
}

void PostgresCluster::restart() {
  call_script("restart '" + file_ + "'");
  read();
}

PostgresCluster::PostgresCluster(const Named& named) : file_{named.file}, is_own_{false} { read(); }

PostgresCluster::~PostgresCluster() {
  if (is_own_) {
    call_script("stop '" + file_ + "'");
  }
}

void PostgresCluster::await() const {
  // The server writes there how far it is.
  const int changes = ::inotify_init1(IN_CLOEXEC);
  if (changes < 0 ||
      ::inotify_add_watch(changes, (folder_ + "/data").c_str(), IN_MODIFY | IN_CREATE) < 0) {
    give_up("the server's folder cannot be watched");
  }
  const auto last = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  while (PQping(admin_url().c_str()) != PQPING_OK) {
    if (std::chrono::steady_clock::now() > last) {
      give_up("the server does not come back");
    }
    constexpr int longest_wait =
        1000;  // Also of a server that only then finds out that it is gone.
    pollfd changed{changes, POLLIN, 0};
    if (::poll(&changed, 1, longest_wait) > 0) {
      std::array<char, 4096> ignored{};
      static_cast<void>(::read(changes, ignored.data(), ignored.size()));
    }
  }
  ::close(changes);
}

void PostgresCluster::read() {
  std::ifstream file{file_};
  if (!(file >> folder_ >> port_ >> process_)) {
    give_up("there is no cluster in " + file_);
  }
}

std::string PostgresCluster::url(std::string_view role, std::string_view database) const {
  std::string host;
  for (const char letter : folder_) {
    host += letter == '/' ? std::string{"%2F"} : std::string{letter};
  }
  return "postgresql://" + std::string{role} + "@" + host + ":" + std::to_string(port_) + "/" +
         std::string{database};
}

int PostgresCluster::process_of(std::string_view role) const {
  const auto text_of = [](const std::filesystem::path& file) {
    std::ifstream stream{file};
    return std::string{std::istreambuf_iterator<char>{stream}, {}};
  };
  const std::string parent = "\nPPid:\t" + std::to_string(process_) + "\n";
  for (const auto& entry : std::filesystem::directory_iterator{"/proc"}) {
    if (text_of(entry.path() / "cmdline").find(role) != std::string::npos &&
        text_of(entry.path() / "status").find(parent) != std::string::npos) {
      return std::stoi(entry.path().filename().string());
    }
  }
  return 0;
}

RawSession::RawSession(const std::string& url) : connection_{PQconnectdb(url.c_str())} {
  if (PQstatus(connection_) != CONNECTION_OK) {
    give_up(std::string{"a session past the library: "} + PQerrorMessage(connection_));
  }
}

RawSession::~RawSession() { PQfinish(connection_); }

std::string RawSession::fails_with(const std::string& sql) const {
  PGresult* const result = PQexec(connection_, sql.c_str());
  const char* const state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const std::string found{state == nullptr ? "" : state};
  PQclear(result);
  return found;
}

void RawSession::run(const std::string& sql) const {
  PGresult* const result = PQexec(connection_, sql.c_str());
  const auto status = PQresultStatus(result);
  PQclear(result);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
    give_up(sql + ": " + PQerrorMessage(connection_));
  }
}

std::vector<std::vector<std::optional<std::string>>> RawSession::rows(
    const std::string& sql) const {
  PGresult* const result = PQexec(connection_, sql.c_str());
  if (PQresultStatus(result) != PGRES_TUPLES_OK) {
    give_up(sql + ": " + PQerrorMessage(connection_));
  }
  std::vector<std::vector<std::optional<std::string>>> rows;
  for (int row = 0; row < PQntuples(result); ++row) {
    auto& values = rows.emplace_back();
    for (int column = 0; column < PQnfields(result); ++column) {
      values.push_back(PQgetisnull(result, row, column) != 0
                           ? std::nullopt
                           : std::optional<std::string>{PQgetvalue(result, row, column)});
    }
  }
  PQclear(result);
  return rows;
}

std::string RawSession::value(const std::string& sql) const {
  PGresult* const result = PQexec(connection_, sql.c_str());
  if (PQresultStatus(result) != PGRES_TUPLES_OK) {
    give_up(sql + ": " + PQerrorMessage(connection_));
  }
  std::string value;
  if (PQntuples(result) > 0 && PQgetisnull(result, 0, 0) == 0) {
    value = PQgetvalue(result, 0, 0);
  }
  PQclear(result);
  return value;
}

}  // namespace tenancy_test
