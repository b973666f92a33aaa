#include "ctl/server_address.hpp"

#include <array>
#include <memory>

#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>

#include "ctl/display.hpp"

namespace tenantctl {
namespace {

struct UrlCleanup {
  void operator()(CURLU* url) const noexcept { ::curl_url_cleanup(url); }
};
using Url = std::unique_ptr<CURLU, UrlCleanup>;

/// A part of the URL; empty when it has none.
std::string part(const Url& url, CURLUPart which) {
  char* found = nullptr;
  if (::curl_url_get(url.get(), which, &found, 0) != CURLUE_OK || found == nullptr) {
    return {};
  }
  std::string text{found};
  ::curl_free(found);
  return text;
}

/// A host as the parsed URL has it: numbers in their usual form, those of IPv6 in brackets.
bool is_this_machine(std::string_view host) {
  if (host == "localhost") {
    return true;
  }
  const bool is_bracketed = host.starts_with('[') && host.ends_with(']');
  const std::string text{is_bracketed ? host.substr(1, host.size() - 2) : host};
  in6_addr sixth{};
  if (is_bracketed) {
    return ::inet_pton(AF_INET6, text.c_str(), &sixth) == 1 && IN6_IS_ADDR_LOOPBACK(&sixth);
  }
  in_addr fourth{};
  constexpr unsigned loopback_net = 127;
  constexpr unsigned behind_net = 24;
  return ::inet_pton(AF_INET, text.c_str(), &fourth) == 1 &&
         ntohl(fourth.s_addr) >> behind_net == loopback_net;
}

constexpr auto form = "Write https://HOST, or http://127.0.0.1:PORT on this machine.";

}  // namespace

Outcome<ServerAddress> parse_server_address(std::string_view url, bool insecure_http) {
  const Url parsed{::curl_url()};
  const std::string text{url};
  if (!parsed || text.find('\0') != std::string::npos ||
      ::curl_url_set(parsed.get(), CURLUPART_URL, text.c_str(), CURLU_NON_SUPPORT_SCHEME) !=
          CURLUE_OK) {
    return Failure::misused("--server has no URL.", form);
  }
  const auto has = [&](CURLUPart which) { return !part(parsed, which).empty(); };
  if (has(CURLUPART_USER) || has(CURLUPART_PASSWORD) || text.find('@') != std::string::npos) {
    return Failure::misused("The server's URL has no place for a name or a password.",
                            "The key is taken from TENANTCTL_KEY or --key-file.");
  }
  const std::string scheme = part(parsed, CURLUPART_SCHEME);
  const std::string host = part(parsed, CURLUPART_HOST);
  if ((scheme != "https" && scheme != "http") || host.empty() ||
      text.find_first_of("?#") != std::string::npos || text.find(":///") != std::string::npos ||
      has(CURLUPART_ZONEID)) {
    return Failure::misused("--server has no URL of a service.", form);
  }
  ServerAddress address{.base = scheme + "://" + host,
                        .is_encrypted = scheme == "https",
                        .is_loopback = is_this_machine(host)};
  if (!address.is_encrypted && !address.is_loopback && !insecure_http) {
    return Failure::misused("The key would travel in the clear to " + printable(host) + ".",
                            "Use https. --insecure-http sends it all the same.");
  }
  if (const std::string port = part(parsed, CURLUPART_PORT); !port.empty()) {
    address.base += ":" + port;
  }
  std::string path = part(parsed, CURLUPART_PATH);
  while (path.ends_with('/')) {
    path.pop_back();
  }
  address.base += path;
  return address;
}

}  // namespace tenantctl
