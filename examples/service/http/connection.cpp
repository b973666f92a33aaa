#include "service/http/connection.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <type_traits>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include "service/http/pending_answer.hpp"
#include "service/http/request_parser.hpp"
#include "service/http/wire.hpp"

namespace tenantd {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

template <class Value>
using Awaitable = asio::awaitable<Value, IoExecutor>;
constexpr asio::use_awaitable_t<IoExecutor> use_awaitable;

using TlsStream = asio::ssl::stream<Socket>;

constexpr std::size_t read_size = 4 * 1024;
constexpr std::size_t body_read_size = 32 * 1024;
/// What an idle connection keeps for its next request and answer.
constexpr std::size_t max_kept_bytes = 16 * 1024;
/// Up to here, one buffer costs less than sending two.
constexpr std::size_t max_joined_bytes = 8 * 1024;
/// So many pipelined requests are answered before others have their turn.
constexpr unsigned max_in_a_row = 16;

template <class Stream>
class StreamConnection final : public Connection {
 public:
  template <class... Arguments>
  StreamConnection(std::string peer, Handler& handler, const Limits& limits,
                   std::shared_ptr<BodyBudget> bodies, Socket socket, Arguments&... arguments)
      : bodies_{std::move(bodies)},
        stream_{std::move(socket), arguments...},
        buffer_{limits.buffered_bytes},
        answer_{stream_.get_executor()},
        peer_{std::move(peer)},
        handler_{handler},
        limits_{limits} {
    error_code ignored;
    // Answers are written whole; waiting for more to send only delays them.
    this->socket().set_option(asio::ip::tcp::no_delay{true}, ignored);
    this->socket().non_blocking(true, ignored);
    wait_for(limits.header_time);
    set_idle();
  }

  IoExecutor executor() override { return stream_.get_executor(); }

  Awaitable<void> serve() override {
    bool goes_on = co_await shake_hands();
    while (goes_on && !is_stopping_) {
      goes_on = co_await serve_one();
    }
    co_await say_goodbye();
    abort();
  }

  void finish_soon() override {
    is_stopping_ = true;
    if (is_idle()) {
      error_code ignored;
      socket().cancel(ignored);
    }
  }

  void give_way() override {
    if (!has_shaken_hands_) {
      // A handshake goes on where what is cancelled has just come.
      abort();
      return;
    }
    is_stopping_ = true;
    error_code ignored;
    socket().cancel(ignored);
  }

  void abort() override {
    is_stopping_ = true;
    is_broken_ = true;
    error_code ignored;
    socket().close(ignored);
  }

 private:
  static constexpr bool is_tls = std::is_same_v<Stream, TlsStream>;

  enum class Intake { complete, refused, gone };
  using Progress = RequestParser::Progress;

  static std::array<asio::const_buffer, 2> buffers_of(std::string_view wire,
                                                      std::string_view behind) {
    return {asio::buffer(wire), asio::buffer(behind)};
  }

  Socket& socket() {
    if constexpr (is_tls) {
      return stream_.next_layer();
    } else {
      return stream_;
    }
  }

  [[nodiscard]] std::string_view buffered() const {
    const auto data = buffer_.data();
    return {static_cast<const char*>(data.data()), data.size()};
  }

  /// A request of which a part has arrived counts as in flight.
  [[nodiscard]] bool is_idle() const {
    return is_lingering_ ||
           (idle_since() != never && buffer_.size() == 0 && !(parser_ && parser_->has_begun()));
  }

  Awaitable<bool> shake_hands() {
    error_code error;
    if constexpr (is_tls) {
      co_await stream_.async_handshake(asio::ssl::stream_base::server,
                                       asio::redirect_error(use_awaitable, error));
      is_broken_ = is_broken_ || error;
    }
    has_shaken_hands_ = true;
    co_return !error;
  }

  Awaitable<bool> serve_one() {
    parser_.emplace(limits_, bodies_->share());
    const Intake intake = co_await receive();
    set_busy();
    wait_forever();
    if (intake == Intake::gone || !begin_turn()) {
      co_return false;
    }
    ++served_;
    Request request = std::move(parser_->request());
    request.peer = peer_;
    Framing framing;
    framing.with_body = request.method != "HEAD";
    framing.http_1_0 = parser_->is_http_1_0();
    const bool may_stay = intake == Intake::complete && parser_->wants_to_stay() &&
                          served_ != limits_.requests_per_connection;
    if (intake == Intake::refused) {
      answer_.set(handler_.refuse(request, parser_->problem()));
    } else {
      handler_.handle(std::move(request),
                      [this](Response response) { answer_.set(std::move(response)); });
    }
    if (!answer_.is_there()) {
      co_await answer_.wait(use_awaitable);
    }
    framing.keep_alive = may_stay && !is_stopping_;
    Response response = answer_.take();
    const bool is_sent = co_await send_answer(std::move(response), framing);
    end_turn();
    if (is_sent && !framing.keep_alive && (intake == Intake::refused || buffer_.size() > 0)) {
      co_await linger();
    }
    const bool goes_on = is_sent && framing.keep_alive;
    co_return goes_on;
  }

  Awaitable<Intake> receive() {
    if (buffer_.size() == 0) {
      wait_for_first_byte();
    } else if (++in_a_row_ == max_in_a_row) {
      in_a_row_ = 0;
      co_await asio::post(stream_.get_executor(), use_awaitable);
    }
    bool is_in_head = false;
    bool is_in_body = false;
    while (true) {
      if (buffer_.size() > 0) {
        const auto step = parser_->put(buffered());
        buffer_.consume(step.taken);
        if (step.progress != Progress::wants_more) {
          co_return step.progress == Progress::complete ? Intake::complete : Intake::refused;
        }
        // Deadlines are those of the whole part; what drips in does not move them.
        if (!parser_->has_begun() && buffer_.size() == 0) {
          // Nothing but empty lines, which are no part of a request.
          if (idle_since() == never) {
            // One that came in two parts looked like a head meanwhile.
            is_in_head = false;
            wait_for_first_byte();
          }
        } else if (parser_->has_head() && !std::exchange(is_in_body, true)) {
          if (auto problem = handler_.object_to(parser_->request())) {
            parser_->refuse(*std::move(problem));
            co_return Intake::refused;
          }
          set_in_body();
          if (parser_->wants_continue()) {
            const bool is_sent = co_await send("HTTP/1.1 100 Continue\r\n\r\n");
            if (!is_sent) {
              co_return Intake::gone;
            }
          }
          wait_for(limits_.body_time);
        } else if (!is_in_body && !std::exchange(is_in_head, true)) {
          set_in_head();
          if (served_ > 0) {
            wait_for(limits_.header_time);
          }
        }
      }
      if (is_claimed()) {
        // It was told to give way while it did not read.
        co_return Intake::gone;
      }
      const std::size_t room = buffer_.max_size() - buffer_.size();
      if (room == 0) {
        parser_->overflow(buffered());
        co_return Intake::refused;
      }
      const bool has_read = co_await read(std::min(room, is_in_body ? body_read_size : read_size));
      if (!has_read) {
        co_return Intake::gone;
      }
    }
  }

  void wait_for_first_byte() {
    in_a_row_ = 0;
    if (served_ > 0) {
      wait_for(limits_.idle_time);
    }
    set_idle();
    if (buffer_.capacity() > max_kept_bytes) {
      buffer_.shrink_to_fit();
    }
    if (wire_.capacity() > max_kept_bytes) {
      wire_.clear();
      wire_.shrink_to_fit();
    }
  }

  Awaitable<bool> read(std::size_t size) {
    error_code error;
    const std::size_t got = co_await stream_.async_read_some(
        buffer_.prepare(size), asio::redirect_error(use_awaitable, error));
    buffer_.commit(got);
    is_broken_ = error && error != asio::error::operation_aborted && error != asio::error::eof;
    co_return !error;
  }

  /// The answer takes the place of the request's body in its budget.
  Awaitable<bool> send_answer(Response response, Framing framing) {
    BodyBudget::Share share = parser_->take_share();
    if (!share.change_to(response.body.size())) {
      response = handler_.without_room(response);
    }
    wire_.clear();
    append_head(wire_, response, framing);
    std::string_view body = body_behind_head(response, framing);
    if (body.size() <= max_joined_bytes) {
      wire_.append(std::exchange(body, {}));
    }
    const bool is_sent = co_await send(wire_, body);
    co_return is_sent;
  }

  Awaitable<bool> send(std::string_view wire, std::string_view behind = {}) {
    wait_for(limits_.write_time);
    error_code error;
    if constexpr (!is_tls) {
      // Most answers fit into the socket's buffer, and need not be waited for.
      const std::size_t sent = stream_.write_some(buffers_of(wire, behind), error);
      behind.remove_prefix(sent - std::min(sent, wire.size()));
      wire.remove_prefix(std::min(sent, wire.size()));
      if (wire.empty() && behind.empty()) {
        co_return true;
      }
      if (error && error != asio::error::would_block) {
        is_broken_ = true;
        co_return false;
      }
    }
    co_await asio::async_write(stream_, buffers_of(wire, behind),
                               asio::redirect_error(use_awaitable, error));
    is_broken_ = static_cast<bool>(error);
    co_return !error;
  }

  /// Ends the client's wait for more, and reads what it still sends.
  Awaitable<void> linger() {
    is_lingering_ = true;
    set_lingering();
    wait_for(limits_.linger_time);
    co_await say_goodbye();
    error_code error;
    socket().shutdown(Socket::shutdown_send, error);
    buffer_.clear();
    std::uint64_t drained = 0;
    // Also when the server was told to stop before: the answer may still be on its way.
    while (!error && !is_claimed() && drained < limits_.linger_bytes) {
      // Below TLS: what it says is of no interest any more.
      drained += co_await socket().async_read_some(buffer_.prepare(body_read_size),
                                                   asio::redirect_error(use_awaitable, error));
    }
  }

  /// Lets a TLS client know that the end is the end, and nobody cut the connection; not when it was
  /// sent away, since others wait for its place.
  Awaitable<void> say_goodbye() {
    if constexpr (is_tls) {
      if (!std::exchange(is_broken_, true) && !is_claimed()) {
        wait_for(limits_.linger_time);
        // Its own goodbye is not waited for.
        SSL_set_shutdown(stream_.native_handle(), SSL_RECEIVED_SHUTDOWN);
        error_code ignored;
        co_await stream_.async_shutdown(asio::redirect_error(use_awaitable, ignored));
      }
    }
    co_return;
  }

  /// Outlives the parser and the answers, which give back what they have of it.
  const std::shared_ptr<BodyBudget> bodies_;
  Stream stream_;
  boost::beast::flat_buffer buffer_;
  PendingAnswer<IoExecutor> answer_;
  std::string wire_;  ///< Of the answer at hand: its head, and a small body.
  std::optional<RequestParser> parser_;
  std::string peer_;
  Handler& handler_;
  const Limits& limits_;
  std::size_t served_ = 0;
  unsigned in_a_row_ = 0;
  bool is_lingering_ = false;
  bool is_stopping_ = false;
  bool has_shaken_hands_ = false;
  bool is_broken_ = false;  ///< Nothing more can be said, or all has been.
};

}  // namespace

std::shared_ptr<Connection> Connection::make(Socket socket,
                                             const std::shared_ptr<asio::ssl::context>& tls,
                                             std::string peer, Handler& handler,
                                             const Limits& limits,
                                             std::shared_ptr<BodyBudget> bodies) {
  if (tls) {
    return std::make_shared<StreamConnection<TlsStream>>(
        std::move(peer), handler, limits, std::move(bodies), std::move(socket), *tls);
  }
  return std::make_shared<StreamConnection<Socket>>(std::move(peer), handler, limits,
                                                    std::move(bodies), std::move(socket));
}

}  // namespace tenantd
