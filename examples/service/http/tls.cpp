#include "service/http/tls.hpp"

#include <array>
#include <stdexcept>
#include <string>

#include <boost/asio/ssl/error.hpp>
#include <openssl/ssl.h>

#include "service/private_file.hpp"

namespace tenantd {
namespace {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

constexpr std::array<unsigned char, 9> http_1_1{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
constexpr const char* ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20";
constexpr const char* groups = "X25519:P-256:P-384";

[[noreturn]] void complain(const std::filesystem::path& file, const std::string& what) {
  throw std::runtime_error{file.string() + " " + what};
}

int choose_protocol(SSL* /*session*/, const unsigned char** chosen, unsigned char* size,
                    const unsigned char* offered, unsigned offered_size, void* /*none*/) {
  // The choice points into one of both lists, which outlive the handshake; OpenSSL 3 declares it
  // without const.
  unsigned char* choice = nullptr;
  const int found =
      SSL_select_next_proto(&choice, size, http_1_1.data(), static_cast<unsigned>(http_1_1.size()),
                            offered, offered_size);
  *chosen = choice;
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

}  // namespace

std::shared_ptr<ssl::context> load_tls(const TlsFiles& files) {
  require_private_file(files.key);
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  SSL_CTX* const native = context->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(native, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
  if (SSL_CTX_set_cipher_list(native, ciphers) != 1 ||
      SSL_CTX_set1_groups_list(native, groups) != 1) {
    throw std::runtime_error{"this OpenSSL knows no good ciphers"};
  }
  SSL_CTX_set_alpn_select_cb(native, choose_protocol, nullptr);
  error_code error;
  context->use_certificate_chain_file(files.certificate.string(), error);
  if (error) {
    complain(files.certificate, "holds no certificate: " + error.message());
  }
  // A key that is locked with a passphrase is refused, not asked for.
  context->set_password_callback(
      [](std::size_t /*size*/, ssl::context::password_purpose /*purpose*/) { return ""; });
  context->use_private_key_file(files.key.string(), ssl::context::pem, error);
  if (error) {
    complain(files.key, "holds no key that goes with the certificate: " + error.message());
  }
  if (SSL_CTX_check_private_key(native) != 1) {
    complain(files.key, "does not go with the certificate in " + files.certificate.string());
  }
  return context;
}

}  // namespace tenantd
