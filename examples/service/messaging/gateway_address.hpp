#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace tenantd {

/// Where a gateway is, taken from its URL.
struct GatewayAddress {
  std::string host;  ///< A name, or an address without brackets.
  std::uint16_t port = 0;
  bool is_encrypted = true;
  bool is_loopback = false;  ///< Only what is this machine by its address, or `localhost`.
  std::string path = {};     ///< Before every path of the gateway's; empty, or `/` and more.

  /// As in a `Host` header.
  [[nodiscard]] std::string authority() const;
};

/// `https://HOST[:PORT][/PATH]` or the same with `http`, without user, query or fragment. Where it
/// is none, what is wrong with it, which shows nothing of it.
std::variant<GatewayAddress, std::string> parse_gateway_url(std::string_view url);

}  // namespace tenantd
