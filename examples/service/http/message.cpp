#include "service/http/message.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace tenantd {
namespace {

// The locale has no say in what a protocol calls a letter.
constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

constexpr std::array<std::pair<int, std::string_view>, 26> phrases{{
    {200, "OK"},
    {201, "Created"},
    {204, "No Content"},
    {304, "Not Modified"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {421, "Misdirected Request"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
}};

}  // namespace

std::vector<std::string_view> Request::header_values(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const Header& header : headers) {
    if (equal_ignoring_case(header.name, name)) {
      values.emplace_back(header.value);
    }
  }
  return values;
}

HeaderLines Request::header(std::string_view name) const noexcept {
  HeaderLines lines;
  for (const Header& header : headers) {
    if (equal_ignoring_case(header.name, name) && lines.count++ == 0) {
      lines.first = header.value;
    }
  }
  return lines;
}

bool Response::has_header(std::string_view name) const noexcept {
  return std::any_of(headers.begin(), headers.end(), [name](const Header& header) {
    return equal_ignoring_case(header.name, name);
  });
}

bool equal_ignoring_case(std::string_view left, std::string_view right) noexcept {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

std::string_view trimmed(std::string_view text) noexcept {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::string_view reason_phrase(int status) noexcept {
  const auto* const found = std::find_if(phrases.begin(), phrases.end(),
                                         [status](const auto& row) { return row.first == status; });
  return found == phrases.end() ? std::string_view{"Unknown"} : found->second;
}

}  // namespace tenantd
