#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "service/config_file.hpp"

// What is read can be written and read again, and means the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto parsed = tenantd::parse_config(text);
  const auto* const entries = std::get_if<std::vector<tenantd::ConfigEntry>>(&parsed);
  if (entries == nullptr) {
    const auto& mistake = std::get<tenantd::ConfigMistake>(parsed);
    if (mistake.line == 0 || mistake.line > size + 1 || mistake.what.empty()) {
      std::abort();
    }
    return 0;
  }
  std::string written;
  for (const auto& entry : *entries) {
    written += entry.key + " = " + tenantd::toml_text(entry.value) + "\n";
  }
  const auto again = tenantd::parse_config(written);
  const auto* const same = std::get_if<std::vector<tenantd::ConfigEntry>>(&again);
  if (same == nullptr || same->size() != entries->size()) {
    std::abort();
  }
  for (std::size_t i = 0; i < same->size(); ++i) {
    if ((*same)[i].key != (*entries)[i].key || (*same)[i].value != (*entries)[i].value) {
      std::abort();
    }
  }
  return 0;
}
