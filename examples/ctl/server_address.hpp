#pragma once

#include <string>
#include <string_view>

#include "ctl/failure.hpp"

namespace tenantctl {

/// Where a server is.
struct ServerAddress {
  std::string base;  ///< `https://HOST[:PORT][/PATH]`, without a slash at its end.
  bool is_encrypted;
  bool is_loopback;  ///< This machine, by its name or number.
};

/// Reads a URL by http or https. The key travels in the clear by http, which is taken for this
/// machine only, unless `insecure_http` is set.
/// Errors: usage; the URL is not repeated where it may hold a password.
Outcome<ServerAddress> parse_server_address(std::string_view url, bool insecure_http);

}  // namespace tenantctl
