#pragma once

#include <memory>
#include <optional>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include "service/http/handler.hpp"
#include "service/http/limits.hpp"

namespace tenantd {

/// One client's connection: reads requests one after the other and answers each before it reads the
/// next, which keeps pipelined answers in order.
///
/// Ownership: shared by the server and by the coroutine that serves it.
/// Thread safety: confined to the strand that the socket was accepted on; the handler may answer
/// from anywhere.
class Connection {
 public:
  Connection(boost::asio::ip::tcp::socket socket, Handler& handler, const Limits& limits);

  [[nodiscard]] boost::asio::any_io_executor executor() { return stream_.get_executor(); }

  /// Serves until either side closes. Keeps the connection alive meanwhile.
  static boost::asio::awaitable<void> serve(std::shared_ptr<Connection> self);

  /// Closes once the request in flight, if any, is answered. Callable from any thread.
  static void finish_soon(const std::shared_ptr<Connection>& self);

  /// Closes at once. Callable from any thread.
  static void abort(const std::shared_ptr<Connection>& self);

 private:
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

  enum class Intake { complete, refused, gone };

  boost::asio::awaitable<bool> serve_one();
  boost::asio::awaitable<Intake> receive();
  boost::asio::awaitable<bool> send(const std::string& wire);
  boost::asio::awaitable<void> linger();

  Intake refused(Problem problem);
  Intake failed(const boost::beast::error_code& error);
  [[nodiscard]] std::optional<Problem> objection() const;
  [[nodiscard]] bool has_long_target() const;
  [[nodiscard]] bool is_idle() const;

  boost::beast::tcp_stream stream_;
  boost::beast::flat_buffer buffer_;
  Handler& handler_;
  const Limits& limits_;
  std::optional<Parser> parser_;  ///< Of the request at hand, or of the one that is waited for.
  Request request_;               ///< Taken before the body, whose trailers are not headers.
  std::optional<Problem> refusal_;
  bool is_waiting_ = false;  ///< For a request, or for a refused client to go.
  bool is_stopping_ = false;
};

}  // namespace tenantd
