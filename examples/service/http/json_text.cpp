#include "service/http/json_text.hpp"

#include <algorithm>

namespace tenantd {

namespace {

/// RFC 8259, section 7.
bool needs_escape(char c) noexcept {
  return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
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
    // Nearly every text is one run of what stands for itself.
    const auto special = std::ranges::find_if(value, needs_escape);
    const auto plain = static_cast<std::size_t>(special - value.begin());
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
