#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <regex>
#include <string>
#include <string_view>

#include "tenancy/core/slug.hpp"

// A regular expression and the reserved words say the same as the parser.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::regex label{"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"};
  const std::string text{reinterpret_cast<const char*>(data), size};
  const auto slug = tenancy::Slug::parse(text);
  // The matcher recurses once for each character, so long texts are not for it.
  const bool is_label = size <= 63 && std::regex_match(text, label);
  const bool good =
      is_label && (size < 4 || text.compare(2, 2, "--") != 0) && text != "www" && text != "api";
  if (slug.has_value() != good || (slug && slug.value().to_string() != text)) {
    std::abort();
  }
  return 0;
}
