#include "e2e/tls_client.hpp"

#include <array>
#include <cstdio>
#include <memory>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

namespace e2e {
namespace {

constexpr timeval patience{120, 0};
constexpr int one_day = 86'400;

template <auto free>
struct Freed {
  template <class Type>
  void operator()(Type* freed) const {
    free(freed);
  }
};

using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using File = std::unique_ptr<std::FILE, Freed<std::fclose>>;

std::string common_name(const X509* certificate) {
  std::array<char, 128> name{};
  X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name.data(),
                            static_cast<int>(name.size()));
  return name.data();
}

}  // namespace

void write_certificate(const std::filesystem::path& certificate, const std::filesystem::path& key,
                       const std::string& name) {
  const Key pair{EVP_EC_gen("P-256")};
  const Certificate made{X509_new()};
  X509_set_version(made.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -one_day);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), one_day);
  X509_set_pubkey(made.get(), pair.get());
  X509_NAME* const subject = X509_get_subject_name(made.get());
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(made.get(), subject);
  X509_sign(made.get(), pair.get(), EVP_sha256());
  const File certificate_file{std::fopen(certificate.c_str(), "we")};
  const File key_file{std::fopen(key.c_str(), "we")};
  if (PEM_write_X509(certificate_file.get(), made.get()) != 1 ||
      PEM_write_PrivateKey(key_file.get(), pair.get(), nullptr, nullptr, 0, nullptr, nullptr) !=
          1 ||
      ::chmod(key.c_str(), S_IRUSR | S_IWUSR) != 0) {
    throw std::runtime_error{"cannot write a certificate"};
  }
}

struct TlsClient::State {
  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { ::close(socket); }

  std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>> context{SSL_CTX_new(TLS_client_method())};
  std::unique_ptr<SSL, Freed<SSL_free>> session;
  int socket = -1;
};

TlsClient::TlsClient(std::uint16_t port, const TlsOffer& offer)
    : state_{std::make_unique<State>()} {
  State* const state = state_.get();
  state->socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ::setsockopt(state->socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  SSL_CTX* const context = state->context.get();
  // As weak as it takes, so that only the service refuses.
  SSL_CTX_set_security_level(context, 0);
  SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
  SSL_CTX_set_max_proto_version(context, offer.most_version);
  SSL_CTX_set_alpn_protos(context, reinterpret_cast<const unsigned char*>(offer.protocols.data()),
                          static_cast<unsigned>(offer.protocols.size()));
  state->session.reset(SSL_new(context));
  SSL_set_fd(state->session.get(), state->socket);
  const bool is_connected =
      ::connect(state->socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  if (!is_connected || SSL_connect(state->session.get()) != 1) {
    throw std::runtime_error{"no handshake"};
  }
}

TlsClient::~TlsClient() = default;

void TlsClient::send(std::string_view bytes) {
  if (SSL_write(state_->session.get(), bytes.data(), static_cast<int>(bytes.size())) <= 0) {
    throw std::runtime_error{"the service stopped reading"};
  }
}

std::string TlsClient::read(std::size_t least) {
  std::string all;
  std::array<char, 16384> chunk{};
  while (all.size() < least) {
    const int got = SSL_read(state_->session.get(), chunk.data(), static_cast<int>(chunk.size()));
    if (got <= 0) {
      throw std::runtime_error{"the service closed in the middle of an answer"};
    }
    all.append(chunk.data(), static_cast<std::size_t>(got));
  }
  return all;
}

std::string TlsClient::read_to_end() {
  std::string all;
  std::array<char, 16384> chunk{};
  int got = 0;
  while ((got = SSL_read(state_->session.get(), chunk.data(), static_cast<int>(chunk.size()))) >
         0) {
    all.append(chunk.data(), static_cast<std::size_t>(got));
  }
  if (SSL_get_error(state_->session.get(), got) != SSL_ERROR_ZERO_RETURN) {
    throw std::runtime_error{"the connection was cut"};
  }
  return all;
}

std::string TlsClient::server_name() const {
  return common_name(SSL_get0_peer_certificate(state_->session.get()));
}

std::string TlsClient::version() const { return SSL_get_version(state_->session.get()); }

std::string TlsClient::protocol() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(state_->session.get(), &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

}  // namespace e2e
