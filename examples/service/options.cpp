#include "service/options.hpp"

#include <array>
#include <iostream>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <arpa/inet.h>

#include "tenancy/version.hpp"

namespace tenantd {
namespace {

constexpr int exit_misused = 2;

std::string version_text() {
  return "tenantd " + std::to_string(TENANCY_VERSION_MAJOR) + "." +
         std::to_string(TENANCY_VERSION_MINOR) + "." + std::to_string(TENANCY_VERSION_PATCH);
}

/// Empty when it is an address, as CLI11 wants it.
std::string address_rule(const std::string& text) {
  std::array<unsigned char, sizeof(in6_addr)> parsed{};
  if (inet_pton(AF_INET, text.c_str(), parsed.data()) == 1 ||
      inet_pton(AF_INET6, text.c_str(), parsed.data()) == 1) {
    return {};
  }
  return "not an IPv4 or IPv6 address: " + text;
}

}  // namespace

std::string Options::store_url() const {
  return store.empty() ? "sqlite:" + data + "/tenancy.db" : store;
}

std::variant<Options, int> parse_options(int argc, const char* const* argv) {
  Options options;
  bool without_demo = false;
  CLI::App app{"Serves deployments to the tenants that they belong to.", "tenantd"};
  app.set_version_flag("--version", version_text());
  app.add_option("--address", options.address, "Address to listen on")
      ->check(address_rule, "IP")
      ->capture_default_str();
  app.add_option("--port", options.port, "Port to listen on, 0 for any that is free")
      ->capture_default_str();
  app.add_option("--store", options.store, "Store: sqlite:FILE (default: tenancy.db in --data)")
      ->type_name("URL");
  app.add_option("--data", options.data, "Directory for the default store; created for its owner")
      ->type_name("DIR")
      ->capture_default_str();
  app.add_flag("--no-demo", without_demo, "Leave an empty store empty");
  app.add_option("--new-admin-key", options.new_admin_key,
                 "Issue one more administrator's key of that name, print it and exit")
      ->type_name("NAME");
  app.add_option("--threads", options.threads, "Threads for requests that wait or compute")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  app.add_option("--io-threads", options.io_threads,
                 "Threads that serve the sockets and answer what is quick")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error, std::cout, std::cerr) == 0 ? 0 : exit_misused;
  }
  options.with_demo = !without_demo;
  return options;
}

}  // namespace tenantd
