// Bytes come back from their text, and a text is taken only when it is the one that its bytes give.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>

#include "core/base64url.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using tenancy::detail::from_base64url;
  using tenancy::detail::to_base64url;
  const std::span bytes = std::as_bytes(std::span{data, size});

  const std::string text = to_base64url(bytes);
  const auto back = from_base64url(text);
  if (!back || !std::equal(back->begin(), back->end(), bytes.begin(), bytes.end())) {
    std::abort();
  }
  const std::string_view given{reinterpret_cast<const char*>(data), size};
  if (const auto taken = from_base64url(given); taken && to_base64url(*taken) != given) {
    std::abort();
  }
  return 0;
}
