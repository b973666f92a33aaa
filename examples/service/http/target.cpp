#include "service/http/target.hpp"

#include <algorithm>

namespace tenantd {
namespace {

int digit_value(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Takes `http://host` from the front of a text, and returns the host.
std::string_view take_origin(std::string_view& text) noexcept {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (equal_ignoring_case(text.substr(0, scheme.size()), scheme)) {
      const auto end = std::min(text.find_first_of("/?", scheme.size()), text.size());
      const auto host = text.substr(scheme.size(), end - scheme.size());
      text = end == text.size() ? std::string_view{"/"} : text.substr(end);
      return host;
    }
  }
  return {};
}

}  // namespace

Reply<Target> Target::parse(std::string_view text) {
  const std::string_view host = take_origin(text);
  const auto mark = text.find('?');
  const Target target{text.substr(0, mark),
                      mark == std::string_view::npos ? std::string_view{} : text.substr(mark + 1),
                      host};
  if (!target.path.starts_with('/')) {
    return Problem{400, "The target of the request is not a path."};
  }
  return target;
}

Reply<std::vector<std::string>> path_segments(std::string_view path) {
  std::vector<std::string> segments;
  for (std::size_t begin = 1; begin <= path.size();) {
    const auto end = std::min(path.find('/', begin), path.size());
    auto segment = percent_decoded(path.substr(begin, end - begin), PlusSign::itself);
    if (!segment) {
      return Problem{400, "The path has a percent sign without two hexadecimal digits behind it."};
    }
    segments.push_back(*std::move(segment));
    begin = end + 1;
  }
  return segments;
}

std::optional<std::string> percent_decoded(std::string_view text, PlusSign plus) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      const int high = i + 2 < text.size() ? digit_value(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? digit_value(text[i + 2]) : -1;
      if (high < 0 || low < 0) {
        return std::nullopt;
      }
      decoded += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      decoded += text[i] == '+' && plus == PlusSign::blank ? ' ' : text[i];
    }
  }
  return decoded;
}

}  // namespace tenantd
