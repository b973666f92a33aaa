#include "storage/sqlite/mount_table.hpp"

namespace tenancy::inline v0::detail::sqlite {
namespace {

/// Takes what stands before the mark off the front of the text, and the mark with it.
std::string_view take_until(std::string_view& text, char mark) noexcept {
  const auto end = text.find(mark);
  const auto taken = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return taken;
}

}  // namespace

std::optional<Mount> find_mount(std::string_view mountinfo, std::string_view device) noexcept {
  while (!mountinfo.empty()) {
    // 36 35 98:0 /root /mount/point options [optional fields] - type source options
    std::string_view line = take_until(mountinfo, '\n');
    take_until(line, ' ');
    take_until(line, ' ');
    if (take_until(line, ' ') != device) {
      continue;
    }
    for (int fixed = 0; fixed < 3; ++fixed) {
      take_until(line, ' ');
    }
    // There is any number of optional fields, none of which is a bare hyphen.
    while (!line.empty() && take_until(line, ' ') != "-") {
    }
    const auto type = take_until(line, ' ');
    const auto source = take_until(line, ' ');
    if (!type.empty()) {
      return Mount{type, source};
    }
  }
  return std::nullopt;
}

}  // namespace tenancy::inline v0::detail::sqlite
