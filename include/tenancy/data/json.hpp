#pragma once

#include <string_view>

#include <nlohmann/json.hpp>

#include "tenancy/data/codec.hpp"

namespace tenancy::inline v0 {

/// A JSON document as TEXT, without blanks. Text in it that is not UTF-8 cannot be stored, and a
/// column that holds no JSON cannot be read. JSON's own null is the text `null`; for a column that
/// may be NULL use an optional.
///
/// Source: RFC 8259.
template <>
struct Codec<nlohmann::json> {
  static constexpr StorageClass stored = StorageClass::text;

  static void bind(const ParameterWriter& parameter, const nlohmann::json& value) {
    try {
      parameter.copied_text(value.dump());
    } catch (const nlohmann::json::type_error&) {
      parameter.impossible();
    }
  }
  static bool read(const ColumnReader& column, nlohmann::json& value) {
    const auto held = column.text();
    if (!held) {
      return false;
    }
    value = nlohmann::json::parse(*held, nullptr, false);
    return !value.is_discarded();
  }
};

}  // namespace tenancy::inline v0
