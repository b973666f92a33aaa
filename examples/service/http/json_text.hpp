#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "tenancy/core/timestamp.hpp"

namespace tenantd {

/// An object of JSON that is written as it goes, for the answers that are given most: no document
/// is built of it before.
///
/// Units and shapes: texts and names are UTF-8.
/// Thread safety: thread-confined.
class JsonText {
 public:
  JsonText() { text_.reserve(usual_size); }

  JsonText& member(std::string_view name, std::string_view value);
  JsonText& member(std::string_view name, const std::string& value) {
    return member(name, std::string_view{value});
  }
  JsonText& member(std::string_view name, const char* value) {
    return member(name, std::string_view{value});
  }
  JsonText& member(std::string_view name, std::int64_t value);
  JsonText& member(std::string_view name, std::same_as<bool> auto value) {
    return raw_member(name, value ? "true" : "false");
  }
  JsonText& member(std::string_view name, tenancy::Timestamp value);

  /// Null when it is empty.
  template <class Value>
  JsonText& member(std::string_view name, const std::optional<Value>& value) {
    return value ? member(name, *value) : raw_member(name, "null");
  }

  /// A value that is JSON already.
  JsonText& raw_member(std::string_view name, std::string_view json);

  /// The whole object; nothing is added afterwards.
  [[nodiscard]] std::string take() {
    text_ += '}';
    return std::move(text_);
  }

 private:
  static constexpr std::size_t usual_size = 512;

  void begin_member(std::string_view name);
  void append_text(std::string_view value);
  void append_escaped(char c);

  std::string text_ = "{";
};

}  // namespace tenantd
