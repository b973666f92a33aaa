#include "service/http/request_parser.hpp"

#include <string>

#include <doctest/doctest.h>

namespace {

using tenantd::RequestParser;
using Progress = RequestParser::Progress;

/// Feeds the bytes one by one. Returns how the last one went.
Progress drip(RequestParser& parser, std::string_view bytes) {
  std::size_t taken = 0;
  for (std::size_t arrived = 1; arrived <= bytes.size(); ++arrived) {
    const auto step = parser.put(bytes.substr(taken, arrived - taken));
    taken += step.taken;
    if (step.progress != Progress::wants_more) {
      return step.progress;
    }
  }
  return Progress::wants_more;
}

TEST_CASE("a request may come byte by byte, in chunks and with a trailer") {
  const tenantd::Limits limits;
  const std::string head = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const char* const text : {"", "abc", "abcdefghijklmnopqrstuvwxyz"}) {
    for (const char* const trailer : {"", "T: v\r\n"}) {
      const std::string body{text};
      CAPTURE(body);
      std::string bytes = head;
      for (const char c : body) {
        bytes.append("1\r\n").append(1, c).append("\r\n");
      }
      bytes.append("0\r\n").append(trailer).append("\r\n");
      RequestParser parser{limits};
      CHECK(drip(parser, bytes) == Progress::complete);
      CHECK(parser.request().body == body);
      CHECK(parser.request().headers.size() == 2);
    }
  }
}

TEST_CASE("a last chunk with a broken end harms nothing") {
  const tenantd::Limits limits;
  RequestParser parser{limits};
  CHECK(drip(parser, "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\n") !=
        Progress::complete);
}

}  // namespace
