// A text is taken for a key only when it has the form of one, and then it is refused by the ring
// unless the ring has hashed this very text.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "registry/api_key_text.hpp"

namespace {

using tenancy::detail::ApiKeyText;
using tenancy::detail::KeyHolder;

void require(bool holds) {
  if (!holds) {
    std::abort();
  }
}

void check(KeyHolder holder, std::string_view text) {
  static const tenancy::KeyRing keys = tenancy::KeyRing::ephemeral();
  static const ApiKeyText issued = ApiKeyText::generate(holder);
  static const tenancy::Mac stored = tenancy::detail::hash_api_key(keys, issued.unsafe_text());

  const auto id = ApiKeyText::id_of(holder, text);
  if (id) {
    require(text.size() == ApiKeyText::size);
    require(id.value() == text.substr(ApiKeyText::prefix_size, ApiKeyText::id_size));
  }
  const bool matches = tenancy::detail::matches_api_key(keys, text, stored.key_version, stored.tag);
  require(matches == (text == issued.unsafe_text()));
  require(!tenancy::detail::matches_api_key(keys, text, 0, {}));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  check(KeyHolder::tenant, text);
  check(KeyHolder::administrator, text);
  return 0;
}
