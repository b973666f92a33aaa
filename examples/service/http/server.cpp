#include "service/http/server.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <exception>
#include <list>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include "service/http/connection.hpp"
#include "service/http/peers.hpp"
#include "service/http/tls.hpp"
#include "service/log.hpp"

namespace tenantd {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

template <class Value>
using Awaitable = asio::awaitable<Value, IoExecutor>;
constexpr asio::use_awaitable_t<IoExecutor> use_awaitable;

using Acceptor = asio::basic_socket_acceptor<tcp, IoExecutor>;
using SignalSet = asio::basic_signal_set<IoExecutor>;
using Timer =
    asio::basic_waitable_timer<Connection::Clock, asio::wait_traits<Connection::Clock>, IoExecutor>;

// When the process runs out of descriptors, trying again at once would only burn a processor.
constexpr std::chrono::milliseconds accept_pause{100};
/// How exactly deadlines are kept.
constexpr std::chrono::milliseconds sweep_pause{250};
/// Connections that were told to make room and have not gone yet, at most.
constexpr std::size_t max_leaving = 16;
/// Between two lines of the log about connections that ran out.
constexpr std::chrono::seconds crowd_pause{10};

tcp::endpoint to_endpoint(const ServerOptions& options) {
  return {asio::ip::make_address(options.address), options.port};
}

std::string url_of(bool is_tls, const asio::ip::address& address, std::uint16_t port) {
  const std::string host = address.is_v6() ? "[" + address.to_string() + "]" : address.to_string();
  return (is_tls ? "https://" : "http://") + host + ":" + std::to_string(port);
}

/// Throws with what to do when the address or the port is not to be had.
Acceptor listen_at(const IoExecutor& executor, const ServerOptions& options) {
  const tcp::endpoint endpoint = to_endpoint(options);
  try {
    return {executor, endpoint};
  } catch (const boost::system::system_error& error) {
    throw std::runtime_error{"cannot listen on " + endpoint.address().to_string() + ", port " +
                             std::to_string(endpoint.port()) + ": " + error.code().message() +
                             ". Choose others with --address and --port"};
  }
}

/// A thread that serves sockets.
struct Lane {
  asio::io_context io{1};
  asio::executor_work_guard<IoExecutor> guard{io.get_executor()};
  std::size_t connections = 0;
};

/// What connections of one peer have in common.
struct Group {
  std::size_t connections = 0;  ///< That stay.
  std::shared_ptr<BodyBudget> bodies = nullptr;
};
using Groups = std::unordered_map<std::string, Group>;

/// A connection as the listener knows it.
struct Guest {
  std::shared_ptr<Connection> connection;
  Lane* lane;
  Groups::value_type* group;  ///< Null once it was told to make room.
};

}  // namespace

/// What `Server` is made of. All members are confined to the thread of the first lane.
class Server::Listener {
 public:
  explicit Listener(ServerOptions options)
      : options_{std::move(options)},
        tls_{options_.tls ? load_tls(*options_.tls) : nullptr},
        bodies_{options_.limits.bodies_bytes},
        lanes_(std::max<std::size_t>(options_.threads, 1)),
        acceptor_{listen_at(home(), options_)},
        stop_signals_{home(), SIGINT, SIGTERM},
        reload_signals_{home(), SIGHUP},
        grace_{home()},
        sweep_{home()} {}

  [[nodiscard]] std::string url_at(const asio::ip::address& address) const {
    return url_of(tls_ != nullptr, address, local().port());
  }
  [[nodiscard]] bool is_encrypted() const noexcept { return tls_ != nullptr; }
  [[nodiscard]] tcp::endpoint local() const { return acceptor_.local_endpoint(); }

  void run(Handler& handler) {
    const auto rethrow = [](const std::exception_ptr& failure) {
      if (failure) {
        std::rethrow_exception(failure);
      }
    };
    asio::co_spawn(home(), accept_all(handler), rethrow);
    asio::co_spawn(home(), stop_on_signal(), rethrow);
    asio::co_spawn(home(), reload_on_signal(), rethrow);
    asio::co_spawn(home(), sweep_all(), rethrow);
    std::vector<std::jthread> threads;
    for (auto lane = std::next(lanes_.begin()); lane != lanes_.end(); ++lane) {
      threads.emplace_back([&io = lane->io] { io.run(); });
    }
    lanes_.front().io.run();
  }

 private:
  [[nodiscard]] IoExecutor home() { return lanes_.front().io.get_executor(); }

  Awaitable<void> accept_all(Handler& handler) {
    while (!is_stopping_) {
      Lane& lane = *std::min_element(
          lanes_.begin(), lanes_.end(),
          [](const Lane& a, const Lane& b) { return a.connections < b.connections; });
      error_code error;
      tcp::endpoint peer;
      Socket socket = co_await acceptor_.async_accept(lane.io.get_executor(), peer,
                                                      asio::redirect_error(use_awaitable, error));
      if (!error) {
        admit(std::move(socket), peer.address(), lane, handler);
      } else if (!is_stopping_) {
        log_warning("cannot accept a connection: " + error.message());
        Timer pause{home(), accept_pause};
        co_await pause.async_wait(asio::redirect_error(use_awaitable, error));
      }
    }
  }

  void admit(Socket socket, const asio::ip::address& address, Lane& lane, Handler& handler) {
    std::string peer = peer_group(address);
    const auto known = groups_.find(peer);
    const Group* const group = known == groups_.end() ? nullptr : &known->second;
    const std::size_t of_peer = group == nullptr ? 0 : group->connections;
    const bool is_over_share = group != nullptr && of_peer >= options_.limits.peer_share();
    if (is_stopping_ || (is_over_share && !make_room(group, 0)) ||
        (!is_over_share && staying_ >= options_.limits.connections &&
         !make_room(nullptr, of_peer))) {
      turned_away_ += is_stopping_ ? 0 : 1;
      return;  // The socket closes with its last owner.
    }
    Groups::value_type& joined = *groups_.try_emplace(std::move(peer)).first;
    auto& bodies = joined.second.bodies;
    if (bodies == nullptr) {
      bodies = std::make_shared<BodyBudget>(options_.limits.peer_bodies_bytes(), &bodies_);
    }
    auto connection = Connection::make(std::move(socket), tls_, peer_name(address), handler,
                                       options_.limits, bodies);
    const auto executor = connection->executor();
    ++staying_;
    ++joined.second.connections;
    ++lane.connections;
    const auto guest = guests_.insert(guests_.end(), Guest{connection, &lane, &joined});
    asio::co_spawn(
        executor, [connection] { return connection->serve(); },
        asio::bind_executor(home(), [this, guest](const std::exception_ptr& e) {
          if (e) {
            log_exception("a connection was dropped", e);
          }
          --guest->lane->connections;
          if (guest->group == nullptr) {
            --leaving_;
          } else {
            count_out(*guest);
          }
          guests_.erase(guest);
          finish_when_empty();
        }));
  }

  /// Whom to send away first: of the largest group; there, who waits for a request, for the rest of
  /// its head or for a refusal to be read before who waits for a body; and of these, who has waited
  /// for longest.
  struct Claim {
    std::size_t group_size;
    bool waits_for_head;
    Connection::Clock::time_point since;

    [[nodiscard]] bool goes_before(const Claim& other) const noexcept {
      return std::tuple{other.group_size, other.waits_for_head, since} <
             std::tuple{group_size, waits_for_head, other.since};
    }
  };

  /// Nothing for who is to stay: its request is at work.
  static std::optional<Claim> claim_of(const Guest& guest) {
    if (guest.group == nullptr) {
      return std::nullopt;
    }
    const std::size_t size = guest.group->second.connections;
    if (const auto since = guest.connection->waits_since(); since != Connection::never) {
      return Claim{size, true, since};
    }
    const auto since = guest.connection->body_since();
    return since == Connection::never ? std::nullopt : std::optional{Claim{size, false, since}};
  }

  Guest* first_to_go(const Group* only, std::size_t least) {
    Guest* chosen = nullptr;
    std::optional<Claim> first;
    for (Guest& guest : guests_) {
      const auto claim = claim_of(guest);
      if (!claim) {
        continue;
      }
      const bool may_go =
          only == nullptr ? claim->group_size >= least : &guest.group->second == only;
      if (may_go && (!first || claim->goes_before(*first))) {
        chosen = &guest;
        first = claim;
      }
    }
    return chosen;
  }

  /// Sends away one of those that wait for something to come: of that group, or else of the
  /// largest, and of none that is smaller than `least`. So whoever holds many connections makes
  /// room for whoever holds few, and never the reverse.
  bool make_room(const Group* only, std::size_t least) {
    if (leaving_ >= max_leaving) {
      return false;
    }
    Guest* chosen = first_to_go(only, least);
    // Whose request has begun meanwhile waits no more.
    while (chosen != nullptr && !chosen->connection->claim()) {
      chosen = first_to_go(only, least);
    }
    if (chosen == nullptr) {
      return false;
    }
    ++leaving_;
    ++sent_away_;
    count_out(*chosen);
    chosen->group = nullptr;
    tell(*chosen, &Connection::give_way);
    return true;
  }

  /// Not for each: they may be thousands.
  void tell_of_crowd(Connection::Clock::time_point now) {
    if ((turned_away_ == 0 && sent_away_ == 0) || now < tell_from_) {
      return;
    }
    log_warning("connections are short: " + std::to_string(sent_away_) +
                " that waited made room, " + std::to_string(turned_away_) + " were turned away");
    turned_away_ = 0;
    sent_away_ = 0;
    tell_from_ = now + crowd_pause;
  }

  void count_out(const Guest& guest) {
    --staying_;
    if (--guest.group->second.connections == 0) {
      groups_.erase(groups_.find(guest.group->first));
    }
  }

  static void tell(const Guest& guest, void (Connection::*what)()) {
    asio::dispatch(guest.lane->io.get_executor(),
                   [connection = guest.connection, what] { (connection.get()->*what)(); });
  }

  void tell_all(void (Connection::*what)()) {
    for (const Guest& guest : guests_) {
      tell(guest, what);
    }
  }

  Awaitable<void> sweep_all() {
    while (!is_finished_) {
      const auto now = Connection::Clock::now();
      tell_of_crowd(now);
      for (const Guest& guest : guests_) {
        if (guest.connection->is_late(now)) {
          // Who merely has nothing to ask is told goodbye.
          const bool is_idle = guest.connection->idle_since() != Connection::never;
          tell(guest, is_idle ? &Connection::finish_soon : &Connection::abort);
        }
      }
      error_code error;
      sweep_.expires_after(sweep_pause);
      co_await sweep_.async_wait(asio::redirect_error(use_awaitable, error));
    }
  }

  Awaitable<void> stop_on_signal() {
    error_code error;
    co_await stop_signals_.async_wait(asio::redirect_error(use_awaitable, error));
    // From here on a signal does what it does to any program: a second Ctrl-C is for the impatient.
    stop_signals_.clear(error);
    if (options_.on_stopping) {
      options_.on_stopping();
    }
    if (options_.limits.drain_time.count() > 0) {
      grace_.expires_after(options_.limits.drain_time);
      co_await grace_.async_wait(asio::redirect_error(use_awaitable, error));
    }
    is_stopping_ = true;
    acceptor_.close(error);
    reload_signals_.cancel(error);
    tell_all(&Connection::finish_soon);
    finish_when_empty();
    if (!is_finished_) {
      grace_.expires_after(options_.limits.stop_time);
      co_await grace_.async_wait(asio::redirect_error(use_awaitable, error));
      tell_all(&Connection::abort);
    }
  }

  void finish_when_empty() {
    if (is_stopping_ && guests_.empty()) {
      is_finished_ = true;
      grace_.cancel();
      sweep_.cancel();
      for (Lane& lane : lanes_) {
        lane.guard.reset();
      }
    }
  }

  Awaitable<void> reload_on_signal() {
    while (!is_stopping_) {
      error_code error;
      co_await reload_signals_.async_wait(asio::redirect_error(use_awaitable, error));
      if (!error && options_.tls) {
        reload();
      }
    }
  }

  void reload() {
    try {
      tls_ = load_tls(*options_.tls);
      log_information("the certificate was read again");
    } catch (const std::exception& e) {
      log_warning(std::string{"the old certificate stays in use: "} + e.what());
    }
  }

  ServerOptions options_;
  std::shared_ptr<asio::ssl::context> tls_;
  BodyBudget bodies_;  ///< Outlives the connections, which are the lanes' coroutines.
  std::list<Lane> lanes_;
  Acceptor acceptor_;
  SignalSet stop_signals_;
  SignalSet reload_signals_;
  Timer grace_;
  Timer sweep_;
  std::list<Guest> guests_;
  Groups groups_;  ///< Of the connections that stay.
  std::size_t staying_ = 0;
  std::size_t leaving_ = 0;
  std::uint64_t turned_away_ = 0;  ///< Since the log told of it.
  std::uint64_t sent_away_ = 0;    ///< The same of who made room.
  Connection::Clock::time_point tell_from_{};
  bool is_stopping_ = false;
  bool is_finished_ = false;
};

Server::Server(ServerOptions options) : listener_{std::make_unique<Listener>(std::move(options))} {}

Server::~Server() = default;

std::string Server::url() const { return listener_->url_at(listener_->local().address()); }

std::string Server::url_from_here() const {
  const auto address = listener_->local().address();
  if (!address.is_unspecified()) {
    return url();
  }
  return listener_->url_at(address.is_v6() ? asio::ip::address{asio::ip::address_v6::loopback()}
                                           : asio::ip::address{asio::ip::address_v4::loopback()});
}

bool Server::is_local() const { return listener_->local().address().is_loopback(); }

bool Server::is_encrypted() const { return listener_->is_encrypted(); }

void Server::run(Handler& handler) { listener_->run(handler); }

}  // namespace tenantd
