#pragma once

#include <string>

#include "service/http/message.hpp"

namespace tenantd {

/// What of a response depends on the request that it answers.
struct Framing {
  bool with_body = true;   ///< False for HEAD, which gets the headers of a GET alone.
  bool keep_alive = true;  ///< Whether the connection stays open.
  bool http_1_0 = false;   ///< Such clients close unless they are told otherwise.
};

/// Appends a response as bytes of HTTP/1.1, ready to be sent. Source: RFC 9112.
void append_wire(std::string& wire, const Response& response, Framing framing);

}  // namespace tenantd
