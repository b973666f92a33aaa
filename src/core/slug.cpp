#include "tenancy/core/slug.hpp"

#include <algorithm>
#include <array>
#include <ostream>

namespace tenancy::inline v0 {
namespace {

constexpr std::array<std::string_view, 2> reserved{"api", "www"};

constexpr bool is_label_character(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
}

}  // namespace

Result<Slug> Slug::parse(std::string_view text) {
  if (text.empty() || text.size() > max_length) {
    return Error{errc::invalid_slug, "a slug has 1 to 63 characters"};
  }
  if (!std::ranges::all_of(text, is_label_character)) {
    return Error{errc::invalid_slug, "a slug has only a-z, 0-9 and '-'"};
  }
  if (text.front() == '-' || text.back() == '-') {
    return Error{errc::invalid_slug, "a slug neither begins nor ends with '-'"};
  }
  if (text.size() >= 4 && text.substr(2, 2) == "--") {
    return Error{errc::invalid_slug, "a slug has no '--' in third and fourth place"};
  }
  if (std::ranges::find(reserved, text) != reserved.end()) {
    return Error{errc::invalid_slug, "'api' and 'www' are reserved"};
  }
  return Slug{std::string{text}};
}

std::ostream& operator<<(std::ostream& out, const Slug& slug) { return out << slug.to_string(); }

}  // namespace tenancy::inline v0
