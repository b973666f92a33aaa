#include "e2e/ctl_scripted_server.hpp"

#include <array>
#include <charconv>
#include <stdexcept>
#include <string_view>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace e2e {
namespace {

/// Whether all of a request is there: its head, and as much of a body as that says.
bool is_whole(std::string_view request) {
  const auto end = request.find("\r\n\r\n");
  if (end == std::string_view::npos) {
    return false;
  }
  constexpr std::string_view name = "Content-Length: ";
  const auto at = request.find(name);
  std::size_t length = 0;
  if (at < end) {
    const auto digits = request.substr(at + name.size(), 20);
    std::from_chars(digits.data(), digits.data() + digits.size(), length);
  }
  return request.size() >= end + 4 + length;
}

std::string read_request(int connection) {
  std::string request;
  std::array<char, 4096> chunk{};
  while (!is_whole(request)) {
    const auto size = ::recv(connection, chunk.data(), chunk.size(), 0);
    if (size <= 0) {
      break;
    }
    request.append(chunk.data(), static_cast<std::size_t>(size));
  }
  return request;
}

void send_all(int connection, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto size = ::send(connection, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size <= 0) {
      return;
    }
    bytes.remove_prefix(static_cast<std::size_t>(size));
  }
}

/// Sends the end, and waits for the other's, so that what was sent is not torn away.
void finish(int connection) {
  ::shutdown(connection, SHUT_WR);
  std::array<char, 4096> rest{};
  while (::recv(connection, rest.data(), rest.size(), 0) > 0) {
  }
  ::close(connection);
}

}  // namespace

ScriptedServer::ScriptedServer(std::vector<std::string> answers)
    : listener_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const raw = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, raw, size) != 0 || ::listen(listener_, SOMAXCONN) != 0 ||
      ::getsockname(listener_, raw, &size) != 0) {
    throw std::runtime_error{"cannot listen"};
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread{[this, script = std::move(answers)] { serve(script); }};
}

ScriptedServer::~ScriptedServer() {
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

std::vector<std::string> ScriptedServer::requests() const {
  const std::scoped_lock lock{mutex_};
  return requests_;
}

void ScriptedServer::serve(std::vector<std::string> answers) {
  std::size_t next = 0;
  while (true) {
    const int connection = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (connection < 0) {
      return;
    }
    auto request = read_request(connection);
    {
      const std::scoped_lock lock{mutex_};
      requests_.push_back(std::move(request));
    }
    if (next < answers.size()) {
      send_all(connection, answers[next++]);
    } else {
      // Until the client has enough of it.
      std::array<char, 64> rest{};
      while (::recv(connection, rest.data(), rest.size(), 0) > 0) {
      }
    }
    finish(connection);
  }
}

std::string http_answer(int status, const std::string& type, const std::string& body,
                        const std::string& more) {
  return "HTTP/1.1 " + std::to_string(status) + " Status\r\nContent-Type: " + type +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\nConnection: close\r\n" + more +
         "\r\n" + body;
}

std::string json_answer(int status, const std::string& body, const std::string& more) {
  return http_answer(status, "application/json", body, more);
}

}  // namespace e2e
