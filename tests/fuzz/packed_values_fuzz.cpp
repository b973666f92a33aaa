// The values inside a cursor are read without a step beyond their end, and what was read is written
// as the same bytes again.

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "data/packed_values.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  tenancy::detail::PackedReader reader{text};
  std::string again;
  while (!reader.at_end()) {
    const auto value = reader.next();
    if (!value) {
      return 0;
    }
    tenancy::detail::append_value(again, value.value().view());
  }
  if (again != text) {
    std::abort();
  }
  return 0;
}
