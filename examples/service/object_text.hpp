#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "tenancy/data/codec.hpp"

namespace tenantd {

/// An object of JSON as its text, without blanks and with its members in the order of their names.
///
/// What is kept as it was sent is carried so, from its check to the store and from there into an
/// answer: a document that is taken apart holds up to thirty times its text.
///
/// Units and shapes: UTF-8.
/// Thread safety: thread-compatible.
class ObjectText {
 public:
  /// The object without members.
  ObjectText() = default;
  /// Of an object whose texts are UTF-8.
  explicit ObjectText(const nlohmann::json& object) : text_{object.dump()} {
    // It was written piece by piece, and may be kept for long.
    text_.shrink_to_fit();
  }

  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  friend struct tenancy::Codec<ObjectText>;

  std::string text_ = "{}";
};

}  // namespace tenantd

/// TEXT. A column that holds anything but an object of JSON cannot be read: it goes into answers as
/// it is.
template <>
struct tenancy::Codec<tenantd::ObjectText> {
  static constexpr StorageClass stored = StorageClass::text;

  static void bind(const ParameterWriter& parameter, const tenantd::ObjectText& value) noexcept {
    parameter.text(value.text_);
  }
  static bool read(const ColumnReader& column, tenantd::ObjectText& value) {
    const auto held = column.text();
    // Looked through without being taken apart.
    if (!held || !held->starts_with('{') || !nlohmann::json::accept(*held)) {
      return false;
    }
    value.text_.assign(*held);
    return true;
  }
};
