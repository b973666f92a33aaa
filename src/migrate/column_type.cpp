#include "migrate/column_type.hpp"

#include <array>
#include <cstddef>

#include "tenancy/core/assert.hpp"

#include "migrate/catalogue.hpp"

namespace tenancy::inline v0::detail {

Affinity affinity_of(std::string_view type, bool is_strict) {
  if (is_strict && is_same_name(type, "ANY")) {
    return Affinity::none;
  }
  const auto has = [&](std::string_view part) {
    for (std::size_t begin = 0; begin + part.size() <= type.size(); ++begin) {
      if (is_same_name(type.substr(begin, part.size()), part)) {
        return true;
      }
    }
    return false;
  };
  if (has("INT")) {
    return Affinity::integer;
  }
  if (has("CHAR") || has("CLOB") || has("TEXT")) {
    return Affinity::text;
  }
  if (has("BLOB") || type.empty()) {
    // Other tables than STRICT ones keep everything there as it is.
    return is_strict ? Affinity::blob : Affinity::none;
  }
  if (has("REAL") || has("FLOA") || has("DOUB")) {
    return Affinity::real;
  }
  return Affinity::numeric;
}

bool keeps(Affinity affinity, StorageClass stored) noexcept {
  if (affinity == Affinity::none) {
    return true;
  }
  switch (stored) {
    case StorageClass::integer:
      return affinity == Affinity::integer || affinity == Affinity::numeric;
    case StorageClass::real:
      return affinity == Affinity::real;
    case StorageClass::text:
      return affinity == Affinity::text;
    case StorageClass::blob:
      // No blob is ever converted; names such as UUID and BINARY make a column numeric.
      return affinity == Affinity::blob || affinity == Affinity::numeric;
  }
  return false;
}

bool keeps_on_postgres(std::string_view type, StorageClass stored) noexcept {
  switch (stored) {
    case StorageClass::integer:
      return type == "bigint" || type == "integer" || type == "smallint" || type == "boolean";
    case StorageClass::real:
      return type == "double precision";
    case StorageClass::text:
      // Not jsonb, which gives back another text, nor types that fill up or cut.
      return type == "text" || type == "json" || type.starts_with("character varying");
    case StorageClass::blob:
      return type == "bytea";
  }
  return false;
}

std::string_view postgres_type_of(StorageClass stored) noexcept {
  static constexpr std::array<std::string_view, 4> names{"BIGINT", "DOUBLE PRECISION", "TEXT",
                                                         "BYTEA"};
  const auto index = static_cast<std::size_t>(stored);
  TENANCY_ASSERT(index < names.size(), "a value that its enumeration does not have");
  return names[index];
}

std::string_view type_of(StorageClass stored) noexcept {
  static constexpr std::array<std::string_view, 4> names{"INTEGER", "REAL", "TEXT", "BLOB"};
  const auto index = static_cast<std::size_t>(stored);
  TENANCY_ASSERT(index < names.size(), "a value that its enumeration does not have");
  return names[index];
}

std::string_view strict_type_of(std::string_view type) noexcept {
  switch (affinity_of(type, false)) {
    case Affinity::integer:
      return "INTEGER";
    case Affinity::real:
      return "REAL";
    case Affinity::text:
      return "TEXT";
    default:
      return "ANY";
  }
}

}  // namespace tenancy::inline v0::detail
