#include "service/http_connection.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <optional>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "give_up.hpp"

namespace tenancy_bench {
namespace {

int connect_to(std::uint16_t port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const int on = 1;
  if (descriptor < 0 ||
      ::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0) {
    give_up("a server does not accept a connection");
  }
  return descriptor;
}

/// Nothing when the head has none.
std::optional<std::size_t> content_length(std::string_view head) {
  constexpr std::string_view name = "content-length:";
  for (std::size_t line = head.find("\r\n"); line != std::string_view::npos;
       line = head.find("\r\n", line)) {
    line += 2;
    const std::string_view rest = head.substr(line);
    if (rest.size() > name.size() && ::strncasecmp(rest.data(), name.data(), name.size()) == 0) {
      const std::size_t digits = std::min(rest.find_first_not_of(' ', name.size()), rest.size());
      std::size_t length = 0;
      const auto parsed = std::from_chars(rest.data() + digits, rest.data() + rest.size(), length);
      return parsed.ec == std::errc{} ? std::optional{length} : std::nullopt;
    }
  }
  return std::nullopt;
}

}  // namespace

HttpConnection::HttpConnection(std::uint16_t port, std::string_view expected)
    : descriptor_{connect_to(port)}, expected_{expected} {}

HttpConnection::~HttpConnection() { ::close(descriptor_); }

void HttpConnection::send(std::string_view request) const {
  // Requests are far smaller than what a socket takes at once.
  if (::send(descriptor_, request.data(), request.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(request.size())) {
    give_up("a request cannot be sent");
  }
}

bool HttpConnection::receive() {
  if (whole_size_ != 0 && answer_.size() == whole_size_) {
    answer_.clear();
    head_size_ = 0;
    whole_size_ = 0;
  }
  std::array<char, 65536> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init)
  const ssize_t size = ::recv(descriptor_, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) {
    return false;
  }
  if (size <= 0) {
    give_up("a server has closed a connection");
  }
  answer_.append(buffer.data(), static_cast<std::size_t>(size));
  return is_complete();
}

std::string_view HttpConnection::body() const {
  return std::string_view{answer_}.substr(head_size_);
}

bool HttpConnection::is_complete() {
  if (head_size_ == 0) {
    const std::size_t end = answer_.find("\r\n\r\n");
    if (end == std::string::npos) {
      return false;
    }
    head_size_ = end + 4;
    const auto length = content_length(std::string_view{answer_}.substr(0, end));
    if (!answer_.starts_with(expected_) || !length) {
      give_up("an answer that was not expected:\n" + answer_);
    }
    whole_size_ = head_size_ + *length;
  }
  if (answer_.size() > whole_size_) {
    give_up("an answer is longer than it says");
  }
  return answer_.size() == whole_size_;
}

}  // namespace tenancy_bench
