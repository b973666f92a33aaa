#include "service/http/server.hpp"

#include <csignal>
#include <exception>
#include <system_error>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "service/http/connection.hpp"
#include "service/log.hpp"

namespace tenantd {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

// When the process runs out of descriptors, trying again at once would only burn a processor.
constexpr std::chrono::milliseconds accept_pause{100};

tcp::endpoint to_endpoint(const ServerOptions& options) {
  return {asio::ip::make_address(options.address), options.port};
}

std::string url_of(const asio::ip::address& address, std::uint16_t port) {
  const std::string host = address.is_v6() ? "[" + address.to_string() + "]" : address.to_string();
  return "http://" + host + ":" + std::to_string(port);
}

}  // namespace

/// What `Server` is made of. All members are confined to the strand.
class Server::Listener {
 public:
  explicit Listener(ServerOptions options)
      : options_{std::move(options)},
        strand_{asio::make_strand(io_)},
        acceptor_{strand_, to_endpoint(options_)},
        signals_{strand_, SIGINT, SIGTERM},
        grace_{strand_} {}

  [[nodiscard]] tcp::endpoint local() const { return acceptor_.local_endpoint(); }

  void run(Handler& handler) {
    const auto rethrow = [](const std::exception_ptr& failure) {
      if (failure) {
        std::rethrow_exception(failure);
      }
    };
    asio::co_spawn(strand_, accept_all(handler), rethrow);
    asio::co_spawn(strand_, stop_on_signal(), rethrow);
    {
      std::vector<std::jthread> threads;
      for (std::size_t i = 1; i < options_.threads; ++i) {
        threads.emplace_back([this] { io_.run(); });
      }
      io_.run();
    }
  }

 private:
  asio::awaitable<void> accept_all(Handler& handler) {
    while (!is_stopping_) {
      error_code error;
      tcp::socket socket = co_await acceptor_.async_accept(
          asio::make_strand(io_), asio::redirect_error(asio::use_awaitable, error));
      if (!error) {
        admit(std::move(socket), handler);
      } else if (!is_stopping_) {
        log_warning("cannot accept a connection: " + error.message());
        asio::steady_timer pause{strand_, accept_pause};
        co_await pause.async_wait(asio::redirect_error(asio::use_awaitable, error));
      }
    }
  }

  void admit(tcp::socket socket, Handler& handler) {
    if (is_stopping_ || connections_.size() >= options_.limits.connections) {
      return;  // The socket closes with its last owner.
    }
    const auto connection =
        std::make_shared<Connection>(std::move(socket), handler, options_.limits);
    const auto executor = connection->executor();
    connections_.insert(connection);
    asio::co_spawn(executor, Connection::serve(connection),
                   asio::bind_executor(strand_, [this, connection](const std::exception_ptr& e) {
                     if (e) {
                       log_exception("a connection was dropped", e);
                     }
                     connections_.erase(connection);
                     if (is_stopping_ && connections_.empty()) {
                       grace_.cancel();
                     }
                   }));
  }

  asio::awaitable<void> stop_on_signal() {
    error_code error;
    co_await signals_.async_wait(asio::redirect_error(asio::use_awaitable, error));
    is_stopping_ = true;
    // From here on a signal does what it does to any program: a second Ctrl-C is for the impatient.
    signals_.clear(error);
    acceptor_.close(error);
    for (const auto& connection : connections_) {
      Connection::finish_soon(connection);
    }
    if (!connections_.empty()) {
      grace_.expires_after(options_.limits.stop);
      co_await grace_.async_wait(asio::redirect_error(asio::use_awaitable, error));
    }
    for (const auto& connection : connections_) {
      Connection::abort(connection);
    }
  }

  ServerOptions options_;
  asio::io_context io_;
  asio::strand<asio::io_context::executor_type> strand_;
  tcp::acceptor acceptor_;
  asio::signal_set signals_;
  asio::steady_timer grace_;
  std::unordered_set<std::shared_ptr<Connection>> connections_;
  bool is_stopping_ = false;
};

Server::Server(ServerOptions options) : listener_{std::make_unique<Listener>(std::move(options))} {}

Server::~Server() = default;

std::string Server::url() const {
  const tcp::endpoint local = listener_->local();
  return url_of(local.address(), local.port());
}

std::string Server::url_from_here() const {
  const tcp::endpoint local = listener_->local();
  if (!local.address().is_unspecified()) {
    return url();
  }
  const auto loopback = local.address().is_v6()
                            ? asio::ip::address{asio::ip::address_v6::loopback()}
                            : asio::ip::address{asio::ip::address_v4::loopback()};
  return url_of(loopback, local.port());
}

bool Server::is_local() const { return listener_->local().address().is_loopback(); }

void Server::run(Handler& handler) { listener_->run(handler); }

}  // namespace tenantd
