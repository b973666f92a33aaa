#pragma once

#include <string>
#include <string_view>

namespace tenancy_bench {

/// A private PostgreSQL server with the settings of one that keeps what it is told, for as long as
/// this lives.
class Server {
 public:
  Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  /// Over TCP on the loopback interface; by another port than its own through a proxy.
  [[nodiscard]] std::string url(std::string_view role, std::string_view database,
                                int port = 0) const;
  [[nodiscard]] int port() const noexcept { return port_; }

 private:
  std::string file_;
  int port_ = 0;
};

}  // namespace tenancy_bench
