#include "postgres/server.hpp"

#include <cstdlib>
#include <fstream>

#include <unistd.h>

#include "give_up.hpp"

namespace tenancy_bench {
namespace {

void call_script(const std::string& arguments) {
  const std::string command =
      std::string{"python3 '"} + TENANCY_BENCH_CLUSTER_SCRIPT + "' " + arguments;
  if (std::system(command.c_str()) != 0) {
    give_up("failed: " + command);
  }
}

}  // namespace

Server::Server() : file_{"/tmp/tenancy-bench-cluster-" + std::to_string(::getpid())} {
  call_script("start '" + file_ +
              "' fsync=on full_page_writes=on synchronous_commit=on shared_buffers=256MB");
  std::ifstream file{file_};
  std::string folder;
  if (!(file >> folder >> port_)) {
    give_up("the server does not say where it is");
  }
}

Server::~Server() { call_script("stop '" + file_ + "'"); }

std::string Server::url(std::string_view role, std::string_view database, int port) const {
  return "postgresql://" + std::string{role} +
         "@127.0.0.1:" + std::to_string(port == 0 ? port_ : port) + "/" + std::string{database};
}

}  // namespace tenancy_bench
