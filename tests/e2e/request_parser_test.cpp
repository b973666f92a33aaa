#include "service/http/request_parser.hpp"

#include <sstream>
#include <string>

#include <doctest/doctest.h>

namespace {

using tenantd::BodyBudget;
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

TEST_CASE("a header that goes on in a further line is refused") {
  const tenantd::Limits limits;
  for (const char* const header :
       {"X: a\r\n b", "X: a\r\n\tb", "X: a\r\n ", "Transfer-Encoding:\r\n chunked"}) {
    CAPTURE(header);
    std::string bytes = "POST / HTTP/1.1\r\nHost: x\r\n";
    bytes.append(header).append("\r\n\r\n");
    RequestParser whole{limits};
    CHECK(whole.put(bytes).progress == Progress::refused);
    CHECK(whole.problem().status == 400);
    RequestParser dripping{limits};
    CHECK(drip(dripping, bytes) == Progress::refused);
  }
  RequestParser parser{limits};
  const std::string bytes = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n\r\n x";
  CHECK(parser.put(bytes).progress == Progress::complete);
}

TEST_CASE("a head is as long as it may be, however it comes") {
  tenantd::Limits limits;
  limits.header_bytes = 200;
  const std::string begin = "GET /a HTTP/1.1\r\nHost: x\r\nX: ";
  const std::string end = "\r\n\r\n";
  for (const std::size_t size : {199U, 200U, 201U, 205U, 217U, 230U}) {
    CAPTURE(size);
    const std::string head = begin + std::string(size - begin.size() - end.size(), 'x') + end;
    const auto expected = size <= 200 ? Progress::complete : Progress::refused;
    RequestParser whole{limits};
    CHECK(whole.put(head).progress == expected);
    RequestParser dripped{limits};
    CHECK(drip(dripped, head) == expected);
    if (expected == Progress::refused) {
      CHECK(whole.problem().status == 431);
    }
  }
}

TEST_CASE("a client of HTTP/1.0 is not told to continue, and served all the same") {
  const tenantd::Limits limits;
  for (const std::string version : {"1.0", "1.1"}) {
    RequestParser parser{limits};
    CHECK(drip(parser, "POST / HTTP/" + version +
                           "\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n") ==
          Progress::wants_more);
    CHECK(parser.has_head());
    CHECK(parser.wants_continue() == (version == "1.1"));
  }
}

TEST_CASE("a few empty lines may stand before a request") {
  const tenantd::Limits limits;
  const std::string request = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
  std::string lines;
  for (int count = 0; count <= 5; ++count, lines += "\r\n") {
    CAPTURE(count);
    const auto expected = count <= 4 ? Progress::complete : Progress::refused;
    RequestParser whole{limits};
    const auto step = whole.put(lines + request);
    CHECK(step.progress == expected);
    CHECK((expected == Progress::refused || step.taken == lines.size() + request.size()));
    RequestParser dripped{limits};
    CHECK(drip(dripped, lines + request) == expected);
  }
  RequestParser waiting{limits};
  CHECK(waiting.put("\r\n\r\n").progress == Progress::wants_more);
  CHECK_FALSE(waiting.has_begun());
  for (const std::string& bytes : {"\n" + request, "\r" + request, "\r\r\n" + request}) {
    RequestParser parser{limits};
    CHECK(parser.put(bytes).progress == Progress::refused);
  }
}

TEST_CASE("another major version of HTTP is refused by name") {
  const tenantd::Limits limits;
  const auto status_of = [&](const std::string& line) {
    RequestParser parser{limits};
    const std::string bytes = line + "\r\nHost: x\r\n\r\n";
    CHECK(parser.put(bytes).progress == Progress::refused);
    RequestParser dripped{limits};
    CHECK(drip(dripped, bytes) == Progress::refused);
    CHECK(dripped.problem().status == parser.problem().status);
    return parser.problem().status;
  };
  for (const char* const line :
       {"GET / HTTP/2.0", "PRI * HTTP/2.0", "GET / HTTP/0.9", "GET / HTTP/3.1"}) {
    CAPTURE(line);
    CHECK(status_of(line) == 505);
  }
  for (const char* const line :
       {"GET / HTTP/2", "GET / HTTP/2.x", "GET / HTTP/20.0", "GET / http/2.0", "GET / a HTTP/2.0",
        "GET HTTP/2.0", "GET / HTTP/1.2", "G(T / HTTP/2.0"}) {
    CAPTURE(line);
    CHECK(status_of(line) == 400);
  }
}

std::string with_body(const std::string& framing, const std::string& body) {
  return "POST / HTTP/1.1\r\nHost: x\r\n" + framing + "\r\n\r\n" + body;
}

std::string in_one_chunk(std::size_t size) {
  std::ostringstream head;
  head << std::hex << size << "\r\n";
  return head.str() + std::string(size, 'x');
}

TEST_CASE("bodies share one budget, which they give back") {
  const tenantd::Limits limits;
  constexpr std::size_t large = 3 * BodyBudget::free_bytes;
  BodyBudget budget{2 * BodyBudget::free_bytes};
  const std::string whole =
      with_body("Content-Length: " + std::to_string(large), std::string(large, 'x'));
  const std::string chunked =
      with_body("Transfer-Encoding: chunked", in_one_chunk(large) + "\r\n0\r\n\r\n");
  for (const std::string& bytes : {whole, chunked}) {
    RequestParser first{limits, budget.share()};
    CHECK(first.put(bytes).progress == Progress::complete);
    for (const std::string& further : {whole, chunked}) {
      RequestParser refused{limits, budget.share()};
      CHECK(refused.put(further).progress == Progress::refused);
      CHECK(refused.problem().status == 503);
      REQUIRE(refused.problem().headers.size() == 1);
      CHECK(refused.problem().headers.front().name == "Retry-After");
      CHECK(refused.request().body.capacity() < BodyBudget::free_bytes);
    }
    // Small ones find room, and so does the large one's next.
    RequestParser small{limits, budget.share()};
    const std::string text(BodyBudget::free_bytes, 'x');
    CHECK(small.put(with_body("Content-Length: " + std::to_string(text.size()), text)).progress ==
          Progress::complete);
    CHECK(small.request().body == text);
    {
      // The answer takes the body's place.
      auto share = first.take_share();
      CHECK_FALSE(share.change_to(large + 1));
      CHECK(share.change_to(2 * BodyBudget::free_bytes));
      auto rest = budget.share();
      CHECK_FALSE(rest.grow_to(2 * BodyBudget::free_bytes + 1));
      CHECK(rest.grow_to(2 * BodyBudget::free_bytes));
      CHECK(share.change_to(1));
      CHECK(rest.grow_to(large));
    }
    RequestParser next{limits, budget.share()};
    CHECK(next.put(bytes).progress == Progress::complete);
  }
  // What is not finished counts as far as it has come, until it is gone.
  {
    RequestParser half{limits, budget.share()};
    CHECK(half.put(whole.substr(0, whole.size() - 1)).progress == Progress::wants_more);
    RequestParser other{limits, budget.share()};
    CHECK(other.put(whole).progress == Progress::refused);
    CHECK(half.put("x").progress == Progress::complete);
  }
  RequestParser last{limits, budget.share()};
  CHECK(last.put(whole).progress == Progress::complete);
}

}  // namespace
