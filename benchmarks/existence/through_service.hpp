#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "service/http_connection.hpp"
#include "service/server_process.hpp"

namespace tenancy_bench {

/// A customer of the service, as it is shipped, asks over one connection for ids of another's rows
/// and for ids of nobody's.
class AskingCustomer {
 public:
  /// Makes the service's store in the folder.
  explicit AskingCustomer(const std::filesystem::path& folder);

  [[nodiscard]] std::size_t variants() const noexcept { return requests_of_others_.size(); }

  // Each ends the program when the answer is not 404.
  void ask_for_others(std::size_t number) { ask(requests_of_others_[number]); }
  void ask_for_nobodys(std::size_t number) { ask(requests_of_nobodys_[number]); }

 private:
  void ask(const std::string& request);

  std::vector<std::string> requests_of_others_;
  std::vector<std::string> requests_of_nobodys_;
  std::unique_ptr<ServerProcess> service_;
  std::unique_ptr<HttpConnection> connection_;
};

}  // namespace tenancy_bench
