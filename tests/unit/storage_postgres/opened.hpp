#pragma once

#include <optional>
#include <string>

#include "tenancy/registry/open.hpp"

#include "support/postgres_place.hpp"

namespace tenancy_test {

/// What `open` says of the database as it is, to that role; nothing when it opens.
inline std::optional<tenancy::errc> opened_as(const PostgresPlace& place, const std::string& role,
                                              tenancy::OpenOptions options) {
  options.schema = tenancy::SchemaMode::verify;
  const auto authority = tenancy::open(place.database().url(role), options);
  return authority ? std::nullopt : std::optional{authority.error().code()};
}
inline std::optional<tenancy::errc> opened_as(const PostgresPlace& place, const std::string& role) {
  return opened_as(place, role, place.again());
}

inline std::optional<tenancy::errc> opened(const PostgresPlace& place) {
  return opened_as(place, "tenancy_app");
}

}  // namespace tenancy_test
