#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace e2e {

/// Writes a fresh key and a certificate for it, signed by itself, with that common name.
void write_certificate(const std::filesystem::path& certificate, const std::filesystem::path& key,
                       const std::string& name);

/// What of TLS a client speaks.
struct TlsOffer {
  int most_version = 0;        ///< As OpenSSL counts; 0 for the newest.
  std::string protocols = {};  ///< ALPN, each with its length in front.
};

/// One TLS connection to a service on this machine, blocking. It takes any certificate.
class TlsClient {
 public:
  /// Shakes hands. Throws a `std::runtime_error` when that fails.
  explicit TlsClient(std::uint16_t port, const TlsOffer& offer = {});
  TlsClient(const TlsClient&) = delete;
  TlsClient& operator=(const TlsClient&) = delete;
  ~TlsClient();

  void send(std::string_view bytes);
  /// Reads to the end of the connection, which must have been announced as such.
  std::string read_to_end();
  /// Reads until there are that many bytes at least.
  std::string read(std::size_t least);

  /// The common name in the service's certificate; the protocol's version; the chosen ALPN.
  [[nodiscard]] std::string server_name() const;
  [[nodiscard]] std::string version() const;
  [[nodiscard]] std::string protocol() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace e2e
