#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "tenancy/data/codec.hpp"

namespace tenantd {

/// The name by which an enumeration's value is stored, which the API calls it by, too.
template <tenancy::NamedEnum Value>
std::string_view name_of(Value value) noexcept {
  for (const auto& [named, name] : tenancy_names(std::type_identity<Value>{})) {
    if (named == value) {
      return name;
    }
  }
  return {};
}

/// The value of that name, if there is one.
template <tenancy::NamedEnum Value>
std::optional<Value> find_named(std::string_view wanted) noexcept {
  for (const auto& [named, name] : tenancy_names(std::type_identity<Value>{})) {
    if (wanted == name) {
      return named;
    }
  }
  return std::nullopt;
}

/// All names: "pending, active, failed, stopped".
template <tenancy::NamedEnum Value>
std::string names_of() {
  std::string all;
  for (const auto& [named, name] : tenancy_names(std::type_identity<Value>{})) {
    all.append(all.empty() ? "" : ", ").append(name);
  }
  return all;
}

}  // namespace tenantd
