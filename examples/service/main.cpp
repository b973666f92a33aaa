#include <csignal>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "service/http/server.hpp"
#include "service/log.hpp"
#include "service/notify.hpp"
#include "service/options.hpp"
#include "service/powers.hpp"
#include "service/readiness.hpp"
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

void print_address(const tenantd::Server& server) {
  if (!server.is_local() && !server.is_encrypted()) {
    tenantd::log_warning(
        "listening for other machines without encryption: set --tls-certificate and --tls-key, or "
        "put a TLS proxy in front");
  }
  std::cout << "listening on " << server.url() << std::endl;
}

int serve(const tenantd::Options& options) {
  std::shared_ptr<tenantd::Readiness> readiness;
  tenantd::ServerOptions server_options{
      options.address, options.port, options.io_threads, options.limits, {}, [&readiness] {
        readiness->end();
        tenantd::notify_manager("STOPPING=1");
      }};
  if (!options.tls_certificate.empty()) {
    server_options.tls = tenantd::TlsFiles{options.tls_certificate, options.tls_key};
  }
  // Bound before anything else, so that a taken port leaves no half-introduced store behind.
  tenantd::Server server{std::move(server_options)};
  const auto authority = tenantd::open_store(options);
  if (!authority) {
    return complain(authority.error().to_string());
  }
  const auto welcomed =
      tenantd::print_welcome(authority.value(), options, server.url_from_here(), std::cout);
  if (!welcomed) {
    return complain(welcomed.error().to_string());
  }
  readiness = tenantd::watch(authority.value());
  auto service_options = options.service;
  service_options.readiness = readiness;
  service_options.instances = tenantd::open_messaging(options.messaging);
  service_options.object_bytes = options.limits.body_bytes;
  tenantd::Service service{authority.value().store(), authority.value().authenticator(),
                           tenantd::powers_of(authority.value()), service_options};
  print_address(server);
  tenantd::notify_manager("READY=1");
  server.run(service);
  std::cout << "stopped" << std::endl;
  return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const auto parsed =
        tenantd::parse_options(argc, argv, tenantd::own_environment(), std::cout, std::cerr);
    if (const int* const status = std::get_if<int>(&parsed)) {
      return *status;
    }
    // A reader of the output that goes away must not take the service with it.
    std::signal(SIGPIPE, SIG_IGN);
    const auto& options = std::get<tenantd::Options>(parsed);
    const tenantd::Log log{options.log};
    return options.new_admin_key ? issue_key(options) : serve(options);
  } catch (const std::exception& e) {
    return complain(e.what());
  }
}
