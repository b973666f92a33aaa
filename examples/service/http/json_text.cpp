#include "service/http/json_text.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace tenantd {

namespace {

/// RFC 8259, section 7.
bool needs_escape(char c) noexcept {
  return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
}

/// Whether one of eight bytes does; none of them is looked at by itself. Source: "Hacker's Delight"
/// by H. S. Warren, on finding a zero byte.
bool any_needs_escape(std::uint64_t bytes) noexcept {
  constexpr std::uint64_t each = 0x0101010101010101;
  constexpr std::uint64_t high_bits = each * 0x80;
  const auto has = [&](char c) {
    const std::uint64_t rest = bytes ^ (each * static_cast<unsigned char>(c));
    return (rest - each) & ~rest;
  };
  const std::uint64_t below_space = (bytes - each * 0x20) & ~bytes;
  return ((below_space | has('"') | has('\\')) & high_bits) != 0;
}

/// How many bytes stand for themselves before the first that does not.
std::size_t count_plain(std::string_view text) noexcept {
  std::size_t at = 0;
  for (std::uint64_t bytes = 0; text.size() - at >= sizeof(bytes); at += sizeof(bytes)) {
    std::memcpy(&bytes, text.data() + at, sizeof(bytes));
    if (any_needs_escape(bytes)) {
      break;
    }
  }
  const auto rest = text.substr(at);
  return at + static_cast<std::size_t>(std::ranges::find_if(rest, needs_escape) - rest.begin());
}

}  // namespace

JsonText& JsonText::member(std::string_view name, std::string_view value) {
  begin_member(name);
  append_text(value);
  return *this;
}

JsonText& JsonText::member(std::string_view name, std::int64_t value) {
  return raw_member(name, std::to_string(value));
}

JsonText& JsonText::member(std::string_view name, tenancy::Timestamp value) {
  return member(name, value.to_string());
}

JsonText& JsonText::raw_member(std::string_view name, std::string_view json) {
  begin_member(name);
  text_ += json;
  return *this;
}

void JsonText::begin_member(std::string_view name) {
  if (text_.size() > 1) {
    text_ += ',';
  }
  append_text(name);
  text_ += ':';
}

void JsonText::append_text(std::string_view value) {
  text_ += '"';
  while (!value.empty()) {
    const std::size_t plain = count_plain(value);
    text_.append(value, 0, plain);
    value.remove_prefix(plain);
    if (!value.empty()) {
      append_escaped(value.front());
      value.remove_prefix(1);
    }
  }
  text_ += '"';
}

void JsonText::append_escaped(char c) {
  constexpr std::string_view digits = "0123456789abcdef";
  if (c == '"' || c == '\\') {
    text_ += '\\';
    text_ += c;
    return;
  }
  const auto byte = static_cast<unsigned char>(c);
  text_ += "\\u00";
  text_ += digits[byte >> 4U];
  text_ += digits[byte & 15U];
}

}  // namespace tenantd
