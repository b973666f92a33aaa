#include "e2e/http_client.hpp"

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace e2e {
namespace {

constexpr timeval patience{120, 0};

}  // namespace

std::string HttpReply::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) {
      return value;
    }
  }
  return {};
}

HttpClient::HttpClient(std::uint16_t port, const char* from)
    : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
  sockaddr_in own{};
  own.sin_family = AF_INET;
  inet_pton(AF_INET, from, &own.sin_addr);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
  // The port is chosen for this server alone: of those that are free for any, a long run of clients
  // leaves none.
  const int later = 1;
  ::setsockopt(socket_, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &later, sizeof(later));
  if (::bind(socket_, reinterpret_cast<const sockaddr*>(&own), sizeof(own)) != 0 ||
      ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    const int reason = errno;
    ::close(socket_);
    throw std::system_error{reason, std::generic_category(), "cannot connect"};
  }
}

HttpClient::~HttpClient() { ::close(socket_); }

HttpReply HttpClient::request(std::string_view method, std::string_view target,
                              const Headers& headers, std::string_view body) {
  send(request_bytes(method, target, headers, body));
  return read_reply(method != "HEAD");
}

void HttpClient::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) {
      throw std::runtime_error{"the service stopped reading"};
    }
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

HttpReply HttpClient::read_reply(bool has_body) {
  HttpReply reply;
  const std::string status_line = take_line();
  if (!status_line.starts_with("HTTP/1.1 ")) {
    throw std::runtime_error{"not a status line: " + status_line};
  }
  reply.status = std::stoi(status_line.substr(9, 3));
  for (std::string line = take_line(); !line.empty(); line = take_line()) {
    const auto colon = line.find(": ");
    reply.headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
  }
  const std::string length = reply.header("Content-Length");
  if (has_body && !length.empty()) {
    reply.body = take(std::stoul(length));
  }
  return reply;
}

bool HttpClient::is_closed_by_peer() { return buffer_.empty() && !read_more(); }

bool HttpClient::has_news() const {
  pollfd waited{socket_, POLLIN, 0};
  return !buffer_.empty() || ::poll(&waited, 1, 0) > 0;
}

bool HttpClient::is_closed_within(std::chrono::milliseconds time) const {
  pollfd waited{socket_, POLLIN, 0};
  char byte = 0;
  return ::poll(&waited, 1, static_cast<int>(time.count())) > 0 &&
         ::recv(socket_, &byte, 1, MSG_PEEK) <= 0;
}

void HttpClient::stop_sending() const { ::shutdown(socket_, SHUT_WR); }

bool HttpClient::read_more() {
  std::array<char, 16384> chunk{};
  const auto size = ::recv(socket_, chunk.data(), chunk.size(), 0);
  if (size < 0 && errno != ECONNRESET) {
    throw std::runtime_error{"the service neither answers nor closes"};
  }
  if (size <= 0) {
    return false;
  }
  buffer_.append(chunk.data(), static_cast<std::size_t>(size));
  return true;
}

std::string HttpClient::take_line() {
  auto end = buffer_.find("\r\n");
  while (end == std::string::npos) {
    if (!read_more()) {
      throw std::runtime_error{"the service closed where an answer was due"};
    }
    end = buffer_.find("\r\n");
  }
  std::string line = buffer_.substr(0, end);
  buffer_.erase(0, end + 2);
  return line;
}

std::string HttpClient::take(std::size_t size) {
  while (buffer_.size() < size) {
    if (!read_more()) {
      throw std::runtime_error{"the service closed in the middle of an answer"};
    }
  }
  std::string taken = buffer_.substr(0, size);
  buffer_.erase(0, size);
  return taken;
}

std::string request_bytes(std::string_view method, std::string_view target, const Headers& headers,
                          std::string_view body) {
  std::string bytes;
  bytes.append(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: localhost\r\n");
  for (const auto& [name, value] : headers) {
    bytes.append(name).append(": ").append(value).append("\r\n");
  }
  if (!body.empty()) {
    bytes.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
  }
  return bytes.append("\r\n").append(body);
}

}  // namespace e2e
