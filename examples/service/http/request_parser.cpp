#include "service/http/request_parser.hpp"

#include <algorithm>
#include <utility>

#include <boost/beast/http/error.hpp>

namespace tenantd {
namespace {

namespace http = boost::beast::http;

constexpr std::size_t usual_header_count = 8;
/// A declared length is only a promise.
constexpr std::uint64_t max_body_reserved = BodyBudget::free_bytes;
/// Beast has no error of its own for it.
constexpr auto no_room = boost::system::errc::not_enough_memory;
/// The shortest beginning of a last chunk. Beast takes for granted that, once it has seen one, it
/// gets two bytes more at least.
constexpr std::string_view last_chunk = "0\r\n";

constexpr std::string_view line_end = "\r\n";
/// Some clients send one behind a body, and nobody has a reason to send many.
/// Source: RFC 9112 §2.2.
constexpr unsigned max_empty_lines = 4;

/// Whether a request line is as it should be but for a major version that is not spoken here.
bool is_of_other_major_version(std::string_view line) {
  constexpr std::string_view version = " HTTP/1.1";
  if (line.size() <= version.size() || std::ranges::count(line, ' ') != 2) {
    return false;
  }
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  const std::string_view end = line.substr(line.size() - version.size());
  const char major = end[version.size() - 3];
  return end.starts_with(" HTTP/") && is_digit(major) && major != '1' &&
         end[version.size() - 2] == '.' && is_digit(end.back());
}

/// A header that goes on in the next line: some who stand in front join the lines, and some do not.
/// Source: RFC 9112 §5.2.
bool has_folded_line(std::string_view head) {
  return head.find("\r\n ") != std::string_view::npos ||
         head.find("\r\n\t") != std::string_view::npos;
}

const char* const too_many_headers = "The headers of the request are too large or too many.";
const char* const target_too_long = "The target of the request is too long.";

}  // namespace

RequestParser::RequestParser(const Limits& limits, BodyBudget::Share share)
    : limits_{limits}, share_{std::move(share)} {
  header_limit(limits.header_bytes);
  body_limit(limits.body_bytes);
}

RequestParser::Step RequestParser::put(std::string_view bytes) {
  std::size_t taken = 0;
  while (!got_some() && bytes.substr(taken).starts_with(line_end)) {
    taken += line_end.size();
    if (++empty_lines_ > max_empty_lines) {
      return {refuse(Problem{400, "Too many empty lines stand before the request."}), taken};
    }
  }
  if (!got_some() && line_end.starts_with(bytes.substr(taken))) {
    return {Progress::wants_more, taken};
  }
  while (!is_done()) {
    const bool had_head = has_head();
    Error error;
    const auto rest = bytes.substr(taken);
    if (had_head && chunked() && chunk_left_ == 0 && rest == last_chunk) {
      return {Progress::wants_more, taken};
    }
    const auto part = basic_parser::put(boost::asio::const_buffer{rest.data(), rest.size()}, error);
    taken += part;
    // The head is taken whole, and nothing else with it.
    if (!had_head && has_folded_line(rest.substr(0, part))) {
      return {refuse(Problem{400, "A header of the request goes on in a further line."}), taken};
    }
    if (error == http::error::need_more) {
      return {Progress::wants_more, taken};
    }
    if (error) {
      return {failed(error, bytes.substr(taken)), taken};
    }
    head_bytes_ += had_head ? 0 : part;
    if (!had_head && has_head()) {
      // Beast lets a head that comes as a whole be longer by its first line.
      if (head_bytes_ > limits_.header_bytes) {
        return {failed(Error{http::error::header_limit}, bytes.substr(taken)), taken};
      }
      if (auto problem = objection()) {
        return {refuse(*std::move(problem)), taken};
      }
    }
    if (!is_done() && taken == bytes.size()) {
      return {Progress::wants_more, taken};
    }
  }
  return {Progress::complete, taken};
}

void RequestParser::overflow(std::string_view bytes) {
  failed(Error{http::error::buffer_overflow}, bytes);
}

RequestParser::Progress RequestParser::refuse(Problem problem) {
  problem_ = std::move(problem);
  return Progress::refused;
}

RequestParser::Progress RequestParser::failed(const Error& error, std::string_view rest) {
  if (error == http::error::body_limit) {
    return refuse(Problem{413, "The body is too large."});
  }
  if (error == no_room) {
    Problem problem{503, "There is no room for the body among those of other requests."};
    problem.headers.push_back({"Retry-After", "1"});
    return refuse(std::move(problem));
  }
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return refuse(has_long_target(rest) ? Problem{414, target_too_long}
                                        : Problem{431, too_many_headers});
  }
  if (error == http::error::bad_version &&
      is_of_other_major_version(rest.substr(0, rest.find(line_end)))) {
    return refuse(Problem{505, "The only major version of HTTP that is spoken here is 1."});
  }
  return refuse(Problem{400, "The request is not well-formed HTTP/1.1."});
}

bool RequestParser::has_long_target(std::string_view rest) const {
  if (!request_.target.empty()) {
    return request_.target.size() > limits_.target_bytes;
  }
  // Until the parser has taken the first line, everything stands in the rest.
  return rest.substr(0, limits_.target_bytes).find("\r\n") == std::string_view::npos;
}

std::optional<Problem> RequestParser::objection() const {
  if (hosts_ > 1 || (hosts_ == 0 && version_ == 11)) {
    return Problem{400, "A request has exactly one Host header."};
  }
  if (request_.target.size() > limits_.target_bytes) {
    return Problem{414, target_too_long};
  }
  // Whoever stands in front of the service may read any other framing differently, and so take the
  // body for a further request.
  if (codings_ > 1 || (codings_ == 1 && (version_ != 11 || !is_chunked_only_))) {
    return Problem{501, "The only Transfer-Encoding that is understood here is chunked."};
  }
  if (!is_expected_) {
    return Problem{417, "The only expectation that is met here is 100-continue."};
  }
  return std::nullopt;
}

void RequestParser::on_request_impl(http::verb /*method*/, Text method_text, Text target,
                                    int version, Error& /*error*/) {
  request_.method = method_text;
  request_.target = target;
  version_ = version;
}

void RequestParser::on_response_impl(int /*status*/, Text /*reason*/, int /*version*/,
                                     Error& /*error*/) {}

void RequestParser::on_field_impl(http::field name, Text name_text, Text value, Error& error) {
  // Trailers are no headers: whoever checked those has not seen them.
  if (has_head()) {
    return;
  }
  if (request_.headers.size() >= limits_.header_count) {
    error = http::error::header_limit;
    return;
  }
  if (name == http::field::host) {
    ++hosts_;
  } else if (name == http::field::transfer_encoding) {
    ++codings_;
    is_chunked_only_ = is_chunked_only_ && boost::beast::iequals(value, "chunked");
  } else if (name == http::field::expect) {
    const bool is_continue = boost::beast::iequals(value, "100-continue");
    is_expected_ = is_expected_ && (value.empty() || is_continue);
    // HTTP/1.0 would take it for the answer. Source: RFC 9110 §10.1.1.
    wants_continue_ = is_continue && version_ != 10;
  }
  if (request_.headers.empty()) {
    request_.headers.reserve(usual_header_count);
  }
  request_.headers.push_back({std::string{name_text}, std::string{value}});
}

void RequestParser::on_header_impl(Error& /*error*/) {}

void RequestParser::on_body_init_impl(const boost::optional<std::uint64_t>& length,
                                      Error& /*error*/) {
  request_.body.reserve(std::min(length.value_or(0), max_body_reserved));
}

void RequestParser::append_to_body(Text body, Error& error) {
  if (share_.grow_to(request_.body.size() + body.size())) {
    request_.body.append(body.data(), body.size());
  } else {
    error = make_error_code(no_room);
    // What has come of it is of no use any more.
    request_.body.clear();
    request_.body.shrink_to_fit();
    share_.release();
  }
}

std::size_t RequestParser::on_body_impl(Text body, Error& error) {
  append_to_body(body, error);
  return body.size();
}

void RequestParser::on_chunk_header_impl(std::uint64_t size, Text /*extensions*/,
                                         Error& /*error*/) {
  chunk_left_ = size;
}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t /*left*/, Text body, Error& error) {
  chunk_left_ -= body.size();
  append_to_body(body, error);
  return body.size();
}

void RequestParser::on_finish_impl(Error& /*error*/) {}

}  // namespace tenantd
