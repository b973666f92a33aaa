#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "service/http/handler.hpp"
#include "service/http/limits.hpp"
#include "service/http/tls_files.hpp"

namespace tenantd {

/// Where a server listens, and with how many threads it works.
struct ServerOptions {
  std::string address;  ///< An IPv4 or IPv6 address.
  std::uint16_t port;   ///< 0 for any that is free.
  std::size_t threads;  ///< That serve the sockets.
  Limits limits = {};
  std::optional<TlsFiles> tls = {};
  /// Called on a thread that serves sockets as soon as the server is told to stop; may be empty.
  std::function<void()> on_stopping = {};
};

/// An HTTP/1.1 server: few threads serve all sockets and call the handler, which does not block.
/// When connections run out, those that wait for their clients make room, as `Limits` tells; the
/// log counts them and those that are turned away.
///
/// Thread safety: thread-confined.
class Server {
 public:
  /// Binds the address, so that clients queue from now on.
  /// Throws a `std::runtime_error` that says why when that or the certificate fails.
  explicit Server(ServerOptions options);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  /// `http://127.0.0.1:8080` or `https://[::1]:8080`, with the actual port.
  [[nodiscard]] std::string url() const;

  /// The same for programs on this machine, which cannot connect to `0.0.0.0` everywhere.
  [[nodiscard]] std::string url_from_here() const;

  /// Whether only programs on this machine can connect.
  [[nodiscard]] bool is_local() const;

  [[nodiscard]] bool is_encrypted() const;

  /// Serves until SIGINT or SIGTERM, then lets the requests in flight finish. A second signal ends
  /// the process at once. SIGHUP reads the certificate again, for new connections; when it cannot
  /// be used, the old one stays. To be called once.
  void run(Handler& handler);

 private:
  class Listener;
  std::unique_ptr<Listener> listener_;
};

}  // namespace tenantd
