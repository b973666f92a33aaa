#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "storage/sqlite/store_url.hpp"

namespace {

void require(bool condition) {
  if (!condition) {
    std::abort();
  }
}

}  // namespace

// A URL names a temporary store, one file by its absolute path, or nothing; and the same one
// whenever it is read.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto url = tenancy::detail::StoreUrl::parse(text);
  if (!url) {
    require(url.error() == tenancy::errc::invalid_url || url.error() == tenancy::errc::cannot_open);
    return 0;
  }
  constexpr std::string_view scheme = "sqlite:";
  require(text.starts_with(scheme));
  const auto path = text.substr(scheme.size());
  if (!url.value().file) {
    require(path == ":memory:");
    return 0;
  }
  const auto& file = *url.value().file;
  require(file.is_absolute());
  // Nothing of it is cut off or decoded.
  require(file.native().ends_with(path));
  require(file.native().find('\0') == std::string::npos);
  const auto again = tenancy::detail::StoreUrl::parse(std::string{scheme} + file.native());
  require(again.has_value() && again.value().file == file);
  return 0;
}
