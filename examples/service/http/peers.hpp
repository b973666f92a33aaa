#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>

#include <boost/asio/ip/address.hpp>

namespace tenantd {

/// An address as people write it; IPv4 as such, also where it came through an IPv6 socket.
inline std::string peer_name(const boost::asio::ip::address& address) {
  return address.is_v6() && address.to_v6().is_v4_mapped()
             ? make_address_v4(boost::asio::ip::v4_mapped, address.to_v6()).to_string()
             : address.to_string();
}

/// Who counts as one client: an IPv4 address, or an IPv6 network of 64 bits, which is what one
/// customer is commonly given.
inline std::string peer_group(const boost::asio::ip::address& address) {
  if (!address.is_v6() || address.to_v6().is_v4_mapped()) {
    return peer_name(address);
  }
  const auto bytes = address.to_v6().to_bytes();
  return {bytes.begin(), bytes.begin() + 8};
}

}  // namespace tenantd
