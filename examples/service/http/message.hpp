#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tenantd {

struct Header {
  std::string name;
  std::string value;
};

/// The headers of one name.
struct HeaderLines {
  std::size_t count = 0;
  std::string_view first = {};
};

/// A request as the endpoints see it, free of the transport that brought it.
struct Request {
  std::string method;  ///< As sent; methods are case-sensitive.
  std::string target;
  std::vector<Header> headers;
  std::string body;
  std::string peer = {};  ///< The address that it came from, for the log.

  /// The values of all headers of that name, in any spelling, in the order of arrival.
  [[nodiscard]] std::vector<std::string_view> header_values(std::string_view name) const;

  /// The first of them, and how many there are.
  [[nodiscard]] HeaderLines header(std::string_view name) const noexcept;
};

/// An answer, free of the transport that takes it.
struct Response {
  int status = 200;
  std::string content_type;  ///< Empty when there is no body.
  std::string body;
  std::vector<Header> headers;
  /// Let go of once it has been sent, or is not going to be.
  std::shared_ptr<const void> place = {};

  [[nodiscard]] bool has_header(std::string_view name) const noexcept;
};

/// Whether two ASCII texts are the same but for upper and lower case.
[[nodiscard]] bool equal_ignoring_case(std::string_view left, std::string_view right) noexcept;

/// The text without blanks and tabs at both ends.
[[nodiscard]] std::string_view trimmed(std::string_view text) noexcept;

/// The reason phrase of a status that this service answers with.
/// Source: RFC 9110 §15, RFC 6585 §5.
[[nodiscard]] std::string_view reason_phrase(int status) noexcept;

}  // namespace tenantd
