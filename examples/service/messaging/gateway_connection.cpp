#include "service/messaging/gateway_connection.hpp"

#include <future>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <utility>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <openssl/ssl.h>

#include "service/build.hpp"
#include "service/log.hpp"

namespace tenantd {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;
using asio::ip::tcp;
using PlainStream = beast::tcp_stream;
using TlsStream = beast::ssl_stream<beast::tcp_stream>;
using Answered = GatewayReply<GatewayAnswer>;

constexpr asio::use_awaitable_t<> use_awaitable;
constexpr std::uint32_t max_header_bytes = 16 * 1024;

/// The request's bytes.
std::string wire_of(const GatewayAddress& address, const GatewayRequest& request) {
  http::request<http::string_body> wire{
      http::string_to_verb({request.method.data(), request.method.size()}),
      address.path + request.target, 11};
  wire.set(http::field::host, address.authority());
  wire.set(http::field::user_agent, std::string{program_name} + "/" + program_version);
  wire.set(http::field::accept, "application/json");
  wire.set(http::field::connection, "close");
  wire.set("apikey", beast::string_view{request.key.data(), request.key.size()});
  if (request.json) {
    wire.set(http::field::content_type, "application/json");
    wire.body() = *request.json;
  }
  // Also of length 0 where a body is usual.
  wire.prepare_payload();
  std::ostringstream text;
  text << wire;
  return std::move(text).str();
}

/// What an error before the answer means, in a handshake or outside of one.
GatewayFailure connection_failure(const error_code& error) {
  if (error == beast::error::timeout) {
    return GatewayFault::timed_out;
  }
  const bool is_tls = error.category() == asio::error::get_ssl_category();
  const auto code = static_cast<unsigned long>(error.value());
  if (is_tls && ERR_GET_REASON(code) == SSL_R_CERTIFICATE_VERIFY_FAILED) {
    return GatewayFault::untrusted;
  }
  return GatewayFault::unreachable;
}

GatewayFailure reading_failure(const error_code& error, bool has_begun) {
  if (error == beast::error::timeout) {
    return GatewayFault::timed_out;
  }
  // What is cut off, too long or no HTTP at all.
  const bool is_http = error.category() == make_error_code(http::error::end_of_stream).category();
  return has_begun || (is_http && error != http::error::end_of_stream) ? GatewayFault::malformed
                                                                       : GatewayFault::unreachable;
}

template <class Stream>
asio::awaitable<Answered> converse(Stream& stream, std::string_view wire) {
  error_code error;
  co_await asio::async_write(stream, asio::buffer(wire),
                             asio::redirect_error(use_awaitable, error));
  if (error) {
    co_return connection_failure(error);
  }
  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.header_limit(max_header_bytes);
  parser.body_limit(GatewayConnection::max_body_bytes);
  co_await http::async_read(stream, buffer, parser, asio::redirect_error(use_awaitable, error));
  if (error) {
    co_return reading_failure(error, parser.is_header_done() || buffer.size() > 0);
  }
  auto& message = parser.get();
  co_return GatewayAnswer{static_cast<int>(message.result_int()), std::move(message.body())};
}

asio::ssl::context trust_in(const std::string& cacert) {
  asio::ssl::context context{asio::ssl::context::tls_client};
  SSL_CTX* const native = context.native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_options(native, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  context.set_verify_mode(asio::ssl::verify_peer);
  error_code error;
  if (cacert.empty()) {
    context.set_default_verify_paths(error);
  } else {
    context.load_verify_file(cacert, error);
  }
  if (error) {
    throw std::runtime_error{cacert.empty() ? "the system's certificates cannot be read"
                                            : cacert + " holds no certificates to trust"};
  }
  return context;
}

}  // namespace

class GatewayConnection::Wires {
 public:
  Wires(GatewayAddress address, const std::string& cacert)
      : address_{std::move(address)}, trust_{trust_in(cacert)} {}
  Wires(const Wires&) = delete;
  Wires& operator=(const Wires&) = delete;
  ~Wires() { context_.stop(); }

  Answered send(const GatewayRequest& request, Clock::time_point deadline) {
    // Outlives a call that gives up.
    const auto conversation = std::make_shared<Conversation>(wire_of(address_, request), deadline);
    auto answer = conversation->answer.get_future();
    asio::co_spawn(context_, hold(conversation), asio::detached);
    if (answer.wait_until(deadline) == std::future_status::timeout) {
      return GatewayFault::timed_out;
    }
    return answer.get();
  }

 private:
  struct Conversation {
    Conversation(std::string request, Clock::time_point end)
        : wire{std::move(request)}, deadline{end} {}

    std::string wire;
    Clock::time_point deadline;
    std::promise<Answered> answer;
  };
  using ConversationPtr = std::shared_ptr<Conversation>;

  asio::awaitable<void> hold(ConversationPtr conversation) {
    Answered answered = GatewayFault::unreachable;
    try {
      answered = co_await ask(*conversation);
    } catch (...) {
      log_exception("a request to the messaging gateway threw", std::current_exception());
    }
    conversation->answer.set_value(std::move(answered));
  }

  asio::awaitable<Answered> ask(const Conversation& conversation) {
    error_code error;
    tcp::resolver resolver{context_};
    const auto found = co_await resolver.async_resolve(address_.host, std::to_string(address_.port),
                                                       tcp::resolver::numeric_service,
                                                       asio::redirect_error(use_awaitable, error));
    if (error) {
      co_return GatewayFault::unreachable;
    }
    if (Clock::now() >= conversation.deadline) {
      co_return GatewayFault::timed_out;
    }
    PlainStream stream{context_};
    stream.expires_at(conversation.deadline);
    co_await stream.async_connect(found, asio::redirect_error(use_awaitable, error));
    if (error) {
      co_return connection_failure(error);
    }
    if (!address_.is_encrypted) {
      co_return co_await converse(stream, conversation.wire);
    }
    TlsStream encrypted{std::move(stream), trust_};
    encrypted.set_verify_callback(asio::ssl::host_name_verification{address_.host});
    if (!name_server(encrypted)) {
      co_return GatewayFault::unreachable;
    }
    co_await encrypted.async_handshake(asio::ssl::stream_base::client,
                                       asio::redirect_error(use_awaitable, error));
    if (error) {
      co_return connection_failure(error);
    }
    co_return co_await converse(encrypted, conversation.wire);
  }

  /// Tells whose certificate is wanted, where the host has a name. False when that fails.
  bool name_server(TlsStream& stream) const {
    error_code is_name;
    asio::ip::make_address(address_.host, is_name);
    // OpenSSL copies it, and declares it without const.
    std::string name = address_.host;
    return !is_name || SSL_ctrl(stream.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME,
                                TLSEXT_NAMETYPE_host_name, name.data()) == 1;
  }

  const GatewayAddress address_;
  asio::ssl::context trust_;
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
  std::jthread thread_{[this] { context_.run(); }};
};

GatewayConnection::GatewayConnection(GatewayAddress address, const std::string& cacert)
    : wires_{std::make_unique<Wires>(std::move(address), cacert)} {}
GatewayConnection::~GatewayConnection() = default;

GatewayReply<GatewayAnswer> GatewayConnection::send(const GatewayRequest& request,
                                                    Clock::time_point deadline) {
  return wires_->send(request, deadline);
}

}  // namespace tenantd
