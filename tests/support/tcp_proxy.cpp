#include "support/tcp_proxy.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <list>
#include <optional>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

namespace tenancy_test {
namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void give_up(const char* why) {
  std::fprintf(stderr, "%s\n", why);
  std::abort();
}

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

void send_at_once(int socket) {
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

struct Parcel {
  Clock::time_point due;
  std::string bytes;
};

/// One connection in one direction.
struct Direction {
  int from;
  int to;
  std::deque<Parcel> under_way = {};
  bool has_ended = false;
};

struct Connection {
  int client;
  int server;
  Direction up;
  Direction down;
  bool is_forgotten = false;
  bool server_spoke = true;
};

void pass_on(Direction& direction) {
  while (!direction.under_way.empty() && direction.under_way.front().due <= Clock::now()) {
    const std::string& bytes = direction.under_way.front().bytes;
    std::size_t sent = 0;
    while (sent < bytes.size()) {
      const auto written =
          ::send(direction.to, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (written <= 0) {
        direction.has_ended = true;
        return;
      }
      sent += static_cast<std::size_t>(written);
    }
    direction.under_way.pop_front();
  }
}

void take(Direction& direction, std::chrono::microseconds one_way) {
  std::array<char, 65536> bytes{};
  const auto count = ::recv(direction.from, bytes.data(), bytes.size(), 0);
  if (count <= 0) {
    direction.has_ended = true;
    return;
  }
  direction.under_way.push_back(
      {Clock::now() + one_way, std::string{bytes.data(), static_cast<std::size_t>(count)}});
}

}  // namespace

TcpProxy::TcpProxy(int server_port, std::chrono::microseconds one_way)
    : server_port_{server_port}, one_way_{one_way} {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  wake_ = ::eventfd(0, EFD_CLOEXEC);
  auto address = loopback(0);
  socklen_t size = sizeof address;
  if (listener_ < 0 || wake_ < 0 ||
      ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    give_up("no proxy can be made");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread{[this] { work(); }};
}

TcpProxy::~TcpProxy() {
  ends_ = true;
  wake();
  thread_.join();
  ::close(listener_);
  ::close(wake_);
}

void TcpProxy::wake() const {
  const std::uint64_t one = 1;
  static_cast<void>(::write(wake_, &one, sizeof one));
}

void TcpProxy::slow_down(std::chrono::microseconds one_way) { one_way_ = one_way; }

void TcpProxy::stall(bool stalls) {
  stalls_requests_ = stalls;
  stalls_answers_ = stalls;
  wake();
}

void TcpProxy::stall_answers(bool stalls) {
  stalls_answers_ = stalls;
  wake();
}

void TcpProxy::cut() {
  cuts_ = true;
  wake();
  cuts_.wait(true);
}

void TcpProxy::forget() {
  forgets_ = true;
  wake();
  forgets_.wait(true);
}

void TcpProxy::work() {
  std::list<Connection> connections;
  std::vector<pollfd> files;
  while (true) {
    files.assign({{wake_, POLLIN, 0}, {listener_, POLLIN, 0}});
    std::optional<Clock::time_point> next;
    for (const Connection& connection : connections) {
      if (connection.is_forgotten) {
        continue;
      }
      files.push_back({connection.client, POLLIN, 0});
      files.push_back({connection.server, POLLIN, 0});
      for (const Direction* direction : {&connection.up, &connection.down}) {
        const bool stalls = direction == &connection.up ? stalls_requests_ : stalls_answers_;
        if (!direction->under_way.empty() && !stalls) {
          const auto due = direction->under_way.front().due;
          next = next ? std::min(*next, due) : due;
        }
      }
    }
    timespec wait{};
    if (next) {
      const auto left = std::max<Clock::duration>(*next - Clock::now(), Clock::duration::zero());
      wait.tv_nsec = std::chrono::duration_cast<std::chrono::nanoseconds>(left).count();
    }
    ::ppoll(files.data(), files.size(), next ? &wait : nullptr, nullptr);
    if (files[0].revents != 0) {
      std::uint64_t ignored = 0;
      static_cast<void>(::read(wake_, &ignored, sizeof ignored));
    }
    if (ends_) {
      break;
    }
    std::size_t place = 2;
    for (Connection& connection : connections) {
      if (connection.is_forgotten) {
        continue;
      }
      if (files[place++].revents != 0) {
        take(connection.up, one_way_);
        if (!connection.up.has_ended) {
          questions_ += connection.server_spoke ? 1 : 0;
          connection.server_spoke = false;
        }
      }
      if (files[place++].revents != 0) {
        take(connection.down, one_way_);
        if (!connection.down.has_ended) {
          answers_ += connection.server_spoke ? 0 : 1;
          connection.server_spoke = true;
        }
      }
      if (!stalls_requests_) {
        pass_on(connection.up);
      }
      if (!stalls_answers_) {
        pass_on(connection.down);
      }
    }
    const bool cuts = cuts_;
    connections.remove_if([cuts, this](const Connection& connection) {
      const bool has_ended = cuts || (connection.up.has_ended && connection.up.under_way.empty()) ||
                             (connection.down.has_ended && connection.down.under_way.empty());
      if (has_ended) {
        answers_ += connection.server_spoke ? 0 : 1;  // The end is one, too.
        ::close(connection.client);
        ::close(connection.server);
      }
      return has_ended;
    });
    if (forgets_) {
      for (Connection& connection : connections) {
        connection.is_forgotten = true;
      }
      forgets_ = false;
      forgets_.notify_all();
    }
    if (cuts) {
      cuts_ = false;
      cuts_.notify_all();
    }
    if (files[1].revents != 0) {
      const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      const int server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      const auto address = loopback(server_port_);
      if (client < 0 || server < 0 ||
          ::connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        give_up("the proxy cannot connect to the server");
      }
      send_at_once(client);
      send_at_once(server);
      connections.push_back({client, server, {client, server}, {server, client}});
    }
  }
  for (const Connection& connection : connections) {
    ::close(connection.client);
    ::close(connection.server);
  }
}

}  // namespace tenancy_test
