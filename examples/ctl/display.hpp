#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tenantctl {

/// The text with everything that steers a terminal or turns the direction of writing, and what is
/// no UTF-8, shown as `\x1b` or `\u{202e}`. Line breaks are such, too.
std::string printable(std::string_view text);

/// JSON text with the same characters escaped as JSON has it, where they stand in its strings.
std::string printable_json(std::string_view json);

/// How many columns of a terminal a printable text takes.
std::size_t display_width(std::string_view text);

}  // namespace tenantctl
