#include "service/http/connection.hpp"

#include <array>
#include <memory>
#include <utility>

#include <boost/asio/async_result.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/read.hpp>

#include "service/http/wire.hpp"

namespace tenantd {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

/// The head of a request without its transport; of one that was refused half-read, what has
/// arrived.
Request to_request(const http::request<http::string_body>& message) {
  Request request;
  request.method = message.method_string();
  request.target = message.target();
  request.headers.reserve(8);
  for (const auto& field : message) {
    request.headers.push_back({field.name_string(), field.value()});
  }
  return request;
}

/// Lets the handler answer, and resumes on the executor of the coroutine that waits.
template <asio::completion_token_for<void(Response)> Token>
auto answer_of(Handler& handler, Request request, Token&& token) {
  return asio::async_initiate<Token, void(Response)>(
      [&handler](auto resume, Request work) {
        // The guard keeps the waiting executor running although nothing else is queued there.
        auto home = asio::prefer(asio::get_associated_executor(resume),
                                 asio::execution::outstanding_work_t::tracked_t{});
        auto waiting = std::make_shared<decltype(resume)>(std::move(resume));
        handler.handle(std::move(work),
                       [home = std::move(home), waiting = std::move(waiting)](Response response) {
                         asio::dispatch(home, [resume = std::move(*waiting),
                                               response = std::move(response)]() mutable {
                           std::move(resume)(std::move(response));
                         });
                       });
      },
      token, std::move(request));
}

bool is_protocol_error(const beast::error_code& error) {
  return error.category() == beast::error_code{http::error::bad_method}.category() &&
         error != http::error::end_of_stream && error != http::error::partial_message;
}

}  // namespace

Connection::Connection(asio::ip::tcp::socket socket, Handler& handler, const Limits& limits)
    : stream_{std::move(socket)},
      buffer_{limits.buffered_bytes},
      handler_{handler},
      limits_{limits} {
  // Answers are written whole; waiting for more to send only delays them.
  beast::error_code ignored;
  stream_.socket().set_option(asio::ip::tcp::no_delay{true}, ignored);
}

asio::awaitable<void> Connection::serve(std::shared_ptr<Connection> self) {
  while (!self->is_stopping_) {
    const bool goes_on = co_await self->serve_one();
    if (!goes_on) {
      break;
    }
  }
  self->stream_.close();
}

void Connection::finish_soon(const std::shared_ptr<Connection>& self) {
  asio::dispatch(self->stream_.get_executor(), [self] {
    self->is_stopping_ = true;
    if (self->is_idle()) {
      self->stream_.cancel();
    }
  });
}

void Connection::abort(const std::shared_ptr<Connection>& self) {
  asio::dispatch(self->stream_.get_executor(), [self] {
    self->is_stopping_ = true;
    self->stream_.close();
  });
}

asio::awaitable<bool> Connection::serve_one() {
  parser_.emplace();
  parser_->header_limit(limits_.header_bytes);
  parser_->body_limit(limits_.body_bytes);
  const Intake intake = co_await receive();
  if (intake == Intake::gone) {
    co_return false;
  }

  Framing framing;
  framing.with_body = parser_->get().method() != http::verb::head;
  framing.http_1_0 = parser_->get().version() == 10;
  framing.keep_alive = intake == Intake::complete && parser_->keep_alive();
  Request request = std::move(request_);
  request.body = std::move(parser_->get().body());
  Response response;
  if (intake == Intake::complete) {
    response = co_await answer_of(handler_, std::move(request), asio::use_awaitable);
  } else {
    response = handler_.refuse(request, *refusal_);
  }

  framing.keep_alive = framing.keep_alive && !is_stopping_;
  const std::string wire = to_wire(response, framing);
  const bool is_sent = co_await send(wire);
  if (is_sent && intake == Intake::refused) {
    co_await linger();
  }
  const bool goes_on = is_sent && framing.keep_alive;
  co_return goes_on;
}

asio::awaitable<Connection::Intake> Connection::receive() {
  beast::error_code error;
  is_waiting_ = true;
  stream_.expires_after(limits_.read);
  co_await http::async_read_header(stream_, buffer_, *parser_,
                                   asio::redirect_error(asio::use_awaitable, error));
  is_waiting_ = false;
  request_ = to_request(parser_->get());
  if (error) {
    co_return failed(error);
  }
  if (auto problem = objection()) {
    co_return refused(*std::move(problem));
  }
  if (parser_->is_done()) {
    co_return Intake::complete;
  }
  if (beast::iequals(parser_->get()[http::field::expect], "100-continue")) {
    const bool is_sent = co_await send("HTTP/1.1 100 Continue\r\n\r\n");
    if (!is_sent) {
      co_return Intake::gone;
    }
  }
  stream_.expires_after(limits_.read);
  co_await http::async_read(stream_, buffer_, *parser_,
                            asio::redirect_error(asio::use_awaitable, error));
  co_return error ? failed(error) : Intake::complete;
}

std::optional<Problem> Connection::objection() const {
  const auto& message = parser_->get();
  const auto hosts = message.count(http::field::host);
  if (hosts > 1 || (hosts == 0 && message.version() == 11)) {
    return Problem{400, "A request has exactly one Host header."};
  }
  if (message.target().size() > limits_.target_bytes) {
    return Problem{414, "The target of the request is too long."};
  }
  // Whoever stands in front of the service may read any other framing differently, and so take the
  // body for a further request.
  if (message.count(http::field::transfer_encoding) > 0 &&
      (message.version() != 11 || message.count(http::field::transfer_encoding) > 1 ||
       !beast::iequals(message[http::field::transfer_encoding], "chunked"))) {
    return Problem{501, "The only Transfer-Encoding that is understood here is chunked."};
  }
  const auto expectation = message[http::field::expect];
  if (!expectation.empty() && !beast::iequals(expectation, "100-continue")) {
    return Problem{417, "The only expectation that is met here is 100-continue."};
  }
  return std::nullopt;
}

Connection::Intake Connection::refused(Problem problem) {
  refusal_ = std::move(problem);
  return Intake::refused;
}

Connection::Intake Connection::failed(const beast::error_code& error) {
  if (!is_protocol_error(error)) {
    return Intake::gone;
  }
  if (error == http::error::body_limit) {
    return refused(Problem{413, "The body is too large."});
  }
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return refused(has_long_target() ? Problem{414, "The target of the request is too long."}
                                     : Problem{431, "The headers of the request are too large."});
  }
  return refused(Problem{400, "The request is not well-formed HTTP/1.1."});
}

bool Connection::has_long_target() const {
  const auto target = parser_->get().target();
  if (!target.empty()) {
    return target.size() > limits_.target_bytes;
  }
  // Until the parser has taken the first line, everything stands in the buffer.
  const auto data = buffer_.data();
  const std::string_view head{static_cast<const char*>(data.data()), data.size()};
  return head.substr(0, limits_.target_bytes).find("\r\n") == std::string_view::npos;
}

bool Connection::is_idle() const {
  // A request of which a part has arrived counts as in flight.
  return is_waiting_ && buffer_.size() == 0 && !parser_->got_some();
}

asio::awaitable<bool> Connection::send(const std::string& wire) {
  beast::error_code error;
  stream_.expires_after(limits_.write);
  co_await asio::async_write(stream_, asio::buffer(wire),
                             asio::redirect_error(asio::use_awaitable, error));
  co_return !error;
}

asio::awaitable<void> Connection::linger() {
  beast::error_code error;
  is_waiting_ = true;
  buffer_.clear();
  parser_.emplace();
  stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, error);
  stream_.expires_after(limits_.linger);
  std::array<char, 16 * 1024> scratch;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  std::uint64_t drained = 0;
  while (!error && drained < limits_.linger_bytes) {
    drained += co_await stream_.async_read_some(asio::buffer(scratch),
                                                asio::redirect_error(asio::use_awaitable, error));
  }
}

}  // namespace tenantd
