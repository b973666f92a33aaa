#pragma once

#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "tenancy/data/codec.hpp"

namespace tenancy::inline v0 {

namespace detail {

/// How deep arrays and objects may stand in one another. Writing and copying a document take stack
/// for each level: a hundred thousand brackets of one tenant would end the process for all.
inline constexpr std::size_t max_json_depth = 1000;

inline bool is_shallow(const nlohmann::json& document) {
  using Position = nlohmann::json::const_iterator;
  std::vector<std::pair<Position, Position>> open;
  const auto enter = [&](const nlohmann::json& value) {
    if (value.is_structured()) {
      open.emplace_back(value.cbegin(), value.cend());
    }
  };
  enter(document);
  while (!open.empty()) {
    if (open.size() > max_json_depth) {
      return false;
    }
    auto& [next, end] = open.back();
    if (next == end) {
      open.pop_back();
    } else {
      enter(*next++);
    }
  }
  return true;
}

}  // namespace detail

/// A JSON document as TEXT, without blanks. Text in it that is not UTF-8 cannot be stored, nor can
/// more than 1,000 arrays and objects in one another; a column that holds no such JSON cannot be
/// read. JSON's own null is the text `null`; for a column that may be NULL use an optional.
///
/// Source: RFC 8259.
template <>
struct Codec<nlohmann::json> {
  static constexpr StorageClass stored = StorageClass::text;

  static void bind(const ParameterWriter& parameter, const nlohmann::json& value) {
    if (!detail::is_shallow(value)) {
      parameter.impossible();
      return;
    }
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
    return !value.is_discarded() && detail::is_shallow(value);
  }
};

}  // namespace tenancy::inline v0
