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

  /// What `ask` asks for. The request is copied to one place, whosever id is in it.
  void choose_others(std::size_t number) { request_ = requests_of_others_[number]; }
  void choose_nobodys(std::size_t number) { request_ = requests_of_nobodys_[number]; }

  /// Ends the program when the answer is not 404.
  void ask();

 private:
  std::vector<std::string> requests_of_others_;
  std::vector<std::string> requests_of_nobodys_;
  std::string request_;
  std::unique_ptr<ServerProcess> service_;
  std::unique_ptr<HttpConnection> connection_;
};

}  // namespace tenancy_bench
