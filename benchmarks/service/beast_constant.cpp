// A server that answers everything with a constant body: what the network and HTTP alone cost.
//
//   beast_constant BODY_BYTES

#include <charconv>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/span_body.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

// One executor known to the compiler, which spares the type-erased ones.
using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<tcp, Executor>;
using Acceptor = asio::basic_socket_acceptor<tcp, Executor>;
template <class T>
using Awaitable = asio::awaitable<T, Executor>;
constexpr asio::use_awaitable_t<Executor> use_awaitable;

Awaitable<void> serve(Socket socket, const std::string& body) {
  error_code error;
  const auto token = [&error] { return asio::redirect_error(use_awaitable, error); };
  socket.set_option(tcp::no_delay{true}, error);
  boost::beast::flat_buffer buffer;
  while (true) {
    http::request<http::string_body> request;
    co_await http::async_read(socket, buffer, request, token());
    if (error) {
      co_return;
    }
    http::response<http::span_body<const char>> response{http::status::ok, request.version()};
    response.set(http::field::content_type, "application/json");
    response.body() = {body.data(), body.size()};
    response.keep_alive(request.keep_alive());
    response.prepare_payload();
    co_await http::async_write(socket, response, token());
    if (error || !response.keep_alive()) {
      co_return;
    }
  }
}

Awaitable<void> accept_all(Acceptor& acceptor, const std::string& body) {
  while (true) {
    asio::co_spawn(acceptor.get_executor(),
                   serve(co_await acceptor.async_accept(use_awaitable), body), asio::detached);
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t size = 0;
  const std::string_view argument = argc == 2 ? argv[1] : "";
  if (std::from_chars(argument.data(), argument.data() + argument.size(), size).ptr !=
          argument.data() + argument.size() ||
      size == 0) {
    std::cerr << "usage: beast_constant BODY_BYTES\n";
    return EXIT_FAILURE;
  }
  const std::string body(size, 'x');
  asio::io_context context{1};
  Acceptor acceptor{context, {asio::ip::address_v4::loopback(), 0}};
  asio::signal_set signals{context, SIGINT, SIGTERM};
  signals.async_wait([&](const error_code& /*error*/, int /*signal*/) { context.stop(); });
  asio::co_spawn(context, accept_all(acceptor, body), asio::detached);
  std::cout << "listening on http://127.0.0.1:" << acceptor.local_endpoint().port() << std::endl;
  context.run();
  return EXIT_SUCCESS;
}
