#include "support/pgbouncer.hpp"

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>

#include <unistd.h>

namespace tenancy_test {
namespace {

void call_pgbouncer_script(const std::string& arguments) {
  const std::string command = std::string{"python3 '"} + PGBOUNCER_SCRIPT + "' " + arguments;
  if (std::system(command.c_str()) != 0) {
    std::fprintf(stderr, "failed: %s\n", command.c_str());
    std::abort();
  }
}

}  // namespace

const PgBouncer& PgBouncer::shared() {
  static const auto* const named = std::getenv("TENANCY_TEST_PGBOUNCER");
  static const auto pooler = named != nullptr
                                 ? std::unique_ptr<PgBouncer>{new PgBouncer{named}}
                                 : std::make_unique<PgBouncer>(PostgresCluster::shared());
  return *pooler;
}

PgBouncer::PgBouncer(const PostgresCluster& server, const std::string& settings) : is_own_{true} {
  static std::atomic<int> number = 0;
  file_ = "/tmp/tenancy-pgbouncer-" + std::to_string(::getpid()) + "-" + std::to_string(++number);
  call_pgbouncer_script("start '" + file_ + "' '" + server.file() + "' " + settings);
  read();
}

PgBouncer::PgBouncer(const char* file) : file_{file}, is_own_{false} { read(); }

PgBouncer::~PgBouncer() {
  if (is_own_) {
    call_pgbouncer_script("stop '" + file_ + "'");
  }
}

void PgBouncer::restart() {
  call_pgbouncer_script("restart '" + file_ + "'");
  read();
}

void PgBouncer::read() {
  std::string folder;
  std::ifstream file{file_};
  if (!(file >> folder >> port_)) {
    std::fprintf(stderr, "there is no PgBouncer in %s\n", file_.c_str());
    std::abort();
  }
}

std::string PgBouncer::url(std::string_view role, std::string_view database) const {
  return "postgresql://" + std::string{role} + "@127.0.0.1:" + std::to_string(port_) + "/" +
         std::string{database};
}

}  // namespace tenancy_test
