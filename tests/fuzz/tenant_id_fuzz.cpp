#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "tenancy/core/tenant_id.hpp"

// One tenant has one name: whatever parses is spelled exactly as the id spells itself.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto id = tenancy::TenantId::parse(text);
  if (!id) {
    if (id.error() != tenancy::errc::invalid_tenant_id) {
      std::abort();
    }
    return 0;
  }
  if (id.value().value() <= 0 || id.value().to_string() != text) {
    std::abort();
  }
  return 0;
}
