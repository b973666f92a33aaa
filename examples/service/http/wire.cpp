#include "service/http/wire.hpp"

#include <array>
#include <ctime>

namespace tenantd {
namespace {

constexpr std::size_t usual_head_size = 512;

/// `Sun, 06 Nov 1994 08:49:37 GMT`. Source: RFC 9110 §5.6.7.
struct HttpDate {
  std::time_t second = -1;
  std::array<char, 32> text{};
  std::size_t size = 0;

  void move_to(std::time_t now) {
    std::tm utc{};
    gmtime_r(&now, &utc);
    // The process keeps the "C" locale, whose names of days and months are those of the protocol.
    size = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &utc);
    second = now;
  }
};

/// The date of now. The view is good until the next call on this thread.
std::string_view http_date() {
  thread_local HttpDate date;
  const std::time_t now = std::time(nullptr);
  if (now != date.second) {
    date.move_to(now);
  }
  return {date.text.data(), date.size};
}

void append_header(std::string& wire, std::string_view name, std::string_view value) {
  wire.append(name).append(": ").append(value).append("\r\n");
}

bool may_have_body(const Response& response) noexcept {
  return response.status != 204 && response.status != 304;
}

}  // namespace

void append_head(std::string& wire, const Response& response, Framing framing) {
  wire.reserve(wire.size() + usual_head_size);
  wire.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  wire.append(reason_phrase(response.status)).append("\r\n");
  append_header(wire, "Date", http_date());
  if (may_have_body(response)) {
    append_header(wire, "Content-Type", response.content_type);
    append_header(wire, "Content-Length", std::to_string(response.body.size()));
  }
  for (const Header& header : response.headers) {
    append_header(wire, header.name, header.value);
  }
  if (!framing.keep_alive) {
    append_header(wire, "Connection", "close");
  } else if (framing.http_1_0) {
    append_header(wire, "Connection", "keep-alive");
  }
  wire.append("\r\n");
}

std::string_view body_behind_head(const Response& response, Framing framing) noexcept {
  return framing.with_body && may_have_body(response) ? std::string_view{response.body}
                                                      : std::string_view{};
}

}  // namespace tenantd
