#pragma once

#include <string>
#include <string_view>

#include "service/http/message.hpp"

namespace tenantd {

/// What of a response depends on the request that it answers.
struct Framing {
  bool with_body = true;   ///< False for HEAD, which gets the headers of a GET alone.
  bool keep_alive = true;  ///< Whether the connection stays open.
  bool http_1_0 = false;   ///< Such clients close unless they are told otherwise.
};

/// Appends the head of a response as bytes of HTTP/1.1, ready to be sent. Source: RFC 9112.
void append_head(std::string& wire, const Response& response, Framing framing);

/// What is to be sent behind the head.
[[nodiscard]] std::string_view body_behind_head(const Response& response, Framing framing) noexcept;

}  // namespace tenantd
