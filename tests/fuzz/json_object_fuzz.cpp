// What is taken for an object is one to a parser that builds it, keeps all of its keys when it is
// written and read again, and holds nothing that other readers stumble over.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "core/text.hpp"
#include "registry/json_object.hpp"

namespace {

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

std::size_t depth_of(const nlohmann::json& value) {
  std::size_t deepest = 0;
  if (value.is_structured()) {
    for (const auto& member : value) {
      deepest = std::max(deepest, depth_of(member));
    }
    ++deepest;
  }
  return deepest;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t longest = 16'384;
  constexpr std::size_t deepest = 32;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto checked = tenancy::detail::check_json_object(text);
  if (!checked) {
    require(checked.error() == tenancy::errc::invalid_argument);
    require(tenancy::detail::is_utf8(checked.error().message()));
    return 0;
  }
  require(tenancy::detail::is_utf8(text));
  require(text.find('\0') == std::string_view::npos);
  // A parser that builds the object recurses when it is destroyed and measured.
  if (size > longest) {
    return 0;
  }
  const auto built = nlohmann::json::parse(text, nullptr, false);
  require(built.is_object());
  require(depth_of(built) <= deepest);
  const auto dumped = built.dump();
  require(tenancy::detail::check_json_object(dumped).has_value());
  require(nlohmann::json::parse(dumped) == built);
  return 0;
}
