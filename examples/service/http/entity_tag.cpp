#include "service/http/entity_tag.hpp"

#include <charconv>
#include <cstdint>
#include <string>
#include <utility>

namespace tenantd {
namespace {

using tenancy::RowVersion;

constexpr RowVersion no_version{0};

RowVersion version_of(std::string_view tag) noexcept {
  // Weak tags (W/"1") match nothing here.
  if (tag.size() < 3 || tag.front() != '"' || tag.back() != '"') {
    return no_version;
  }
  const std::string_view digits = tag.substr(1, tag.size() - 2);
  std::int64_t value = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  const bool is_ours = read.ec == std::errc{} && read.ptr == digits.data() + digits.size() &&
                       value > 0 && digits.front() != '0';
  return is_ours ? RowVersion{value} : no_version;
}

}  // namespace

Response with_version(Response response, RowVersion version) {
  response.headers.push_back({"ETag", "\"" + std::to_string(version.value()) + "\""});
  return response;
}

Reply<std::optional<RowVersion>> required_version(const Request& request) {
  const HeaderLines lines = request.header("if-match");
  if (lines.count == 0) {
    return std::optional<RowVersion>{};
  }
  const std::string_view tag = trimmed(lines.first);
  if (lines.count > 1 || tag.find(',') != std::string_view::npos) {
    return Problem{400, "If-Match names one ETag here."};
  }
  if (tag == "*") {
    return std::optional<RowVersion>{};
  }
  return std::optional{version_of(tag)};
}

}  // namespace tenantd
