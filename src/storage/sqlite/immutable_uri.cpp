#include "storage/sqlite/immutable_uri.hpp"

#include <string_view>

namespace tenancy::inline v0::detail::sqlite {

std::string immutable_uri(const std::filesystem::path& file) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  // With an empty authority: a path that itself begins with two slashes would be taken for one.
  std::string uri = "file://";
  for (const char c : std::filesystem::absolute(file).string()) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '/' || c == '-' || c == '_' || c == '.';
    if (plain) {
      uri += c;
    } else {
      uri += '%';
      uri += digits[byte >> 4U];
      uri += digits[byte & 0xFU];
    }
  }
  return uri + "?immutable=1";
}

}  // namespace tenancy::inline v0::detail::sqlite
