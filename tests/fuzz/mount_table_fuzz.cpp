#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/sqlite/mount_table.hpp"

namespace {

std::vector<std::string> split(std::string_view text, char mark) {
  std::vector<std::string> parts{""};
  for (const char c : text) {
    if (c == mark) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  return parts;
}

struct Found {
  std::string type;
  std::string source;
};

/// The same by cutting everything into pieces first.
std::optional<Found> find(std::string_view table, std::string_view device) {
  for (const auto& line : split(table, '\n')) {
    auto fields = split(line, ' ');
    if (fields.size() < 3 || fields[2] != device) {
      continue;
    }
    std::size_t mark = 6;
    while (mark < fields.size() && fields[mark] != "-") {
      ++mark;
    }
    fields.resize(fields.size() + mark + 3);
    if (!fields[mark + 1].empty()) {
      return Found{fields[mark + 1], fields[mark + 2]};
    }
  }
  return std::nullopt;
}

}  // namespace

// The first line of the input is the device that is looked for.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto end = text.find('\n');
  const auto device = text.substr(0, end);
  const auto table = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  // A device that no line can name is never looked for.
  if (device.empty() || device.find(' ') != std::string_view::npos) {
    return 0;
  }
  const auto expected = find(table, device);
  const auto found = tenancy::detail::sqlite::find_mount(table, device);
  if (found.has_value() != expected.has_value() ||
      (found && (found->type != expected->type || found->source != expected->source))) {
    std::abort();
  }
  return 0;
}
