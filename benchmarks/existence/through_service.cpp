#include "existence/through_service.hpp"

#include <poll.h>

#include "service/mixed_requests.hpp"
#include "service/population.hpp"

namespace tenancy_bench {
namespace {

/// Another id of the same time, so that it lies where that one does: only its random end differs.
std::string id_of_nobody(std::string id) {
  for (std::size_t i = id.size() - 8; i < id.size(); ++i) {
    id[i] = id[i] == '7' ? 'Q' : '7';
  }
  return id;
}

}  // namespace

AskingCustomer::AskingCustomer(const std::filesystem::path& folder) {
  const auto file = folder / "service.db";
  const auto customers = make_service_store(file);
  for (const std::string& id : customers[1].deployments) {
    requests_of_others_.push_back(read_request(customers[0], id));
    requests_of_nobodys_.push_back(read_request(customers[0], id_of_nobody(id)));
  }
  service_ = std::make_unique<ServerProcess>(
      std::vector<std::string>{TENANCY_BENCH_TENANTD, "--port", "0", "--no-demo", "--io-threads",
                               "1", "--no-access-log", "--store", "sqlite:" + file.string()});
  connection_ = std::make_unique<HttpConnection>(service_->port(), "HTTP/1.1 404");
}

void AskingCustomer::ask() {
  connection_->send(request_);
  pollfd ready{.fd = connection_->descriptor(), .events = POLLIN, .revents = 0};
  do {
    ::poll(&ready, 1, -1);
  } while (!connection_->receive());
}

}  // namespace tenancy_bench
