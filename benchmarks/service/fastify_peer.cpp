#include "service/fastify_peer.hpp"

#include <iostream>

#include "child_process.hpp"

namespace tenancy_bench {

std::optional<std::vector<std::string>> fastify_command(const std::filesystem::path& file) {
  const std::filesystem::path folder{TENANCY_BENCH_FASTIFY};
  std::cout << "Installing Fastify in " << folder.string() << " ..." << std::endl;
  const auto installed =
      run_program({"sh", TENANCY_BENCH_SERVICE "/fastify/install.sh", folder.string()});
  if (!installed || !installed->succeeded) {
    std::cout << "Fastify and better-sqlite3 cannot be installed; their figures are left out:\n"
              << (installed ? installed->errors : "there is no shell") << std::endl;
    return std::nullopt;
  }
  return std::vector<std::string>{"node", (folder / "server.js").string(), file.string()};
}

}  // namespace tenancy_bench
