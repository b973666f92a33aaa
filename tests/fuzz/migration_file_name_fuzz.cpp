#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <regex>
#include <string>

#include "migrate/migration_file_name.hpp"

// A regular expression says the same as the parser, and what was parsed names the file again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const std::regex pattern{
      R"(0*([1-9][0-9]*)_([a-z0-9]+(?:_[a-z0-9]+)*)(?:\.(sqlite|postgresql))?\.sql)"};
  const std::string text{reinterpret_cast<const char*>(data), size};
  const auto parsed = tenancy::detail::MigrationFileName::parse(text);
  // The matcher recurses once for each character, so long texts are not for it.
  std::smatch match;
  const bool fits = size <= 140 && std::regex_match(text, match, pattern) && text.find('_') <= 19 &&
                    match[2].length() <= 100 &&
                    (match[1].length() < 19 || match[1].str() <= "9223372036854775807");
  if (parsed.has_value() != fits) {
    std::abort();
  }
  if (parsed) {
    const std::string dialect =
        parsed->dialect ? "." + std::string{to_string(*parsed->dialect)} : std::string{};
    const std::string number = std::to_string(parsed->version);
    const std::string tail = number + "_" + std::string{parsed->name} + dialect + ".sql";
    if (!text.ends_with(tail)) {
      std::abort();
    }
  }
  return 0;
}
