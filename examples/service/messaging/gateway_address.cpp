#include "service/messaging/gateway_address.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <optional>

#include <arpa/inet.h>
#include <netinet/in.h>

namespace tenantd {
namespace {

constexpr std::size_t max_length = 2000;
constexpr std::size_t max_host = 253;
constexpr std::uint16_t http_port = 80;
constexpr std::uint16_t https_port = 443;

bool is_letter_or_digit(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_host_name(std::string_view text) noexcept {
  return !text.empty() && text.size() <= max_host && is_letter_or_digit(text.front()) &&
         std::ranges::all_of(text, [](char c) {
           return is_letter_or_digit(c) || c == '.' || c == '-' || c == '_';
         });
}

bool is_path(std::string_view text) noexcept {
  constexpr std::string_view marks = "/-._~";
  return text.find("/.") == std::string_view::npos && std::ranges::all_of(text, [&](char c) {
           return is_letter_or_digit(c) || marks.find(c) != std::string_view::npos;
         });
}

std::optional<std::uint16_t> port_of(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size() || port == 0) {
    return std::nullopt;
  }
  return port;
}

bool is_ipv6(const std::string& host) {
  in6_addr parsed{};
  return inet_pton(AF_INET6, host.c_str(), &parsed) == 1;
}

bool is_this_machine(const std::string& host) {
  in_addr four{};
  if (inet_pton(AF_INET, host.c_str(), &four) == 1) {
    constexpr std::uint32_t loopback = 127;
    constexpr unsigned network = 24;
    return ntohl(four.s_addr) >> network == loopback;
  }
  in6_addr six{};
  if (inet_pton(AF_INET6, host.c_str(), &six) == 1) {
    return IN6_IS_ADDR_LOOPBACK(&six) != 0;
  }
  return host == "localhost";
}

}  // namespace

std::string GatewayAddress::authority() const {
  const std::string name = is_ipv6(host) ? "[" + host + "]" : host;
  return port == (is_encrypted ? https_port : http_port) ? name : name + ":" + std::to_string(port);
}

std::variant<GatewayAddress, std::string> parse_gateway_url(std::string_view url) {
  constexpr std::string_view encrypted = "https://";
  constexpr std::string_view plain = "http://";
  GatewayAddress address;
  address.is_encrypted = url.starts_with(encrypted);
  if (url.size() > max_length || (!address.is_encrypted && !url.starts_with(plain))) {
    return "must begin with https:// or http://";
  }
  url.remove_prefix(address.is_encrypted ? encrypted.size() : plain.size());
  const auto slash = std::min(url.find('/'), url.size());
  std::string_view place = url.substr(0, slash);
  std::string_view path = url.substr(slash);
  while (path.ends_with('/')) {
    path.remove_suffix(1);
  }
  if (place.find('@') != std::string_view::npos) {
    return "must not name a user: the key is given by messaging_key_file or TENANTD_MESSAGING_KEY";
  }
  if (!is_path(path)) {
    return "must have a plain path, without dots before its names, and neither query nor fragment";
  }
  const auto bracket = place.starts_with('[') ? place.find(']') : std::string_view::npos;
  const bool is_bracketed = bracket != std::string_view::npos;
  const auto colon = place.find(':', is_bracketed ? bracket : 0);
  address.host = is_bracketed ? place.substr(1, bracket - 1) : place.substr(0, colon);
  const bool is_host =
      is_bracketed ? is_ipv6(address.host) && (bracket + 1 == place.size() || colon == bracket + 1)
                   : is_host_name(address.host);
  if (!is_host) {
    return "must name a host";
  }
  address.port = address.is_encrypted ? https_port : http_port;
  if (colon != std::string_view::npos) {
    const auto port = port_of(place.substr(colon + 1));
    if (!port) {
      return "must have a port from 1 to 65535";
    }
    address.port = *port;
  }
  address.is_loopback = is_this_machine(address.host);
  address.path = path;
  return address;
}

}  // namespace tenantd
