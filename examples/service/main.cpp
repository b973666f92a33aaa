#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <variant>

#include "service/http/server.hpp"
#include "service/log.hpp"
#include "service/options.hpp"
#include "service/service.hpp"
#include "service/start_up.hpp"

namespace {

int complain(const std::string& what_is_wrong) {
  std::cerr << "tenantd: " << what_is_wrong << "\n";
  return EXIT_FAILURE;
}

int issue_key(const tenantd::Options& options) {
  const auto authority = tenantd::open_store(options);
  if (!authority) {
    return complain(authority.error().to_string());
  }
  const auto printed =
      tenantd::print_new_administrator_key(authority.value(), *options.new_admin_key, std::cout);
  return printed ? EXIT_SUCCESS : complain(printed.error().to_string());
}

int serve(const tenantd::Options& options) {
  // Bound before anything else, so that a taken port leaves no half-introduced store behind.
  tenantd::Server server{{options.address, options.port, options.io_threads}};
  const auto authority = tenantd::open_store(options);
  if (!authority) {
    return complain(authority.error().to_string());
  }
  const auto welcomed =
      tenantd::print_welcome(authority.value(), options, server.url_from_here(), std::cout);
  if (!welcomed) {
    return complain(welcomed.error().to_string());
  }
  if (!server.is_local()) {
    tenantd::log_warning(
        "listening for other machines without encryption: put a TLS proxy in front");
  }
  tenantd::Service service{
      authority.value().store(), authority.value().authenticator(), {.workers = options.threads}};
  std::cout << "listening on " << server.url() << std::endl;
  server.run(service);
  std::cout << "stopped" << std::endl;
  return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const auto parsed = tenantd::parse_options(argc, argv);
    if (const int* const status = std::get_if<int>(&parsed)) {
      return *status;
    }
    // A reader of the output that goes away must not take the service with it.
    std::signal(SIGPIPE, SIG_IGN);
    tenantd::set_up_log();
    const auto& options = std::get<tenantd::Options>(parsed);
    return options.new_admin_key ? issue_key(options) : serve(options);
  } catch (const std::exception& e) {
    return complain(e.what());
  }
}
