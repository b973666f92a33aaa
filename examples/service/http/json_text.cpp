#include "service/http/json_text.hpp"

#include <array>
#include <utility>

namespace tenantd {

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
  constexpr std::string_view digits = "0123456789abcdef";
  text_ += '"';
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      text_ += '\\';
      text_ += c;
    } else if (byte < 0x20) {
      text_ += "\\u00";
      text_ += digits[byte >> 4U];
      text_ += digits[byte & 15U];
    } else {
      text_ += c;
    }
  }
  text_ += '"';
}

}  // namespace tenantd
